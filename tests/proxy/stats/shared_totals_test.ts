import { strict as assert } from "node:assert";
import { Collector } from "../../../proxy/stats/collector.ts";
import { SharedTotals } from "../../../proxy/stats/shared_totals.ts";

/** Totals with a byte count, and as many active connections. */
function totals(active: number, failed: number, bytes: number) {
  const collector = new Collector();
  for (let i = 0; i < active; i++) collector.open("127.0.0.1", 1).state = "active";
  for (let i = 0; i < failed; i++) {
    collector.end(collector.open("127.0.0.1", 1), "failed", "connect_refused");
  }
  const one = collector.open("127.0.0.1", 1);
  one.bytes_sent = one.bytes_received = bytes;
  collector.end(one, "closed", "done");
  return collector.totals();
}

Deno.test("SharedTotals sums what the workers publish, on whatever thread they are", () => {
  const main = new SharedTotals();
  const [first, second] = [main.addSlot()!, main.addSlot()!];
  new SharedTotals(main.memory).publish(first, totals(2, 1, 100), 5);
  new SharedTotals(main.memory).publish(second, totals(3, 0, 7), 15);
  assert.deepEqual(main.totals(), {
    total_connections: 8,
    active_connections: 5,
    failed_connections: 1,
    rejected_connections: 0,
    total_bytes_sent: 107,
    total_bytes_received: 107,
  });
  assert.equal(main.refreshSeconds(), 15);
});

Deno.test("SharedTotals accounts a dead worker's connections as failed and keeps its totals", () => {
  const shared = new SharedTotals();
  const dead = shared.addSlot()!;
  shared.publish(dead, totals(4, 1, 50), 5);
  assert.equal(shared.abandon(dead), 4);
  const after = shared.totals();
  assert.equal(after.active_connections, 0);
  assert.equal(after.failed_connections, 5);
  assert.equal(after.total_connections, 6);
  assert.equal(after.total_bytes_sent, 50);
  shared.publish(shared.addSlot()!, totals(1, 0, 1), 5);
  assert.equal(shared.totals().total_bytes_sent, 51);
});

Deno.test("SharedTotals numbers datagrams without a gap across threads", async () => {
  const shared = new SharedTotals();
  const module = new URL("../../../proxy/stats/shared_totals.ts", import.meta.url).href;
  const code = `import { SharedTotals } from "${module}";
    onmessage = ({ data }) => {
      const shared = new SharedTotals(data);
      postMessage(Array.from({ length: 5000 }, () => shared.nextSeq()));
    };`;
  const url = URL.createObjectURL(new Blob([code], { type: "text/typescript" }));
  const numbers = await Promise.all([1, 2, 3].map(async () => {
    const worker = new Worker(url, { type: "module" });
    const answer = new Promise<number[]>((resolve) => worker.onmessage = (e) => resolve(e.data));
    worker.postMessage(shared.memory);
    const got = await answer;
    worker.terminate();
    return got;
  }));
  URL.revokeObjectURL(url);
  const all = numbers.flat().sort((a, b) => a - b);
  assert.deepEqual(all, Array.from({ length: 15_000 }, (_, i) => i));
});

Deno.test("SharedTotals has a bounded number of slots", () => {
  const shared = new SharedTotals();
  for (let i = 0; i < 1024; i++) assert.equal(shared.addSlot(), i);
  assert.equal(shared.addSlot(), null);
  assert.equal(shared.totals().total_connections, 0);
});

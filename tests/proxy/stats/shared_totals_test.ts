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

/** What a worker's reporter says. */
const own = (refresh_s: number, omitted_connections = 0) => ({ refresh_s, omitted_connections });

Deno.test("SharedTotals sums what the workers publish, on whatever thread they are", () => {
  const main = new SharedTotals();
  const [first, second] = [main.addSlot()!, main.addSlot()!];
  new SharedTotals(main.memory).publish(first, totals(2, 1, 100), own(5, 2));
  new SharedTotals(main.memory).publish(second, totals(3, 0, 7), own(15, 40));
  assert.deepEqual(main.totals(), {
    total_connections: 8,
    active_connections: 5,
    failed_connections: 1,
    rejected_connections: 0,
    total_bytes_sent: 107,
    total_bytes_received: 107,
  });
  const { refresh_s, omitted_connections, seq, ...sums } = main.figures();
  assert.deepEqual([refresh_s, omitted_connections, seq], [15, 42, 0]);
  assert.deepEqual(sums, main.totals());
});

Deno.test("SharedTotals accounts a dead worker's connections as failed and keeps its totals", () => {
  const shared = new SharedTotals();
  const dead = shared.addSlot()!;
  shared.publish(dead, totals(4, 1, 50), own(5, 3));
  assert.equal(shared.abandon(dead), 4);
  const after = shared.totals();
  assert.equal(after.active_connections, 0);
  assert.equal(after.failed_connections, 5);
  assert.equal(after.total_connections, 6);
  assert.equal(after.total_bytes_sent, 50);
  const { refresh_s, omitted_connections } = shared.figures();
  assert.deepEqual([refresh_s, omitted_connections], [0, 0]);
  shared.publish(shared.addSlot()!, totals(1, 0, 1), own(5));
  assert.equal(shared.totals().total_bytes_sent, 51);
});

Deno.test("SharedTotals numbers datagrams without a gap across threads, with totals that never run backwards", async () => {
  const shared = new SharedTotals();
  const module = new URL("../../../proxy/stats/shared_totals.ts", import.meta.url).href;
  const code = `import { SharedTotals } from "${module}";
    onmessage = ({ data: { memory, slot } }) => {
      const shared = new SharedTotals(memory);
      const totals = Object.fromEntries(Object.keys(shared.totals()).map((name) => [name, 0]));
      postMessage(Array.from({ length: 5000 }, () => {
        totals.total_connections++;
        totals.total_bytes_sent += 1000;
        shared.publish(slot, totals, { refresh_s: 5, omitted_connections: 0 });
        const { seq, total_connections, total_bytes_sent } = shared.figures();
        return [seq, total_connections, total_bytes_sent];
      }));
    };`;
  const url = URL.createObjectURL(new Blob([code], { type: "text/typescript" }));
  type Told = [seq: number, connections: number, bytes: number];
  const told = await Promise.all([1, 2, 3].map(async () => {
    const worker = new Worker(url, { type: "module" });
    const answer = new Promise<Told[]>((resolve) => worker.onmessage = (e) => resolve(e.data));
    worker.postMessage({ memory: shared.memory, slot: shared.addSlot()! });
    const got = await answer;
    worker.terminate();
    return got;
  }));
  URL.revokeObjectURL(url);
  const all = told.flat().sort((a, b) => a[0] - b[0]);
  assert.deepEqual(all.map(([seq]) => seq), Array.from({ length: 15_000 }, (_, i) => i));
  for (let i = 1; i < all.length; i++) {
    assert.ok(all[i][1] >= all[i - 1][1] && all[i][2] >= all[i - 1][2], `at ${i}`);
  }
  assert.equal(shared.totals().total_bytes_sent, 15_000_000);
});

Deno.test("SharedTotals has a bounded number of slots", () => {
  const shared = new SharedTotals();
  for (let i = 0; i < 1024; i++) assert.equal(shared.addSlot(), i);
  assert.equal(shared.addSlot(), null);
  assert.equal(shared.totals().total_connections, 0);
});

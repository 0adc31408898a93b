import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Counters, CountWindow } from "../../../manager/alerts/counts.ts";
import { Registry } from "../../../manager/registry.ts";
import { boot, report, T0 } from "../../support/reports.ts";

const growth = (connections: number, failed = 0, refused = 0) => ({ connections, failed, refused });

Deno.test("Counters tells what has grown, over restarts too", () => {
  const registry = new Registry();
  const counters = new Counters();
  const apply = (seconds: number, total: number, failed: number, full: number, more = {}) => {
    const nowMs = T0 + seconds * 1_000;
    const figures = { total_connections: total, failed_connections: failed };
    const times = { sent_at: nowMs / 1_000, seq: seconds };
    registry.apply(report({ ...figures, ...times, ...more }, [], { max_connections: full }), nowMs);
    return counters.take(registry.get("edge-1")!, nowMs);
  };
  // What was counted before it was known is nobody's news.
  assert.equal(apply(0, 100, 50, 5), null);
  assert.deepEqual(apply(5, 110, 52, 5), growth(10, 2));
  assert.equal(apply(10, 110, 52, 5), null);
  assert.deepEqual(apply(15, 110, 52, 9), growth(0, 0, 4));
  const restarted = { boot_id: boot("b"), start_time: T0 / 1_000 + 60 };
  assert.deepEqual(apply(62, 3, 1, 2, restarted), growth(3, 1, 2));
  assert.deepEqual(apply(67, 4, 1, 2, restarted), growth(1));
});

Deno.test("Counters takes a boot that has run for long without being heard for no news", () => {
  const registry = new Registry();
  const counters = new Counters();
  registry.apply(report(), T0);
  counters.take(registry.get("edge-1")!, T0);
  const later = T0 + 3_600_000;
  const other = { boot_id: boot("b"), sent_at: later / 1_000, start_time: T0 / 1_000 + 10 };
  registry.apply(report({ ...other, total_connections: 9_000, failed_connections: 9_000 }), later);
  assert.equal(counters.take(registry.get("edge-1")!, later), null);
});

Deno.test("CountWindow counts what came within its time, to a tenth of that", () => {
  const events = fc.array(fc.tuple(fc.integer({ min: 0, max: 30_000 }), fc.nat(9)), {
    maxLength: 30,
  });
  fc.assert(fc.property(events, fc.integer({ min: 10, max: 100_000 }), (pauses, windowMs) => {
    const window = new CountWindow(windowMs);
    const added: { atMs: number; n: number }[] = [];
    let nowMs = T0;
    for (const [pause, n] of pauses) {
      nowMs += pause;
      window.add(growth(n, 2 * n, 3 * n), nowMs);
      added.push({ atMs: nowMs, n });
    }
    nowMs += pauses[0]?.[0] ?? 0;
    const { connections, failed, refused } = window.sum(nowMs);
    const total = (since: number) =>
      added.reduce((sum, { atMs, n }) => atMs > since ? sum + n : sum, 0);
    assert.ok(connections >= total(nowMs - 0.9 * windowMs), "nothing of late is missing");
    assert.ok(connections <= total(nowMs - windowMs - 1), "nothing older counts");
    assert.deepEqual([failed, refused], [2 * connections, 3 * connections]);
  }));
});

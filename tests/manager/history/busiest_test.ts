import { strict as assert } from "node:assert";
import { FLEET } from "../../../manager/history/batch.ts";
import type { Store } from "../../../manager/history/store.ts";
import { batch, openStore, row, S0 } from "../../support/history.ts";

/** The busiest proxies' names and sent bytes from `from` to `to` seconds behind `S0`. */
function busiest(store: Store, from: number, to: number, top: number) {
  const range = { from: S0 + from, to: S0 + to, step: null };
  const reply = store.query("series", { proxy: FLEET, range, now: S0 + to, top });
  return reply.busiest.map(({ proxy, rows }) => [proxy, rows.map(({ sent }) => sent)]);
}

Deno.test("Store finds the proxies that moved most both ways, of the fleet none itself", () => {
  using store = openStore();
  const quiet = { sent: 0, received: 0 };
  store.write(batch({
    series: [
      ...[row(S0, { proxy: "small", sent: 1, received: 1 }), row(S0, { proxy: "idle", ...quiet })],
      ...[row(S0, { proxy: "in", sent: 0, received: 900 }), row(S0, { proxy: "out", sent: 800 })],
      ...[row(S0 + 10, { proxy: "small", sent: 5 }), row(S0, { proxy: FLEET, sent: 9999 })],
    ],
  }));
  assert.deepEqual(busiest(store, 0, 20, 2), [["out", [800]], ["in", [0]]]);
  assert.deepEqual(busiest(store, 0, 20, 9).map(([proxy]) => proxy), ["out", "in", "small"]);
  assert.deepEqual(busiest(store, 10, 20, 9), [["small", [5]]]);
  assert.deepEqual(busiest(store, 0, 20, 0), []);
});

Deno.test("Store finds the busiest over several tiers, with the part not yet summed up", () => {
  using store = openStore();
  const early = row(S0, { proxy: "early", sent: 1000 });
  store.write(batch({ series: [early, row(S0, { proxy: "late", sent: 10 })] }));
  const late = row(S0 + 7190, { proxy: "late", sent: 5000 });
  store.write(batch({ atMs: (S0 + 7195) * 1000, series: [late] }));
  const found = busiest(store, 0, 7200, 2);
  assert.deepEqual(found.map(([proxy]) => proxy), ["late", "early"]);
  assert.deepEqual(found[0][1], [10, 5000]);
});

Deno.test("Store looks at some steps only where proxies and steps are many", () => {
  using store = openStore(":memory:", { maxProxies: 5000 });
  const names = Array.from({ length: 3000 }, (_, i) => `edge-${i}`);
  for (let step = 0; step < 40; step++) {
    const at = { time: S0 + step * 10, sent: 1, received: 0 };
    const series = names.map((proxy, i) => row(at.time, { proxy, ...at, sent: i }));
    store.write(batch({ atMs: at.time * 1000, series }));
  }
  const found = busiest(store, 0, 400, 3).map(([proxy]) => proxy);
  assert.deepEqual(found, ["edge-2999", "edge-2998", "edge-2997"]);
});

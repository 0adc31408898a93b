import { strict as assert } from "node:assert";
import { FLEET, type UsageTop } from "../../../manager/history/batch.ts";
import type { Store } from "../../../manager/history/store.ts";
import { batch, openStore, S0 } from "../../support/history.ts";

const HOUR = 3600;

function top(
  hour: number,
  entries: UsageTop["entries"],
  overrides: Partial<UsageTop> = {},
): UsageTop {
  return { hour, proxy: FLEET, kind: "client", entries, error: 0, floor: 0, ...overrides };
}

function read(store: Store, from: number, to: number, limit = 10, proxy = FLEET) {
  return store.query("usage", { proxy, kind: "client", from, to, limit });
}

Deno.test("UsageStore adds up the hours that reach into the window, and no others", () => {
  using store = openStore();
  store.write(batch({
    tops: [
      top(S0 - HOUR, [["a", 100], ["b", 50]]),
      top(S0, [["b", 70], ["c", 10]]),
      top(S0 + HOUR, [["d", 1]]),
      top(S0, [["x", 999]], { kind: "target" }),
      top(S0, [["y", 999]], { proxy: "edge-1" }),
    ],
  }));
  const both = read(store, S0 - 1, S0 + 1);
  assert.equal(both.from, S0 - HOUR);
  assert.deepEqual(both.entries, [
    { key: "b", bytes: 120, error: 0 },
    { key: "a", bytes: 100, error: 0 },
    { key: "c", bytes: 10, error: 0 },
  ]);
  assert.deepEqual(read(store, S0, S0 + 1).entries.map(({ key }) => key), ["b", "c"]);
  assert.deepEqual(read(store, S0, S0, 10, "edge-1").entries, [{ key: "y", bytes: 999, error: 0 }]);
  assert.deepEqual(read(store, S0, S0, 10, "unknown").entries, []);
});

Deno.test("UsageStore has an hour's figures once, those that were written last", () => {
  using store = openStore();
  store.write(batch({ tops: [top(S0, [["a", 1], ["b", 2]])] }));
  store.write(batch({ tops: [top(S0, [["a", 5]])] }));
  assert.deepEqual(read(store, S0, S0).entries, [{ key: "a", bytes: 5, error: 0 }]);
});

Deno.test("UsageStore says how far off a sum may be, and what those not listed may have", () => {
  using store = openStore();
  store.write(batch({
    tops: [
      top(S0 - HOUR, [["a", 100], ["b", 50]], { error: 5, floor: 30 }),
      top(S0, [["a", 80]], { error: 7, floor: 20 }),
    ],
  }));
  const { entries, others } = read(store, S0 - HOUR, S0);
  assert.deepEqual(entries, [
    { key: "a", bytes: 180, error: 12 },
    // In the second hour it was not listed, so it may have had as much as those that were not.
    { key: "b", bytes: 50, error: 25 },
  ]);
  assert.equal(others, 50);
  const one = read(store, S0 - HOUR, S0, 1);
  assert.deepEqual([one.entries.length, one.others], [1, 75]);
});

Deno.test("UsageStore gives back the hour that runs, of the fleet and of each proxy that is known", () => {
  using store = openStore();
  const tops = [top(S0, [["a", 1]], { error: 2, floor: 3 }), top(S0, [["u", 4]], { kind: "user" })];
  store.write(batch({ tops: [...tops, top(S0 - HOUR, [["old", 1]])] }));
  assert.deepEqual(store.remembered((S0 + 1800) * 1000).tops, tops);
  assert.deepEqual(store.remembered((S0 + HOUR) * 1000).tops, []);
});

import { strict as assert } from "node:assert";
import { ExpiringCache } from "../../../proxy/dns/cache.ts";

function setUp(max: number) {
  const time = { now: 0 };
  return { time, cache: new ExpiringCache<number>(max, () => time.now) };
}

Deno.test("ExpiringCache forgets a value when its time is over", () => {
  const { time, cache } = setUp(10);
  cache.set("a", 1, 100);
  time.now = 99;
  assert.equal(cache.get("a"), 1);
  time.now = 100;
  assert.equal(cache.get("a"), undefined);
  assert.equal(cache.size, 0);
});

Deno.test("ExpiringCache holds no more than its size, and lets go of what was not asked for longest", () => {
  const { cache } = setUp(3);
  for (const [i, key] of ["a", "b", "c"].entries()) cache.set(key, i, 100);
  cache.get("a");
  cache.set("d", 3, 100);
  assert.deepEqual(["a", "b", "c", "d"].map((key) => cache.get(key)), [0, undefined, 2, 3]);
  for (let i = 0; i < 1000; i++) cache.set(`x${i}`, i, 100);
  assert.equal(cache.size, 3);
});

Deno.test("ExpiringCache replaces a value without giving another's place away", () => {
  const { time, cache } = setUp(2);
  cache.set("a", 1, 100);
  cache.set("b", 2, 100);
  cache.set("a", 3, 200);
  time.now = 150;
  assert.deepEqual([cache.get("a"), cache.get("b")], [3, undefined]);
});

Deno.test("ExpiringCache remembers nothing without room or time", () => {
  const none = setUp(0).cache;
  none.set("a", 1, 100);
  assert.equal(none.get("a"), undefined);
  const { cache } = setUp(1);
  cache.set("a", 1, 100);
  for (const ms of [0, -1, NaN]) {
    cache.set("a", 2, ms);
    assert.equal(cache.get("a"), undefined);
  }
});

import { strict as assert } from "node:assert";
import fc from "fast-check";
import { HeavyHitters } from "../../../manager/history/heavy_hitters.ts";

/** Keys of which few are heavy and many light, as strangers could forge them. */
const stream = fc.array(
  fc.tuple(
    fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 6, max: 500 })),
    fc.integer({ min: 1, max: 10_000 }),
  ),
  { maxLength: 2_000, size: "max" },
);

function exactOf(items: [number, number][]): Map<string, number> {
  const exact = new Map<string, number>();
  for (const [key, weight] of items) exact.set(`${key}`, (exact.get(`${key}`) ?? 0) + weight);
  return exact;
}

Deno.test("HeavyHitters is never too high, and too low by no more than it says and promises", () => {
  fc.assert(
    fc.property(
      stream,
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 80 }),
      (items, size, count) => {
        const counted = new HeavyHitters(size);
        for (const [key, weight] of items) counted.add(`${key}`, weight);
        const exact = exactOf(items);
        const total = items.reduce((sum, [, weight]) => sum + weight, 0);
        const { entries, error, floor } = counted.top(count);
        assert.ok(error <= total / (size + 1), `${error} of ${total} with ${size}`);
        assert.ok(entries.length <= Math.min(count, 2 * size));
        for (const [key, weight] of entries) {
          assert.ok(weight <= exact.get(key)!);
          assert.ok(weight + error >= exact.get(key)!);
        }
        const listed = new Set(entries.map(([key]) => key));
        for (const [key, weight] of exact) if (!listed.has(key)) assert.ok(weight <= floor);
      },
    ),
  );
});

Deno.test("HeavyHitters goes on after a restart within the error that it then says", () => {
  fc.assert(fc.property(stream, stream, fc.integer({ min: 1, max: 30 }), (before, after, size) => {
    const first = new HeavyHitters(size);
    for (const [key, weight] of before) first.add(`${key}`, weight);
    const second = new HeavyHitters(size);
    second.resume(first.top(size));
    for (const [key, weight] of after) second.add(`${key}`, weight);
    const exact = exactOf([...before, ...after]);
    const { entries, error, floor } = second.top(size);
    for (const [key, weight] of entries) {
      assert.ok(weight <= exact.get(key)! && weight + error >= exact.get(key)!);
      exact.delete(key);
    }
    for (const weight of exact.values()) assert.ok(weight <= floor);
  }));
});

Deno.test("HeavyHitters is exact while the keys are few", () => {
  const counted = new HeavyHitters(2);
  for (const [key, weight] of [["a", 5], ["b", 1], ["a", 2], ["c", 4]] as const) {
    counted.add(key, weight);
  }
  assert.deepEqual(counted.top(2), { entries: [["a", 7], ["c", 4]], error: 0, floor: 1 });
  assert.deepEqual(counted.top(9).floor, 0);
});

import fc from "fast-check";
import { strict as assert } from "node:assert";
import { Busiest } from "../../../proxy/stats/busiest.ts";

Deno.test("Busiest keeps the items with the largest keys, and gives the least one first", () => {
  const keys = fc.array(fc.oneof(fc.nat(20), fc.double({ noNaN: true, min: 0, max: 2 ** 53 })));
  fc.assert(
    fc.property(keys, fc.nat(50), (keys, capacity) => {
      const busiest = new Busiest<{ key: number }>(capacity);
      for (const key of keys) {
        busiest.offer(key, { key });
        assert.ok(busiest.size <= capacity);
      }
      const taken: number[] = [];
      while (busiest.size > 0) taken.push(busiest.takeLeast()!.key);
      const expected = keys.toSorted((a, b) => b - a).slice(0, capacity).reverse();
      assert.deepEqual(taken, expected);
      assert.equal(busiest.takeLeast(), undefined);
    }),
    { numRuns: 500 },
  );
});

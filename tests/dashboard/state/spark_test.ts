import { strict as assert } from "node:assert";
import { sparkPath } from "../../../dashboard/state/spark.ts";

const points = (values: (number | null)[]) => values.map((value, i) => ({ at: i * 10, value }));

Deno.test("sparkPath draws from the lowest to the highest over the whole width", () => {
  assert.equal(sparkPath(points([0, 10, 5]), 0, 20), "M0.0 22.5L50.0 1.5L100.0 12.0");
});

Deno.test("sparkPath leaves gaps and what is outside out, and draws nothing of one point", () => {
  const path = sparkPath(points([1, 2, null, 3, 4, 5]), 0, 40);
  assert.equal(path.match(/M/g)?.length, 2);
  assert.equal(path.match(/L/g)?.length, 2);
  assert.equal(sparkPath(points([1]), 0, 10), "");
  assert.equal(sparkPath([], 0, 10), "");
});

Deno.test("sparkPath draws a steady figure as a line in the middle, whatever its noise", () => {
  assert.equal(sparkPath(points([7, 7]), 0, 10), "M0.0 12.0L100.0 12.0");
  assert.equal(sparkPath(points([0, 0]), 0, 10), "M0.0 12.0L100.0 12.0");
  const ys = sparkPath(points([1000, 1001]), 0, 10).match(/ [\d.]+/g)!.map(Number);
  assert.ok(Math.abs(ys[0] - ys[1]) < 2);
});

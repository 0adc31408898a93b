import { strict as assert } from "node:assert";
import { axisNumber, trafficScale } from "../../../dashboard/chart/scale.ts";

Deno.test("trafficScale holds both rates in round steps", () => {
  const rows: [number, number, number, number, number][] = [
    // received, sent → max, min, step
    [0, 0, 10_000, -5_000, 5_000],
    [84e6, 2e6, 100e6, -50e6, 50e6],
    [1e6, 1e6, 1e6, -1e6, 500e3],
    [10_000, 90_000, 50_000, -100_000, 50_000],
  ];
  for (const [received, sent, max, min, step] of rows) {
    assert.deepEqual(trafficScale(received, sent), { max, min, step });
  }
});

Deno.test("trafficScale has at most five steps and covers any rate", () => {
  for (let power = 0; power < 18; power++) {
    for (const [r, s] of [[1, 0], [0, 1], [3, 3], [7.3, 2.2], [9.99, 0.01]]) {
      const [received, sent] = [r * 10 ** power, s * 10 ** power];
      const { min, max, step } = trafficScale(received, sent);
      assert.ok(max >= received && -min >= sent, `${received} ${sent}`);
      assert.ok((max - min) / step <= 5.001, `${received} ${sent}`);
      assert.ok(max >= step && -min >= step);
    }
  }
});

Deno.test("trafficScale has round steps in the reader's units", () => {
  const bits = trafficScale(1e6, 0, { factor: 8, base: 1000 });
  assert.equal(bits.step * 8, 2e6);
  const binary = trafficScale(3 * 2 ** 20, 0, { factor: 1, base: 1024 });
  assert.equal(binary.step, 2 ** 20);
  assert.equal(axisNumber(binary.step, { factor: 1, base: 1024 }), 1);
  assert.equal(axisNumber(-bits.step, { factor: 8, base: 1000 }), 2);
});

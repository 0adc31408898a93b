import { strict as assert } from "node:assert";
import { minuteTicks, trafficScale } from "../../../dashboard/chart/scale.ts";

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

Deno.test("minuteTicks are the whole minutes, every second one where it is narrow", () => {
  const minutes = (from: number, to: number, width: number) =>
    minuteTicks(from * 60_000, to * 60_000, width).map((at) => at / 60_000);
  assert.deepEqual(minutes(0.5, 5.5, 1000), [1, 2, 3, 4, 5]);
  assert.deepEqual(minutes(0.5, 5.5, 350), [2, 4]);
  assert.deepEqual(minutes(1.5, 6.5, 350), [2, 4, 6]);
});

Deno.test("minuteTicks leave out a label that would reach over the right end", () => {
  assert.deepEqual(minuteTicks(0, 300_000, 1000), [0, 60_000, 120_000, 180_000, 240_000]);
  assert.deepEqual(minuteTicks(0, 300_000, 0), [0, 120_000]);
});

import { strict as assert } from "node:assert";
import {
  addGap,
  addSample,
  GAP_MS,
  gapAt,
  type Series,
  WINDOW_MS,
} from "../../../dashboard/state/series.ts";
import { sample } from "../support.ts";

Deno.test("addSample keeps the window and one sample before it", () => {
  let series: Series = [];
  for (let at = 0; at <= WINDOW_MS + 60_000; at += 5000) {
    series = addSample(series, sample(at, 1, 2));
  }
  assert.equal(series[0].at, 60_000 - 5000);
  assert.equal(series.at(-1)?.at, WINDOW_MS + 60_000);
});

Deno.test("addSample is bounded however fast samples come", () => {
  let series: Series = [];
  for (let at = 0; at < 5000; at++) series = addSample(series, sample(at, 1, 2));
  assert.equal(series.length, 600);
  assert.equal(series.at(-1)?.at, 4999);
});

Deno.test("addSample puts a gap after a silence, and none before", () => {
  const first = addSample([], sample(0, 1, 2));
  assert.deepEqual(addSample(first, sample(GAP_MS, 3, 4)).map((s) => s.sent), [1, 3]);
  assert.deepEqual(addSample(first, sample(GAP_MS + 1, 3, 4)).map((s) => s.sent), [1, null, 3]);
});

Deno.test("addGap does not repeat itself, and nothing is a gap before the first sample", () => {
  assert.deepEqual(addGap([], 5), []);
  const gap = addGap(addSample([], sample(0, 1, 2)), 5);
  assert.deepEqual(gap.at(-1), gapAt(5));
  assert.equal(addGap(gap, 10), gap);
});

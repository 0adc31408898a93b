import { strict as assert } from "node:assert";
import {
  clip,
  frameOf,
  heldUntil,
  nearest,
  peaks,
  stacked,
  step,
  thinned,
  usualStep,
} from "../../../dashboard/state/frame.ts";
import { gapAt } from "../../../dashboard/state/series.ts";
import { sample } from "../support.ts";

const FRAME = frameOf([
  sample(1000, 5, 9),
  sample(2000, 7, 8),
  gapAt(3000),
  sample(9000, 1, 2),
]);

Deno.test("heldUntil lets the last value hold until now, and not beyond a gap", () => {
  assert.deepEqual(heldUntil(FRAME, 9500).times.at(-1), 9500);
  assert.deepEqual(heldUntil(FRAME, 9500).bands[0].received.at(-1), 2);
  assert.equal(heldUntil(FRAME, 60_000), FRAME);
  assert.equal(heldUntil(FRAME, 8000), FRAME);
  const silent = frameOf([sample(0, 1), gapAt(1000)]);
  assert.equal(heldUntil(silent, 2000).bands[0].sent.at(-1), null);
});

Deno.test("clip keeps what is seen, and one moment beyond each end for the lines to go there", () => {
  assert.deepEqual(clip(FRAME, 1500, 2500).times, [1000, 2000, 3000]);
  assert.deepEqual(clip(FRAME, 0, 99_000).times, [...FRAME.times]);
  assert.deepEqual(clip(FRAME, 20_000, 30_000).times, [9000]);
  assert.deepEqual(clip(FRAME, 1500, 2500).bands[0].sent, [5, 7, null]);
  assert.deepEqual(clip(frameOf([]), 0, 1).times, []);
});

Deno.test("stacked puts each band on those before it, and peaks are the highest", () => {
  const frame = {
    times: [1, 2, 3],
    bands: [
      { id: "a", sent: [1, 2, null], received: [0, 0, 0] },
      { id: "b", sent: [10, 20, 30], received: [4, 5, 6] },
    ],
  };
  assert.deepEqual(stacked(frame).bands.map(({ sent }) => sent), [[1, 2, null], [11, 22, null]]);
  assert.deepEqual(peaks(stacked(frame)), { sent: 22, received: 6 });
  assert.deepEqual(peaks(frame), { sent: 30, received: 6 });
  assert.deepEqual(peaks(frameOf([])), { sent: 0, received: 0 });
});

Deno.test("nearest finds a moment within reach, and none in a gap", () => {
  assert.equal(nearest(FRAME, 1400, 5000), 0);
  assert.equal(nearest(FRAME, 1600, 5000), 1);
  assert.equal(nearest(FRAME, 2900, 5000), null);
  assert.equal(nearest(FRAME, 60_000, 5000), null);
});

Deno.test("step goes over gaps and stays where there is nothing more", () => {
  assert.equal(step(FRAME, 1, 1), 3);
  assert.equal(step(FRAME, 3, -1), 1);
  assert.equal(step(FRAME, 3, 1), 3);
  assert.equal(step(FRAME, -1, 1), 0);
  assert.equal(step(FRAME, 4, -1), 3);
});

Deno.test("usualStep is a middle one, and thinned joins as many as must be", () => {
  assert.equal(usualStep(FRAME), 1000);
  const many = frameOf(Array.from({ length: 100 }, (_, i) => sample(i, i < 10 ? null : i)));
  const few = thinned(many, 10);
  assert.equal(few.times.length, 10);
  assert.deepEqual(few.bands[0].sent.slice(0, 2), [null, 14.5]);
  assert.equal(thinned(many, 100).times.length, 100);
});

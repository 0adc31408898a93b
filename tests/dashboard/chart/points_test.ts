import { strict as assert } from "node:assert";
import { peaks, sampleAt, trafficPoints } from "../../../dashboard/chart/points.ts";

const GAP = { at: 3000, sent: null, received: null };
const SERIES = [{ at: 1000, sent: 5, received: 9 }, { at: 2000, sent: 7, received: 8 }];

Deno.test("trafficPoints draws received up and sent down, and holds the last value until now", () => {
  const { received, sent } = trafficPoints(SERIES, 2500);
  assert.deepEqual(received, [{ x: 1000, y: 9 }, { x: 2000, y: 8 }, { x: 2500, y: 8 }]);
  assert.deepEqual(sent, [{ x: 1000, y: -5 }, { x: 2000, y: -7 }, { x: 2500, y: -7 }]);
});

Deno.test("trafficPoints ends where nothing is known any more", () => {
  assert.equal(trafficPoints(SERIES, 60_000).sent.length, 2);
  assert.deepEqual(trafficPoints([...SERIES, GAP], 3500).sent.at(-1), { x: 3000, y: NaN });
  assert.deepEqual(trafficPoints([], 5).sent, []);
});

Deno.test("peaks are the largest rates, gaps aside", () => {
  assert.deepEqual(peaks([...SERIES, GAP]), { received: 9, sent: 7 });
  assert.deepEqual(peaks([]), { received: 0, sent: 0 });
});

Deno.test("sampleAt finds the nearest sample, and nothing in a gap or far away", () => {
  assert.equal(sampleAt(SERIES, 1400)?.at, 1000);
  assert.equal(sampleAt(SERIES, 1600)?.at, 2000);
  assert.equal(sampleAt([...SERIES, GAP], 2900), null);
  assert.equal(sampleAt(SERIES, 60_000), null);
  assert.equal(sampleAt([], 0), null);
});

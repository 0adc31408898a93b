import { strict as assert } from "node:assert";
import { OTHERS } from "../../../dashboard/state/frame.ts";
import {
  assignColors,
  busiest,
  joinFrames,
  stackLive,
  stackPast,
} from "../../../dashboard/state/stack.ts";
import { gapAt } from "../../../dashboard/state/series.ts";
import { sample } from "../support.ts";

const fleetPoint = (time: number, bytes: number) => ({
  ...{ time, bytes_sent: bytes, bytes_received: bytes, connections: 0, failed: 0, rejected: 0 },
  ...{ active: 1, active_max: 1 },
});
const point = (time: number, bytes: number) => ({ time, bytes_sent: bytes, bytes_received: 0 });

Deno.test("stackPast gives each of the busiest its own, and what is left to the others", () => {
  const frame = stackPast({
    ...{ proxy_id: null, from: 0, to: 300, step: 60 },
    points: [fleetPoint(0, 600), fleetPoint(60, 600), fleetPoint(240, 600)],
    busiest: [
      { proxy_id: "a", points: [point(0, 300), point(60, 120)] },
      { proxy_id: "b", points: [point(60, 120), point(240, 900)] },
    ],
  }, 0);
  assert.deepEqual(frame.times, [30_000, 90_000, 120_000, 270_000]);
  assert.deepEqual(frame.bands.map(({ id, sent }) => [id, sent]), [
    ["a", [5, 2, null, 0]],
    ["b", [0, 2, null, 15]],
    // More than the whole fleet is no less than nothing of it.
    [OTHERS, [5, 6, null, 0]],
  ]);
  assert.deepEqual(frame.bands[2].received, [10, 10, null, 10]);
});

Deno.test("stackLive holds a proxy's rate until its next, and no longer than it may be silent", () => {
  const fleet = [sample(0, 10), sample(5000, 10), gapAt(6000), sample(30_000, 10)];
  const proxies = new Map([["a", [sample(1000, 4)]]]);
  const frame = stackLive(fleet, proxies, ["a", "gone"]);
  assert.deepEqual(frame.bands.map(({ sent }) => sent), [
    [0, 4, null, 0],
    [0, 0, null, 0],
    [10, 6, null, 10],
  ]);
  const patient = stackLive(fleet, proxies, ["a"], () => 60_000);
  assert.deepEqual(patient.bands[0].sent, [0, 4, null, 4]);
});

Deno.test("joinFrames goes on with the bands of the past, with a gap where they do not meet", () => {
  const frame = (times: number[], n: number, ids = ["a", OTHERS]) => {
    const values = times.map(() => n);
    return { times, bands: ids.map((id) => ({ id, sent: values, received: values })) };
  };
  const joined = joinFrames(frame([0, 10_000], 1), frame([5000, 15_000], 2), 10_000);
  assert.deepEqual(joined.times, [0, 10_000, 15_000]);
  assert.deepEqual(joined.bands[0].sent, [1, 1, 2]);
  const apart = joinFrames(frame([0], 1), frame([90_000], 2, [OTHERS]), 10_000);
  assert.deepEqual(apart.times, [0, 10_000, 90_000]);
  assert.deepEqual(apart.bands.map(({ sent }) => sent), [[1, null, null], [1, null, 2]]);
  assert.deepEqual(joinFrames(frame([], 1), frame([5], 2), 10).times, [5]);
});

Deno.test("busiest takes those that moved most of late, and none that moved nothing", () => {
  const proxies = new Map([
    ["idle", [sample(0, 0)]],
    ["both", [sample(0, 5, 5), sample(1, null, null)]],
    ["much", [sample(0, 90, 0)]],
    ["same", [sample(0, 90, 0)]],
  ]);
  assert.deepEqual(busiest(proxies), ["much", "same", "both"]);
  assert.deepEqual(busiest(proxies, 1), ["much"]);
});

Deno.test("assignColors leaves each its colour as the order changes, and reuses those given back", () => {
  const first = assignColors(new Map(), ["a", "b", "c"]);
  assert.deepEqual([...first], [["a", 0], ["b", 1], ["c", 2]]);
  const next = assignColors(first, ["c", "d", "a"]);
  assert.deepEqual(new Map(next), new Map([["c", 2], ["a", 0], ["d", 1]]));
});

import { strict as assert } from "node:assert";
import type { HistoryPoint, HistoryReply } from "../../../manager/api/model_history.ts";
import { coarsen, joinLive, toSeries } from "../../../dashboard/state/past.ts";
import { gapAt } from "../../../dashboard/state/series.ts";
import { sample } from "../support.ts";

const T = 1_000_000;

function point(time: number, bytes: number): HistoryPoint {
  const none = { connections: 0, failed: 0, rejected: 0, active: 3, active_max: 4 };
  return { time: T + time, bytes_sent: bytes, bytes_received: 2 * bytes, ...none };
}

function reply(step: number, to: number, points: HistoryPoint[]): HistoryReply {
  return { proxy_id: null, from: T, to: T + to, step, points };
}

const brief = (series: ReturnType<typeof toSeries>) => series.map(({ at, sent }) => [at, sent]);

Deno.test("toSeries gives the mean rate in the middle of each step, by this machine's clock", () => {
  const points = [point(0, 600), point(60, 1200)];
  assert.deepEqual(toSeries(reply(60, 120, points), 5000), [
    sample((T + 30) * 1000 - 5000, 10, 20, { active: 3 }),
    sample((T + 90) * 1000 - 5000, 20, 40, { active: 3 }),
  ]);
});

Deno.test("toSeries puts a gap where a step is missing", () => {
  const series = toSeries(reply(60, 300, [point(0, 60), point(180, 60)]), 0);
  assert.deepEqual(brief(series), [
    [(T + 30) * 1000, 1],
    [(T + 60) * 1000, null],
    [(T + 210) * 1000, 1],
  ]);
});

Deno.test("toSeries takes the step that runs by the time that has passed of it, once that says something", () => {
  const at = (to: number) => brief(toSeries(reply(60, to, [point(0, 60), point(60, 60)]), 0));
  assert.deepEqual(at(90).at(-1), [(T + 75) * 1000, 2]);
  assert.equal(at(75).length, 1);
  // Steps as short as reports wait for those that are on their way.
  const short = reply(10, 32, [point(0, 10), point(10, 10), point(20, 0), point(30, 0)]);
  assert.deepEqual(brief(toSeries(short, 0)), [[(T + 5) * 1000, 1], [(T + 15) * 1000, 1]]);
});

Deno.test("joinLive goes on where the past ends, and says where the two do not meet", () => {
  const past = [sample(10_000, 1), sample(20_000, 2)];
  const live = [sample(15_000, 7), sample(25_000, 8), sample(30_000, 9)];
  assert.deepEqual(joinLive(past, live, 10).map(({ sent }) => sent), [1, 2, 8, 9]);
  assert.deepEqual(joinLive([], live, 10), live);
  assert.deepEqual(joinLive(past, [], 10), past);
  const apart = joinLive(past, [sample(90_000, 5)], 10);
  assert.deepEqual(brief(apart).slice(-2), [[30_000, null], [90_000, 5]]);
});

Deno.test("coarsen makes one mean of each step, and leaves gaps where they are", () => {
  const series = [sample(0, 1), sample(30_000, 3), gapAt(40_000), sample(50_000, 9)];
  assert.deepEqual(brief(coarsen(series, 60_000)), [[15_000, 2], [40_000, null], [50_000, 9]]);
  assert.equal(coarsen(series, 10_000), series);
});

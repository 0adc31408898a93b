import { strict as assert } from "node:assert";
import { timeTicks } from "../../../dashboard/chart/ticks.ts";

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const HOUR = 60 * MINUTE;

Deno.test("timeTicks are round times that have room for their labels", () => {
  const minutes = (from: number, to: number, width: number) =>
    timeTicks(from * MINUTE, to * MINUTE, width, 0).map(({ at }) => at / MINUTE);
  assert.deepEqual(minutes(601.5, 606.4, 700), [602, 603, 604, 605, 606]);
  assert.deepEqual(minutes(601, 606, 350), [602, 604]);
  for (const span of [30_000, 5 * MINUTE, HOUR, DAY, 7 * DAY, 30 * DAY, 3650 * DAY]) {
    for (const width of [0, 320, 800, 1400]) {
      const ticks = timeTicks(1e12, 1e12 + span, width, 0);
      assert.ok(ticks.length <= Math.max(2, width / 80), `${span} ${width}: ${ticks.length}`);
    }
  }
});

Deno.test("timeTicks lie on the hours and days of the reader's clocks", () => {
  const offset = 5.5 * HOUR;
  const ticks = timeTicks(10 * DAY, 11 * DAY, 800, offset);
  for (const { at } of ticks) assert.equal((at + offset) % (3 * HOUR), 0);
  assert.equal(ticks.filter(({ as }) => as === "day").length, 1);
  assert.ok(timeTicks(10 * DAY, 17 * DAY, 800, offset).every(({ as }) => as === "day"));
});

Deno.test("timeTicks are told with seconds where they are less than a minute apart", () => {
  const ticks = timeTicks(HOUR, HOUR + 30_000, 800, 0);
  assert.ok(ticks.length > 0 && ticks.every(({ as }) => as === "seconds"));
});

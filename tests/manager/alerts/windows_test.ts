import { strict as assert } from "node:assert";
import fc from "fast-check";
import { minutesLeft, parseWindows, weekClock } from "../../../manager/alerts/windows.ts";

const DAY = 24 * 60;
const at = (day: number, time: string) => {
  const [hours, minutes] = time.split(":").map(Number);
  return day * DAY + hours * 60 + minutes;
};

Deno.test("minutesLeft tells whether a time of the week is within the windows, and for how long", () => {
  const [SUN, MON, TUE, FRI, SAT] = [0, 1, 2, 5, 6];
  const table: [windows: string[], minute: number, left: number][] = [
    [["02:00-04:00"], at(TUE, "01:59"), 0],
    [["02:00-04:00"], at(TUE, "02:00"), 120],
    [["02:00-04:00"], at(TUE, "03:59"), 1],
    [["02:00-04:00"], at(TUE, "04:00"), 0],
    [["sat,sun"], at(SAT, "00:00"), 2 * DAY],
    [["sat,sun"], at(SUN, "23:59"), 1],
    [["sat,sun"], at(MON, "00:00"), 0],
    [["sat-sun"], at(FRI, "23:59"), 0],
    [["fri-mon 10:00-11:00"], at(SUN, "10:30"), 30],
    [["fri-mon 10:00-11:00"], at(TUE, "10:30"), 0],
    [["mon-fri 22:00-06:00"], at(MON, "05:00"), 0],
    [["mon-fri 22:00-06:00"], at(SAT, "05:00"), 60],
    [["sat 22:00-06:00"], at(SUN, "05:00"), 60],
    [["mon 00:00-24:00"], at(MON, "12:00"), DAY / 2],
    [["MON"], at(MON, "12:00"), DAY / 2],
    [["01:00-02:00", "02:00-03:00", "02:30-05:00"], at(MON, "01:30"), 210],
    [["sun-sat"], at(MON, "01:30"), 7 * DAY],
  ];
  for (const [texts, minute, left] of table) {
    const windows = texts.flatMap((text) => parseWindows(text)!);
    assert.equal(minutesLeft(windows, minute), left, `${texts} at ${minute}`);
  }
});

Deno.test("parseWindows takes nothing but days and times", () => {
  for (
    const text of [
      ...["", " ", "someday", "mon-", "-mon", "mon-tue-wed", "mon tue", "25:00-26:00", "1:00-2:00"],
      ...["01:60-02:00", "01:00", "01:00-", "mon 01:00", "mon,,tue", "24:01-02:00"],
    ]
  ) {
    assert.equal(parseWindows(text), null, JSON.stringify(text));
  }
});

Deno.test("minutesLeft counts down to zero, minute by minute", () => {
  const window = fc.tuple(fc.nat(7 * DAY - 1), fc.integer({ min: 1, max: 2 * DAY }))
    .map(([from, length]) => ({ from, to: from + length }));
  const minute = fc.nat(7 * DAY - 1);
  fc.assert(fc.property(fc.array(window, { maxLength: 5 }), minute, (windows, minute) => {
    const left = minutesLeft(windows, minute);
    const isWithin = (at: number) =>
      windows.some(({ from, to }) => (at >= from && at < to) || at + 7 * DAY < to);
    for (let i = 0; i < left && i < 7 * DAY; i += 7) {
      assert.ok(isWithin((minute + i) % (7 * DAY)));
    }
    if (left < 7 * DAY) assert.ok(!isWithin((minute + left) % (7 * DAY)));
  }));
});

Deno.test("weekClock tells the minute of the week of a place, summer time included", () => {
  const table: [zone: string, time: string, minute: number][] = [
    ["UTC", "2026-11-22T00:00:00Z", 0],
    ["UTC", "2026-11-23T10:05:59Z", at(1, "10:05")],
    ["Europe/Berlin", "2026-11-22T23:30:00Z", at(1, "00:30")],
    ["Europe/Berlin", "2026-07-04T22:30:00Z", at(0, "00:30")],
    ["America/New_York", "2026-11-22T03:00:00Z", at(6, "22:00")],
  ];
  for (const [zone, time, minute] of table) {
    assert.equal(weekClock(zone)(Date.parse(time)), minute, `${zone} ${time}`);
  }
  assert.throws(() => weekClock("Mars/Olympus"), RangeError);
});

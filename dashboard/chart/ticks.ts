/** The x axis of the traffic chart. Pure; local milliseconds. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STEPS = [
  ...[10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE],
  ...[30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR],
  ...[DAY, 2 * DAY, 5 * DAY, 10 * DAY, 30 * DAY, 90 * DAY, 365 * DAY],
];

const LABEL_PX = 80;

/** A tick and how it is told: as a day where one begins or the steps are days, else as a time of day. */
export interface Tick {
  at: number;
  as: "day" | "minutes" | "seconds";
}

/**
 * Round times from `from` to `to` on an axis of `width` pixels, so many that no labels touch, and none
 * whose label would reach over the right end (at the left, the y axis leaves room). `offset` is how far
 * the reader's clocks are ahead of UTC.
 */
export function timeTicks(from: number, to: number, width: number, offset: number): Tick[] {
  const perLabel = (to - from) * LABEL_PX / Math.max(width, LABEL_PX);
  const step = STEPS.find((step) => step >= perLabel) ?? Math.ceil(perLabel / DAY) * DAY;
  const ticks: Tick[] = [];
  const first = Math.ceil((from + offset) / step) * step - offset;
  for (let at = first; at <= to - perLabel / 3; at += step) {
    const isDay = (at + offset) % DAY === 0;
    ticks.push({ at, as: isDay ? "day" : step < MINUTE ? "seconds" : "minutes" });
  }
  return ticks;
}

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const DAY_MINUTES = 24 * 60;
const WEEK_MINUTES = 7 * DAY_MINUTES;

/** A time that comes each week, in minutes from Sunday 0:00 on; `to` may lie behind the week's end. */
export interface Window {
  from: number;
  to: number;
}

export const WINDOW_EXPECTED =
  'expected days, times or both, such as "sat,sun", "mon-fri 22:00-06:00" or "02:00-04:00"';

/**
 * `[days] [from-to]` as times of the week, or null for anything else; a time over midnight belongs to the day on
 * which it begins.
 */
export function parseWindows(text: string): Window[] | null {
  const [, days, time] = /^(?:([a-z,-]+))?\s*(\d\d:\d\d-\d\d:\d\d)?$/i.exec(text.trim()) ?? [];
  if (days === undefined && time === undefined) return null;
  const chosen = days === undefined ? DAYS.map((_, day) => day) : parseDays(days.toLowerCase());
  const [from, to] = time === undefined ? [0, DAY_MINUTES] : time.split("-").map(parseTime);
  if (chosen === null || from === null || to === null) return null;
  const length = to > from ? to - from : to - from + DAY_MINUTES;
  return chosen.map((day) => {
    const begin = day * DAY_MINUTES + from;
    return { from: begin, to: begin + length };
  });
}

function parseDays(text: string): number[] | null {
  const days = new Set<number>();
  for (const part of text.split(",")) {
    const [first, last = first, ...more] = part.split("-").map((name) => DAYS.indexOf(name));
    if (first < 0 || last < 0 || more.length > 0) return null;
    for (let day = first;; day = (day + 1) % 7) {
      days.add(day);
      if (day === last) break;
    }
  }
  return [...days].toSorted();
}

function parseTime(text: string): number | null {
  const [hours, minutes] = text.split(":").map(Number);
  return hours * 60 + minutes <= DAY_MINUTES && minutes < 60 ? hours * 60 + minutes : null;
}

/** For how many minutes more, a week at most, some window lasts at this minute of the week; 0 where none does. */
export function minutesLeft(windows: readonly Window[], minute: number): number {
  let left = 0;
  // Where one window ends another may have begun.
  while (left < WEEK_MINUTES) {
    const at = (minute + left) % WEEK_MINUTES;
    const rest = Math.max(0, ...windows.map((window) => restOf(window, at)));
    if (rest === 0) return left;
    left += rest;
  }
  return WEEK_MINUTES;
}

function restOf({ from, to }: Window, minute: number): number {
  if (minute >= from && minute < to) return to - minute;
  // One that began last week.
  return Math.max(0, to - WEEK_MINUTES - minute);
}

/** Tells the minute of the week on the clocks of this time zone; throws RangeError where there is no such zone. */
export function weekClock(timeZone: string): (nowMs: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    ...{ timeZone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  });
  return (nowMs) => {
    const parts = format.formatToParts(nowMs);
    const part = (type: string) => parts.find((part) => part.type === type)!.value;
    const day = DAYS.indexOf(part("weekday").toLowerCase());
    return day * DAY_MINUTES + Number(part("hour")) * 60 + Number(part("minute"));
  };
}

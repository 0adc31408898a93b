/** Moments and spans of time as people write them. Pure. */
import { words } from "./words/words.ts";

/** How times are written. */
export interface Times {
  /** A span of seconds in its two largest parts: `42 s`, `4 min 3 s`, `2 h 5 min`, `3 d 4 h`. */
  duration(seconds: number): string;
  /** A span of seconds in one part: `12 s`, `4 min`, `3 h`, `2 days`. */
  span(seconds: number): string;
  /** How many seconds ago, in one part: `just now`, `12 s ago`, `4 min ago`. */
  age(seconds: number): string;
  /** Date and time of a Unix time in seconds; empty for a time that is not known. */
  exact(unixSeconds: number): string;
  /** The time of day, `14:05` or `2:05 PM`, of local milliseconds. */
  clock(ms: number, withSeconds?: boolean): string;
  /** The day, `23 Nov`, of local milliseconds. */
  day(ms: number): string;
  /** Day and time of day, `23 Nov, 14:05`, of local milliseconds. */
  moment(ms: number): string;
  /** The time zone's name, as the system has it where none is chosen. */
  zone: string;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The times of a reader; throws a RangeError for a locale or a time zone that does not exist. */
export function createTimes(locale: string, timeZone: string): Times {
  const where = timeZone === "" ? {} : { timeZone };
  const clock = { hour: "numeric", minute: "2-digit" } as const;
  const day = { day: "numeric", month: "short" } as const;
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { ...options, ...where });
  const exact = format({ dateStyle: "medium", timeStyle: "medium" });
  const minutes = format(clock);
  const seconds = format({ ...clock, second: "2-digit" });
  const days = format(day);
  const moments = format({ ...day, ...clock });
  return {
    duration: formatDuration,
    span: formatSpan,
    age: formatAge,
    exact(unixSeconds) {
      const date = new Date(unixSeconds * 1000);
      return unixSeconds <= 0 || Number.isNaN(date.getTime()) ? "" : exact.format(date);
    },
    clock: (ms, withSeconds = false) => (withSeconds ? seconds : minutes).format(ms),
    day: (ms) => days.format(ms),
    moment: (ms) => moments.format(ms),
    zone: exact.resolvedOptions().timeZone,
  };
}

/** See {@link Times.duration}. */
function formatDuration(seconds: number): string {
  const { s, min, h, d } = words.time;
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE) return s(String(whole));
  if (whole < HOUR) return join(whole, MINUTE, min, 1, s);
  if (whole < DAY) return join(whole, HOUR, h, MINUTE, min);
  return join(whole, DAY, d, HOUR, h);
}

type Unit = (n: string) => string;

function join(s: number, large: number, largeUnit: Unit, small: number, smallUnit: Unit): string {
  const rest = Math.floor((s % large) / small);
  const first = largeUnit(String(Math.floor(s / large)));
  return rest === 0 ? first : `${first} ${smallUnit(String(rest))}`;
}

function formatSpan(seconds: number): string {
  const { s, min, h, day, days } = words.time;
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE) return s(String(whole));
  if (whole < HOUR) return min(String(Math.floor(whole / MINUTE)));
  if (whole < DAY) return h(String(Math.floor(whole / HOUR)));
  const n = Math.floor(whole / DAY);
  return n === 1 ? day : days(String(n));
}

function formatAge(seconds: number): string {
  return seconds < 1 ? words.time.justNow : words.time.ago(formatSpan(seconds));
}

/** Numbers, sizes and times as the dashboard writes them. Pure; the locale is the browser's unless given. */

/** A figure and its unit apart, so that the unit can be drawn lighter. */
export interface Quantity {
  value: string;
  unit: string;
}

interface Formats {
  whole: Intl.NumberFormat;
  significant: Intl.NumberFormat;
  decimal: Intl.NumberFormat;
  exact: Intl.DateTimeFormat;
  minutes: Intl.DateTimeFormat;
  seconds: Intl.DateTimeFormat;
}

function createFormats(locale?: string): Formats {
  const clock = { hour: "numeric", minute: "2-digit" } as const;
  const significant = { minimumSignificantDigits: 3, maximumSignificantDigits: 3 };
  return {
    whole: new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }),
    significant: new Intl.NumberFormat(locale, significant),
    decimal: new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }),
    exact: new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" }),
    minutes: new Intl.DateTimeFormat(locale, clock),
    seconds: new Intl.DateTimeFormat(locale, { ...clock, second: "2-digit" }),
  };
}

// Making a format costs a hundred times as much as using it, and a table uses thousands a second.
const BROWSER = createFormats();

function formats(locale?: string): Formats {
  return locale === undefined ? BROWSER : createFormats(locale);
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

/** Bytes in decimal units with three significant digits: 1234567 is `1.23` and `MB`. */
export function formatBytes(bytes: number, locale?: string): Quantity {
  let scaled = Math.max(0, bytes);
  let power = 0;
  // 999.5 would be rounded to 1,000, which is 1.00 of the next unit.
  while (scaled >= 999.5 && power < UNITS.length - 1) {
    scaled /= 1000;
    power++;
  }
  const { whole, significant } = formats(locale);
  return { value: (power === 0 ? whole : significant).format(scaled), unit: UNITS[power] };
}

/** Bytes a second, in the units of {@link formatBytes}. */
export function formatRate(bytesPerSecond: number, locale?: string): Quantity {
  const { value, unit } = formatBytes(bytesPerSecond, locale);
  return { value, unit: `${unit}/s` };
}

/** Milliseconds with at most one decimal. */
export function formatLatency(ms: number, locale?: string): Quantity {
  const { whole, decimal } = formats(locale);
  return { value: (ms < 100 ? decimal : whole).format(ms), unit: "ms" };
}

/** A whole number with the locale's grouping. */
export function formatCount(n: number, locale?: string): string {
  return formats(locale).whole.format(n);
}

/** A number with at most one decimal. */
export function formatDecimal(n: number, locale?: string): string {
  return formats(locale).decimal.format(n);
}

/** A percentage with at most one decimal; what is above zero never reads as zero. */
export function formatPercent(percent: number, locale?: string): string {
  if (percent > 0 && percent < 0.1) return `< ${formatPercent(0.1, locale)}`;
  return `${formats(locale).decimal.format(percent)} %`;
}

/** `1 connection`, `2 connections`: a count with its noun and the ending of its plural. */
export function formatPlural(n: number, noun: string, ending = "s", locale?: string): string {
  return `${formatCount(n, locale)} ${noun}${n === 1 ? "" : ending}`;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A span in its two largest parts: `42 s`, `4 min 3 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < MINUTE) return `${s} s`;
  if (s < HOUR) return join(s, MINUTE, "min", 1, "s");
  if (s < DAY) return join(s, HOUR, "h", MINUTE, "min");
  return join(s, DAY, "d", HOUR, "h");
}

function join(s: number, large: number, largeUnit: string, small: number, smallUnit: string) {
  const rest = Math.floor((s % large) / small);
  const first = `${Math.floor(s / large)} ${largeUnit}`;
  return rest === 0 ? first : `${first} ${rest} ${smallUnit}`;
}

/** How long ago, in one part: `just now`, `12 s ago`, `4 min ago`, `3 h ago`, `2 days ago`. */
export function formatAge(seconds: number): string {
  return seconds < 1 ? "just now" : `${formatSpan(seconds)} ago`;
}

/** A span in one part: `12 s`, `4 min`, `3 h`, `2 days`. */
export function formatSpan(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < MINUTE) return `${s} s`;
  if (s < HOUR) return `${Math.floor(s / MINUTE)} min`;
  if (s < DAY) return `${Math.floor(s / HOUR)} h`;
  const days = Math.floor(s / DAY);
  return days === 1 ? "1 day" : `${days} days`;
}

/** The exact local date and time of a Unix time in seconds; empty for a time that is not known. */
export function formatExact(unixSeconds: number, locale?: string): string {
  const date = new Date(unixSeconds * 1000);
  if (unixSeconds <= 0 || Number.isNaN(date.getTime())) return "";
  return formats(locale).exact.format(date);
}

/** The time of day, `14:05` or `2:05 PM`, with seconds if asked for, of local milliseconds. */
export function formatClock(ms: number, withSeconds = false, locale?: string): string {
  const { minutes, seconds } = formats(locale);
  return (withSeconds ? seconds : minutes).format(ms);
}

/** A connection's client as `ip:port`, with brackets around IPv6 (RFC 3986, section 3.2.2). */
export function formatClient(ip: string, port: number): string {
  return ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`;
}

// C0 and C1 controls, and the format characters that reorder or hide what stands beside them.
const INVISIBLE =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** Text from a stranger with its invisible and reordering characters spelled out: `‹U+202E›`. */
export function visible(text: string): string {
  return text.replace(
    INVISIBLE,
    (c) => `‹U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}›`,
  );
}

/** Numbers, sizes and times as the reader wants them written. Pure. */
import { createTimes, type Times } from "./format_time.ts";

/** A figure and its unit apart, so that the unit can be drawn lighter. */
export interface Quantity {
  value: string;
  unit: string;
}

/** A number as text, and which form of a noun goes with it, for words that count. */
export interface Counted {
  text: string;
  form: Intl.LDMLPluralRule;
}

/** What decides how things are written. */
export interface FormatOptions {
  /** A BCP 47 tag. */
  locale: string;
  /** An IANA name; empty for the device's own. */
  timeZone: string;
  rates: "bytes" | "bits";
  units: "decimal" | "binary";
}

/** Writes everything that is not a word; made once for the settings, cheap to use. */
export interface Format extends Times {
  /** Bytes with three significant digits: 1234567 is `1.23` and `MB`. */
  bytes(bytes: number): Quantity;
  /** Bytes a second, in the reader's bytes or bits. */
  rate(bytesPerSecond: number): Quantity;
  /** What a round rate is a multiple of: `factor` units a byte, in powers of `base`. */
  rateScale: { factor: 1 | 8; base: 1000 | 1024 };
  /** Milliseconds with at most one decimal. */
  latency(ms: number): Quantity;
  /** A whole number with the locale's grouping. */
  count(n: number): string;
  /** A whole number for words that count it. */
  counted(n: number): Counted;
  /** A number with at most one decimal. */
  decimal(n: number): string;
  /** A percentage with at most one decimal; what is above zero never reads as zero. */
  percent(percent: number): string;
}

const PREFIXES = {
  1000: ["", "k", "M", "G", "T", "P", "E"],
  1024: ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"],
} as const;

/** The formats of a reader; throws a RangeError for a locale or a time zone that does not exist. */
export function createFormat({ locale, timeZone, rates, units }: FormatOptions): Format {
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const digits = { minimumSignificantDigits: 3, maximumSignificantDigits: 3 };
  const significant = new Intl.NumberFormat(locale, digits);
  const tenths = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const plurals = new Intl.PluralRules(locale);
  const base = units === "binary" ? 1024 : 1000;
  const factor = rates === "bits" ? 8 : 1;

  const quantity = (amount: number, unit: string): Quantity => {
    const { scaled, power } = scale(Math.max(0, amount), base);
    // Of 1,024 there may be 1,023, for which three digits are too few.
    const exact = power === 0 || scaled >= 999.5;
    return {
      value: (exact ? whole : significant).format(scaled),
      unit: `${PREFIXES[base][power]}${unit}`,
    };
  };
  const percent = (value: number): string =>
    value > 0 && value < 0.1 ? `< ${percent(0.1)}` : `${tenths.format(value)} %`;

  return {
    ...createTimes(locale, timeZone),
    bytes: (bytes) => quantity(bytes, "B"),
    rate: (bytes) => quantity(bytes * factor, factor === 8 ? "bit/s" : "B/s"),
    rateScale: { factor, base },
    latency: (ms) => ({ value: (ms < 100 ? tenths : whole).format(ms), unit: "ms" }),
    count: (n) => whole.format(n),
    counted: (n) => ({ text: whole.format(n), form: plurals.select(n) }),
    decimal: (n) => tenths.format(n),
    percent,
  };
}

/** An amount in the unit in which it is below 1,000 or 1,024, even when it is rounded. */
function scale(amount: number, base: 1000 | 1024): { scaled: number; power: number } {
  let scaled = amount;
  let power = 0;
  while (scaled >= base - 0.5 && power < PREFIXES[base].length - 1) {
    scaled /= base;
    power++;
  }
  return { scaled, power };
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

import { z } from "zod";
import type { TierName } from "./rollup.ts";

/** For how many seconds each kind of record is kept, and how many rows the log has at most. */
export interface Retention extends Record<TierName, number> {
  top: number;
  log: number;
  logRows: number;
  events: number;
}

/** Where history is kept, and for how long. */
export interface HistoryOptions {
  /** The data directory; null is the user's own as the system has it, "memory" is none. */
  dir: { path: string } | "default" | "memory";
  retention: Retention;
  /** Pages that the database may have; for tests of a full disk. */
  maxPages?: number;
}

const HOUR = 3600;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

export const DEFAULT_RETENTION: Retention = {
  raw: HOUR,
  "1m": 48 * HOUR,
  "10m": 30 * DAY,
  "1h": YEAR,
  top: 30 * DAY,
  log: 7 * DAY,
  logRows: 1_000_000,
  events: 30 * DAY,
};

const UNITS: Record<string, number> = { m: 60, h: HOUR, d: DAY, y: YEAR };
/** The least and the most of each, in seconds. */
const TIMES: Record<string, [name: keyof Retention, least: string, most: string]> = {
  raw: ["raw", "10m", "48h"],
  "1m": ["1m", "1h", "90d"],
  "10m": ["10m", "1d", "2y"],
  "1h": ["1h", "1d", "10y"],
  top: ["top", "1d", "1y"],
  log: ["log", "1h", "1y"],
  events: ["events", "1h", "1y"],
};
const MAX_LOG_ROWS = 10_000_000;

/** `--data-dir`, `--no-history` and `--retention` as they come from the command line. */
export const historyFlags = {
  dataDir: z.string().min(1, 'Cannot use --data-dir "": expected a directory').max(4096, {
    error: () => "Cannot use --data-dir: expected at most 4096 characters",
  }).regex(/^[^\0]*$/, "Cannot use --data-dir: expected no NUL in it").optional(),
  // The command line says true unless it has --no-history; who asks for nothing gets none.
  history: z.boolean().default(false),
  retention: z.string().transform((text, context) => {
    const result = parseRetention(text);
    if (typeof result !== "string") return result;
    context.addIssue(`Cannot parse --retention ${JSON.stringify(text)}: ${result}`);
    return z.NEVER;
  }).optional(),
};

type Flags = z.infer<z.ZodObject<typeof historyFlags>>;

/** The options that the flags make, null for no history, or the sentence that says what is wrong with them. */
export function historyOptions(
  { dataDir, history, retention }: Flags,
): HistoryOptions | null | string {
  if (!history) {
    if (dataDir !== undefined) return "--data-dir cannot be combined with --no-history";
    if (retention !== undefined) return "--retention cannot be combined with --no-history";
    return null;
  }
  const dir = dataDir === undefined ? "default" : { path: dataDir };
  return { dir, retention: retention ?? DEFAULT_RETENTION };
}

/** `name=time` with commas between, for those that are not as usual; or what is wrong. */
function parseRetention(text: string): Retention | string {
  const retention = { ...DEFAULT_RETENTION };
  for (const part of text.split(",")) {
    const [name, value, more] = part.split("=");
    const wrong = value === undefined || more !== undefined
      ? undefined
      : name === "log-rows"
      ? setRows(retention, value)
      : setTime(retention, name, value);
    if (wrong === null) continue;
    return wrong ??
      `expected ${Object.keys(TIMES).join(", ")} or log-rows with a value, as in 1m=7d,log=24h`;
  }
  const unsorted = [["raw", "1m"], ["1m", "10m"], ["10m", "1h"]] as const;
  const [fine, coarse] = unsorted.find(([fine, coarse]) => retention[fine] > retention[coarse]) ??
    [];
  if (fine) return `expected ${fine} to be kept no longer than ${coarse}`;
  return retention;
}

function setRows(retention: Retention, value: string): string | null {
  const rows = Number(value);
  if (!/^\d{1,9}$/.test(value) || rows > MAX_LOG_ROWS) {
    return `expected log-rows from 0 to ${MAX_LOG_ROWS}`;
  }
  retention.logRows = rows;
  return null;
}

/** Returns null, what is wrong with the value, or undefined for a name that is none. */
function setTime(retention: Retention, key: string, value: string): string | null | undefined {
  if (!Object.hasOwn(TIMES, key)) return undefined;
  const [name, least, most] = TIMES[key];
  const seconds = toSeconds(value);
  if (seconds === null || seconds < toSeconds(least)! || seconds > toSeconds(most)!) {
    return `expected ${key} from ${least} to ${most}`;
  }
  retention[name] = seconds;
  return null;
}

function toSeconds(text: string): number | null {
  const [, digits, unit] = /^(\d{1,6})([mhdy])$/.exec(text) ?? [];
  return digits === undefined ? null : Number(digits) * UNITS[unit];
}

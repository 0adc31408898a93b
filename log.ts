import { configureSync, type LogLevel, type LogRecord } from "@logtape/logtape";

export const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;
export type Level = (typeof LOG_LEVELS)[number];
export type LogFormat = "text" | "json";

/** How much is logged, and how, as far as that is said. */
export interface LogSettings {
  level: Level | null;
  format: LogFormat | null;
}

/** Most characters of one message or value; what goes beyond is cut off. */
const MAX_TEXT = 2048;

/** Sends the program's log to stderr: one line an entry, as text or as JSON. */
export function setUpLog(level: Level, format: LogFormat): void {
  const encoder = new TextEncoder();
  const line = format === "json" ? jsonLine : textLine;
  configureSync({
    sinks: {
      stderr: (record) => {
        Deno.stderr.writeSync(encoder.encode(line(record) + "\n"));
      },
    },
    loggers: [
      { category: ["rustproxy"], sinks: ["stderr"], lowestLevel: level as LogLevel },
      { category: ["logtape", "meta"], sinks: ["stderr"], lowestLevel: "warning" },
    ],
    reset: true,
  });
}

/** `time level message key=value …`, with control characters escaped so that an entry stays one line. */
export function textLine(record: LogRecord): string {
  const time = new Date(record.timestamp).toISOString();
  const properties = entries(record)
    .filter(([key]) => !record.rawMessage.includes(`{${key}}`))
    .map(([key, value]) => ` ${key}=${textValue(value)}`);
  return `${time} ${record.level.padEnd(7)} ${escapeControls(message(record))}${
    properties.join("")
  }`;
}

/** One JSON object; `time` in Unix seconds. */
export function jsonLine(record: LogRecord): string {
  const { timestamp, level } = record;
  const properties = Object.fromEntries(entries(record));
  const text = message(record);
  return escapeControls(
    JSON.stringify({ time: timestamp / 1000, level, message: text, ...properties }),
  );
}

function message({ rawMessage, message, properties }: LogRecord): string {
  // Braces in a message are places for properties; where there are none, they are just text.
  const isPlain = typeof rawMessage === "string" && Object.keys(properties).length === 0;
  return cut(isPlain ? rawMessage : message.map(String).join(""));
}

function entries(record: LogRecord): [string, unknown][] {
  return Object.entries(record.properties)
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([key, value]) => [key, bounded(value)]);
}

function bounded(value: unknown): unknown {
  if (typeof value === "string") return cut(value);
  if (value === null || typeof value === "number" || typeof value === "boolean") return value;
  return cut(value instanceof Error ? `${value.name}: ${value.message}` : Deno.inspect(value));
}

/** Values are cut, not lines: half a line of JSON is none. */
function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`;
}

function textValue(value: unknown): string {
  const text = String(value);
  return /^[!#-~]+$/.test(text) ? text : escapeControls(JSON.stringify(text));
}

/** The text with control characters and line separators as `\uXXXX`: one line, and harmless to a terminal. */
export function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

import { configureSync, type LogLevel, type LogRecord } from "@logtape/logtape";

export const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;
export type Level = (typeof LOG_LEVELS)[number];
export type LogFormat = "text" | "json";

const MAX_LINE = 4096;

/** Sends the program's log to stderr: one line an entry, as text or as JSON. */
export function setUpLog(level: Level, format: LogFormat): void {
  const encoder = new TextEncoder();
  const line = format === "json" ? jsonLine : textLine;
  configureSync({
    sinks: {
      stderr: (record) => {
        Deno.stderr.writeSync(encoder.encode(line(record).slice(0, MAX_LINE) + "\n"));
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
  return JSON.stringify({ time: timestamp / 1000, level, message: message(record), ...properties });
}

function message(record: LogRecord): string {
  return record.message.map((part) => typeof part === "string" ? part : String(part)).join("");
}

function entries(record: LogRecord): [string, unknown][] {
  return Object.entries(record.properties).filter(([, value]) =>
    value !== undefined && value !== ""
  );
}

function textValue(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
  return /^[!#-~]+$/.test(text) ? text : JSON.stringify(text);
}

function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

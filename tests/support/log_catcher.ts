import { configureSync, type LogRecord, resetSync } from "@logtape/logtape";

/** Takes down what is logged, until the scope is left; for tests alone in their process. */
export function catchLog() {
  const lines: { level: string; text: string }[] = [];
  configureSync({
    sinks: {
      list: (record: LogRecord) => {
        lines.push({ level: record.level, text: record.message.map(String).join("") });
      },
    },
    loggers: [
      { category: ["rustproxy"], sinks: ["list"], lowestLevel: "debug" },
      { category: ["logtape", "meta"], sinks: ["list"], lowestLevel: "warning" },
    ],
    reset: true,
  });
  return {
    lines,
    warnings: () => lines.filter(({ level }) => level === "warning").map(({ text }) => text),
    [Symbol.dispose]: () => resetSync(),
  };
}

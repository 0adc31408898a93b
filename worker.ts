/** What a worker thread runs: a proxy's engine, or what receives a manager's reports or holds its history. */
import { type Level, type LogFormat, setUpLog } from "./log.ts";
import type { HistoryPort, HistoryStart } from "./manager/history/messages.ts";
import { serveHistory } from "./manager/history/worker.ts";
import type { ReceiverPort, ReceiverStart } from "./manager/receiver/messages.ts";
import { serveReceiver } from "./manager/receiver/receiver.ts";
import { serveWorker, type ToWorker, type WorkerPort } from "./proxy/worker.ts";

/** How the worker logs: as the program that started it. */
export interface WorkerSetup {
  level: Level;
  format: LogFormat;
}

// The first message says which of them it is; from then on each listens for itself.
self.onmessage = ({ data }: MessageEvent<ToWorker | ReceiverStart | HistoryStart>) => {
  if (data.kind === "receive") return serveReceiver(self as unknown as ReceiverPort, data);
  if (data.kind === "history") return serveHistory(self as unknown as HistoryPort, data);
  if (data.kind !== "start") return;
  const { level, format } = data.setup as WorkerSetup;
  setUpLog(level, format);
  const setLogLevel = (level: Level) => setUpLog(level, format);
  serveWorker(self as unknown as WorkerPort, data, { setLogLevel });
};

/** What a worker thread of a proxy runs: the engine with this program's log. */
import { type Level, type LogFormat, setUpLog } from "./log.ts";
import { serveWorker, type ToWorker, type WorkerPort } from "./proxy/worker.ts";

/** How the worker logs: as the program that started it. */
export interface WorkerSetup {
  level: Level;
  format: LogFormat;
}

const port = self as unknown as WorkerPort;
port.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind !== "start") return;
  const { level, format } = data.setup as WorkerSetup;
  setUpLog(level, format);
  serveWorker(port, data);
};

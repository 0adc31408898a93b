/** Starts what the program is asked to run, and ends it. */
import type { Task } from "./cli.ts";
import type { Environment } from "./config/environment.ts";
import { Household } from "./config/household.ts";
import { openConfig } from "./config/open.ts";
import type { Config } from "./config/read.ts";
import { startDemo } from "./demo.ts";
import { type Level, type LogFormat, type LogSettings, setUpLog } from "./log.ts";
import { startManager } from "./manager/mod.ts";
import { machineName, startProxyThreads } from "./proxy/mod.ts";

/** What runs until it is stopped. */
export type Work =
  | Extract<Task, { kind: "manager" | "proxy" | "demo" }>
  | { kind: "config"; file: string; log: LogSettings; config: Config };

/** Where it runs. */
export interface Place {
  version: string;
  dashboardDir: URL;
  /** What threads run. */
  worker: URL;
  log: { level: Level; format: LogFormat };
  env: Environment;
  /** Told to stop other than by a signal. */
  onStop(): void;
}

/** What runs: it can be stopped, and told to read its configuration again if it has one. */
export interface Running {
  stop(): Promise<void>;
  reload?(): Promise<unknown>;
}

/** Starts it; rejects with nothing left open. */
export async function start(work: Work, place: Place): Promise<Running> {
  const { version, dashboardDir, log, onStop } = place;
  const setLogLevel = (level: Level) => setUpLog(level, log.format);
  const deps = { version, host: machineName(), dashboardDir, onStop, setLogLevel };
  const module = { url: place.worker, setup: log };
  switch (work.kind) {
    case "manager":
      return await startManager(work.options, deps);
    case "proxy":
      return await startProxyThreads(work.options, deps, module);
    case "demo":
      return await startDemo(deps, (line) => console.log(line));
    case "config":
      return await Household.start(work.config, {
        startManager: (options) => startManager(options, deps),
        startProxy: (options, told) => startProxyThreads(options, { ...deps, ...told }, module),
        read: () => openConfig(work.file, place.env),
        log: work.log,
        setLogLevel,
        onStop,
      });
  }
}

/** Resolves with the first signal to stop, or by command; a second signal ends the program at once, with exit code 130. */
export function stopSignal(): PromiseWithResolvers<void> {
  const signals: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM"];
  const first = Promise.withResolvers<void>();
  let seen = 0;
  const onSignal = () => seen++ > 0 ? Deno.exit(130) : first.resolve();
  for (const signal of signals) Deno.addSignalListener(signal, onSignal);
  return first;
}

/** Lets SIGHUP have the configuration read again, where there is one; Windows has no such signal. */
export function followHangup(running: Promise<Running>): void {
  if (Deno.build.os === "windows") return;
  // One that comes while it starts waits: what has been read may be of before.
  Deno.addSignalListener("SIGHUP", () => void running.then((it) => it.reload?.(), () => {}));
}

import { parseCommandLine, type Task, UsageError } from "./cli.ts";
import { controlFromTerminal } from "./ctl.ts";
import config from "./deno.json" with { type: "json" };
import { startDemo } from "./demo.ts";
import { type Level, setUpLog } from "./log.ts";
import { PasswordError } from "./manager/auth/hash_password.ts";
import { DataDirError, startManager } from "./manager/mod.ts";
import { checkAccess } from "./proxy/check_access.ts";
import { ListenError } from "./proxy/net/address.ts";
import { FileError, machineName, startProxyThreads } from "./proxy/mod.ts";
import type { WorkerSetup } from "./worker.ts";

const DASHBOARD = new URL("./dashboard/dist/", import.meta.url);
/** In the executable the worker's bundle stands beside the program's. */
const WORKER = new URL(import.meta.url.replace(/main(\.\w+)$/, "worker$1"));

/** Starts what runs until it is stopped. */
async function start(
  task: Exclude<Task, { kind: "print" | "check" | "ctl" }>,
  setup: WorkerSetup,
  onStop: () => void,
): Promise<{ stop(): Promise<void> }> {
  const told = { onStop, setLogLevel: (level: Level) => setUpLog(level, setup.format) };
  const deps = { version: config.version, host: machineName(), dashboardDir: DASHBOARD, ...told };
  switch (task.kind) {
    case "manager":
      return await startManager(task.options, deps);
    case "proxy":
      return await startProxyThreads(task.options, deps, { url: WORKER, setup });
    case "demo":
      return await startDemo(deps, (line) => console.log(line));
  }
}

/** Resolves with the first signal to stop, or by command; a second signal ends the program at once, with exit code 130. */
function stopSignal(): PromiseWithResolvers<void> {
  const signals: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM"];
  const first = Promise.withResolvers<void>();
  let seen = 0;
  const onSignal = () => seen++ > 0 ? Deno.exit(130) : first.resolve();
  for (const signal of signals) Deno.addSignalListener(signal, onSignal);
  return first;
}

function fail(error: unknown): never {
  const known = [UsageError, ListenError, FileError, DataDirError, PasswordError]
    .some((kind) => error instanceof kind);
  console.error(known ? `rustproxy: ${(error as Error).message}` : error);
  Deno.exit(error instanceof UsageError ? 2 : 1);
}

if (import.meta.main) {
  try {
    const invocation = parseCommandLine(Deno.args, config.version, (name) => Deno.env.get(name));
    const { task, logLevel, logFormat, warnings } = invocation;
    if (task.kind === "ctl") Deno.exit(await controlFromTerminal(task.options));
    if (task.kind === "print" || task.kind === "check") {
      const { text, code } = task.kind === "check" ? await checkAccess(task) : { ...task, code: 0 };
      console.log(typeof text === "function" ? await text() : text);
      Deno.exit(code);
    }
    // Only history is ever written; what needs none gives the permission up before it meets strangers.
    const remembers = task.kind === "manager" && task.options.history !== null;
    if (!remembers) Deno.permissions.revokeSync({ name: "write" });
    for (const warning of warnings) console.error(`rustproxy: ${warning}`);
    const format = logFormat ?? (Deno.stderr.isTerminal() ? "text" : "json");
    setUpLog(logLevel, format);
    // From before the start on: who is stopped while it starts ends as well as later.
    const signal = stopSignal();
    const running = await start(task, { level: logLevel, format }, signal.resolve);
    await signal.promise;
    await running.stop();
    Deno.exit(0);
  } catch (error) {
    fail(error);
  }
}

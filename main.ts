import { parseCommandLine, type Task, UsageError } from "./cli.ts";
import { answerAbout, ConfigError, openConfig } from "./config/open.ts";
import { controlFromTerminal } from "./ctl.ts";
import config from "./deno.json" with { type: "json" };
import { setUpLog } from "./log.ts";
import { PasswordError } from "./manager/auth/hash_password.ts";
import { DataDirError } from "./manager/mod.ts";
import { checkAccess } from "./proxy/check_access.ts";
import { ListenError } from "./proxy/net/address.ts";
import { FileError } from "./proxy/mod.ts";
import { followHangup, start, stopSignal, type Work } from "./start.ts";

const DASHBOARD = new URL("./dashboard/dist/", import.meta.url);
/** In the executable the worker's bundle stands beside the program's. */
const WORKER = new URL(import.meta.url.replace(/main(\.\w+)$/, "worker$1"));

const env = (name: string) => Deno.env.get(name);

/** What tasks say that start nothing, and the exit code; null for the others. */
async function answerTo(task: Task): Promise<{ text: string; code: number } | null> {
  if (task.kind === "check") return await checkAccess(task);
  if (task.kind === "config" && task.ask) {
    return { text: answerAbout({ ...task, ask: task.ask }, env), code: 0 };
  }
  if (task.kind !== "print") return null;
  return { text: typeof task.text === "function" ? await task.text() : task.text, code: 0 };
}

function workOf(task: Task): Work {
  if (task.kind === "config") return { ...task, config: openConfig(task.file, env) };
  return task as Work;
}

function fail(error: unknown): never {
  const known = [UsageError, ListenError, FileError, DataDirError, PasswordError]
    .some((kind) => error instanceof kind);
  // Its lines begin with the file, as those of compilers do, so that editors find the place.
  if (error instanceof ConfigError) console.error(error.message);
  else console.error(known ? `rustproxy: ${(error as Error).message}` : error);
  Deno.exit(error instanceof UsageError || error instanceof ConfigError ? 2 : 1);
}

if (import.meta.main) {
  try {
    const { task, logLevel, logFormat, warnings } = parseCommandLine(
      Deno.args,
      config.version,
      env,
    );
    if (task.kind === "ctl") Deno.exit(await controlFromTerminal(task.options));
    const answer = await answerTo(task);
    if (answer) {
      console.log(answer.text);
      Deno.exit(answer.code);
    }
    const work = workOf(task);
    const { log, manager } = work.kind === "config" ? work.config : { log: null, manager: null };
    // Only history is ever written; what needs none gives the permission up before it meets strangers.
    const remembers = work.kind === "manager" ? work.options.history : manager?.history;
    if (!remembers) Deno.permissions.revokeSync({ name: "write" });
    for (const warning of warnings) console.error(`rustproxy: ${warning}`);
    const format = logFormat ?? log?.format ?? (Deno.stderr.isTerminal() ? "text" : "json");
    const level = (task.kind === "config" ? task.log.level ?? log?.level : null) ?? logLevel;
    setUpLog(level, format);
    // From before the start on: who is stopped while it starts ends as well as later.
    const signal = stopSignal();
    const onStop = signal.resolve;
    const place = { version: config.version, dashboardDir: DASHBOARD, worker: WORKER, env, onStop };
    const starting = start(work, { ...place, log: { level, format } });
    if (work.kind === "config") followHangup(starting);
    const running = await starting;
    await signal.promise;
    await running.stop();
    Deno.exit(0);
  } catch (error) {
    fail(error);
  }
}

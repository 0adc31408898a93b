import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import { type Ended, Running, runToEnd } from "./executable.ts";
import { ROOT } from "./import_graph.ts";

/** What `deno task proxy` runs. */
const RUN = config.tasks.proxy.command.split(" ").slice(1);
const CWD = fileURLToPath(ROOT);

/** Starts the program from its sources, with the permissions that the tasks give it. */
export function startProgram(args: string[], env: Record<string, string> = {}): Running {
  return new Running(Deno.execPath(), [...RUN, ...args], CWD, env);
}

/** The same with no more than so many file descriptors; not on Windows. */
export function startProgramWithDescriptors(limit: number, args: string[]): Running {
  const shell = ["-c", `ulimit -n ${limit} && exec "$0" "$@"`, Deno.execPath()];
  return new Running("sh", [...shell, ...RUN, ...args], CWD);
}

/** Runs the program from its sources until it ends by itself. */
export function runProgram(args: string[]): Promise<Ended> {
  return runToEnd(Deno.execPath(), [...RUN, ...args], CWD);
}

/** True if curl is on PATH; otherwise says what is skipped. */
export function haveCurl(): boolean {
  try {
    new Deno.Command("curl", { args: ["--version"], stdout: "null", stderr: "null" }).outputSync();
    return true;
  } catch {
    console.log("Tests with curl are skipped: curl is not on PATH");
    return false;
  }
}

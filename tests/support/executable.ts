import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT } from "./import_graph.ts";

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Compiles the program as a user would, into `folder`; undefined where the base executable cannot be
 * downloaded. RUSTPROXY_COMPILE_WITH names a command that runs the build where it could not run as
 * it stands.
 */
export async function compileExecutable(folder: string): Promise<string | undefined> {
  const helper = Deno.env.get("RUSTPROXY_COMPILE_WITH");
  const [command, ...prefix] = helper ? [helper, "deno"] : [Deno.execPath()];
  const args = [...prefix, "task", "--quiet", "build", "--out", folder];
  const { code, stderr } = await runToEnd(command, args, fileURLToPath(ROOT));
  if (code === 0) return await onlyExecutable(folder);
  const baseIsOutOfReach = /Cannot compile for .*: a download failed/.test(stderr);
  if (baseIsOutOfReach && !helper && !Deno.env.get("DENORT_BIN")) return undefined;
  throw new Error(`Cannot compile the program: ${stderr}`);
}

async function onlyExecutable(folder: string): Promise<string> {
  for await (const { name } of Deno.readDir(folder)) {
    if (name.startsWith("rustproxy-")) return join(folder, name);
  }
  throw new Error(`Expected an executable in ${folder}, found none`);
}

export async function runToEnd(command: string, args: string[], cwd: string): Promise<Ended> {
  const env = { NO_COLOR: "1" };
  const { code, stdout, stderr } = await new Deno.Command(command, { args, cwd, env }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** A running program; leaving its scope kills it if it has not ended. */
export class Running implements AsyncDisposable {
  /** What it has written so far. */
  stdout = "";
  stderr = "";
  exited = false;
  readonly #child: Deno.ChildProcess;
  readonly #done: Promise<Deno.CommandStatus>;

  constructor(command: string, args: string[], cwd: string, env: Record<string, string> = {}) {
    const own = !args.includes("--no-history") && !args.includes("--data-dir") && !("HOME" in env);
    if (args.includes("--manager") && own) {
      throw new Error("a test's manager has --no-history or a --data-dir, not the user's own");
    }
    const options = { args, cwd, env, stdin: "null", stdout: "piped", stderr: "piped" } as const;
    this.#child = new Deno.Command(command, options).spawn();
    this.#done = this.#follow();
  }

  async #follow(): Promise<Deno.CommandStatus> {
    const { stdout, stderr, status } = this.#child;
    const [end] = await Promise.all([
      status,
      eachText(stdout, (text) => this.stdout += text),
      eachText(stderr, (text) => this.stderr += text),
    ]);
    this.exited = true;
    return end;
  }

  get pid(): number {
    return this.#child.pid;
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Its exit code and what it wrote, once it has ended by itself or by a signal. */
  async ended(): Promise<Ended> {
    const { code } = await this.#done;
    return { code, stdout: this.stdout, stderr: this.stderr };
  }

  /** Asks it to end as a service manager does, and waits. */
  terminate(): Promise<Ended> {
    this.signal("SIGTERM");
    return this.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#done;
  }
}

async function eachText(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (text: string) => void,
): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) take(text);
}

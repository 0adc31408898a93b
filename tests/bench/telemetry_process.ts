import { find } from "./process.ts";

/** A program that tells how far it is by lines on its output. */
export interface Lines {
  pid: number;
  /** The next line; throws if there is none any more. */
  next(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a program whose lines are of interest; what it complains of is shown if it ends too early. */
export function listenLines(command: string, args: string[]): Lines {
  const options = { args, stdin: "null", stdout: "piped", stderr: "piped" } as const;
  const child = new Deno.Command(command, options).spawn();
  const errors = new Response(child.stderr).text();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let exited = false;
  const status = child.status.then(() => {
    exited = true;
  });
  let text = "";
  return {
    pid: child.pid,
    async next() {
      for (;;) {
        const end = text.indexOf("\n");
        if (end >= 0) {
          const line = text.slice(0, end);
          text = text.slice(end + 1);
          return line;
        }
        const { value, done } = await reader.read();
        if (done) throw new Error(`${command} ${args.join(" ")} ended: ${await errors}`);
        text += value;
      }
    },
    async stop() {
      if (!exited) child.kill("SIGTERM");
      await status;
      await errors;
      await reader.cancel();
    },
  };
}

/** Resolves after so many milliseconds. */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * A command that keeps to a core of its own: what is measured on the last one, its load on the others. As it is where
 * there is one core, or no way to say so.
 */
export function pinned(
  role: "measured" | "load",
  command: string,
  args: string[],
): [command: string, args: string[]] {
  const cores = navigator.hardwareConcurrency;
  const taskset = find("taskset");
  if (taskset === null || cores < 2) return [command, args];
  const which = role === "measured" ? `${cores - 1}` : `0-${cores - 2}`;
  return [taskset, ["-c", which, command, ...args]];
}

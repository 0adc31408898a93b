/** Real programs under measurement: start, find, account, stop by process id. */

/** A program that runs until it is stopped. */
export interface Program {
  pid: number;
  stop(): Promise<void>;
}

/** The program's path if it is installed, also where only root's PATH has it. */
export function find(name: string): string | null {
  const path = (Deno.env.get("PATH") ?? "").split(":").concat("/usr/sbin", "/usr/local/sbin");
  for (const folder of path) {
    try {
      if (Deno.statSync(`${folder}/${name}`).isFile) return `${folder}/${name}`;
    } catch { /* not there */ }
  }
  return null;
}

/**
 * Starts a program and waits until it listens on `port`; what it prints is shown if it ends too early, unless it
 * `chatters` of every connection.
 */
export async function start(
  command: string,
  args: string[],
  port: number,
  chatters = false,
): Promise<Program> {
  const stderr = chatters ? "null" : "piped";
  const child = new Deno.Command(command, { args, stdin: "null", stdout: "null", stderr }).spawn();
  let exited = false;
  const errors = chatters ? Promise.resolve("") : new Response(child.stderr).text();
  const status = child.status.then(() => {
    exited = true;
  });
  await listening(port, async () => {
    if (exited) throw new Error(`${command} ended: ${await errors}`);
  });
  return {
    pid: child.pid,
    async stop() {
      if (!exited) child.kill("SIGTERM");
      await status;
      await errors;
    },
  };
}

/** Waits until the system lists the port; a connection would be taken for a first client. */
async function listening(port: number, check: () => Promise<void>): Promise<void> {
  const entry = new RegExp(`:${port.toString(16).toUpperCase().padStart(4, "0")} \\S+ 0A `);
  for (let attempt = 0; attempt < 500; attempt++) {
    await check();
    if (entry.test(await Deno.readTextFile("/proc/net/tcp"))) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`nothing listens on port ${port}`);
}

/** Runs a program to its end and returns what it printed; throws with its errors if it failed. */
export async function run(command: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(`${command} ${args.join(" ")}: ${text.decode(stderr)}`);
  return text.decode(stdout);
}

/** User and system time of a process and its children (such as nginx's worker), in seconds. */
export function cpuSeconds(pid: number): number {
  return tree(pid).reduce((sum, pid) => sum + ticks(pid), 0) / 100;
}

function ticks(pid: number): number {
  const stat = readProc(pid, "stat");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // Its own, and that of children that have ended.
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
}

/** Resident memory of a process and its children, in bytes; what several share is counted once. */
export function residentBytes(pid: number): number {
  return tree(pid).reduce((sum, pid) => {
    const rollup = readProc(pid, "smaps_rollup");
    return sum + 1024 * Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
  }, 0);
}

function tree(pid: number): number[] {
  const children = readProc(pid, `task/${pid}/children`).trim();
  return [pid, ...children.split(" ").filter(Boolean).flatMap((child) => tree(Number(child)))];
}

/** What the system tells of a process; nothing if it has just ended. */
function readProc(pid: number, name: string): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/${name}`);
  } catch (error) {
    const ended = error instanceof Deno.errors.NotFound || /ESRCH|os error 3\b/.test(`${error}`);
    if (ended) return "";
    throw error;
  }
}

/** A port that is free now. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

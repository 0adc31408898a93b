import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import { find, freePort, start } from "./process.ts";
import type { Server } from "./servers.ts";

/** Something that a load goes through: a proxy, or nothing at all. */
export interface Subject {
  name: string;
  /** Starts it, towards a target on loopback where it has one. */
  start(target: number): Promise<Running>;
}

/** A subject at work. Process id 0 stands for nobody: the port is the target's own. */
export type Running = Server;

/** How to start a peer whose program is at `path`, with files of its own in `folder`. */
export type Peer = (path: string, folder: string, target: number) => Promise<Running>;

/** The peers of a mode, by the names of their programs. */
export type Peers = Record<string, Peer>;

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** What `deno task proxy` runs, without what comes before its flags … */
const RUN = config.tasks.proxy.command.split(" ").slice(1, -1);
const SOURCES = RUN.concat(`${ROOT}main.ts`);

/** … as arguments of Deno, with a module that is loaded first. */
export function sources(preload?: string): string[] {
  return preload === undefined ? SOURCES : [...RUN, "--preload", preload, `${ROOT}main.ts`];
}

/** No proxy: the load speaks to the target. */
export const direct: Subject = {
  name: "direct",
  start: (target) => Promise.resolve({ port: target, pid: 0, stop: () => Promise.resolve() }),
};

/** This program from its sources, or an executable. */
export function ours(
  name: string,
  executable: string | null,
  flags: (target: number) => string[],
): Subject {
  return {
    name,
    async start(target) {
      const port = freePort();
      const args = [
        ...["--listen", `127.0.0.1:${port}`, "--max-connections", "20000"],
        ...["--drain-timeout", "0", "--log-level", "error"],
        ...flags(target),
      ];
      const program = executable
        ? await start(executable, args, port)
        : await start(Deno.execPath(), [...SOURCES, ...args], port);
      return { ...program, port };
    },
  };
}

/** Those of the wanted peers that are installed; the others are named by `missing`. */
export function choose(
  known: Peers,
  wanted: string[],
  folder: string,
): { found: Subject[]; missing: string[] } {
  const found: Subject[] = [];
  const missing: string[] = [];
  for (const name of wanted) {
    if (!Object.hasOwn(known, name)) {
      throw new Error(`unknown peer "${name}": expected ${Object.keys(known)}`);
    }
    const path = find(name);
    if (path === null) missing.push(name);
    else found.push({ name, start: (target) => known[name](path, folder, target) });
  }
  return { found, missing };
}

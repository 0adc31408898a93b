import type { Mode } from "../../proxy/options.ts";
import { cpuSeconds, residentBytes } from "./process.ts";
import type { Peers, Running } from "./subject.ts";

/** What a mode of the program is measured by, and against whom. */
export interface Suite {
  mode: Mode;
  /** The program's flags beside those of every mode. */
  flags(target: number): string[];
  peers: Peers;
  loads: Load[];
  /** Requests that a subject serves at its best; for loads with a steady rate. */
  requests?(subject: Running, context: Context): Promise<number>;
}

/** One row of the result: what is measured, and in which direction it is good. */
export interface Load {
  name: string;
  unit: string;
  better: "more" | "less";
  /** True if there is nothing to measure without a proxy process. */
  proxyOnly?: boolean;
  /** What the load goes to. */
  target: "web" | "iperf" | "hold";
  /** True where memory counts: each measurement gets a process of its own. */
  fresh?: boolean;
  /** True for requests that come at half of the first peer's best rate. */
  steady?: boolean;
  /** The programs that it takes. */
  needs: string[];
  /** Peers that cannot do it at all. */
  without?: string[];
  measure(subject: Running, context: Context): Promise<number>;
}

export interface Context {
  seconds: number;
  folder: string;
  /** The port of what the load goes to. */
  target: number;
  /** Requests a second for steady loads: the same for every subject of a run. */
  rate: number;
}

export const GIB = 2 ** 30;

/** What a hundred connections may take to be held. */
const WAVE_MS = 20_000;

/** A load and the CPU time that so much of it takes: `done` tells how much a load has done in all. */
export function cpuLoad(
  of: Pick<Load, "name" | "unit" | "target" | "needs">,
  amount: number,
  done: (subject: Running, context: Context) => Promise<number>,
): Load {
  return {
    ...of,
    better: "less",
    proxyOnly: true,
    async measure(subject, context) {
      const before = cpuSeconds(subject.pid);
      const work = await done(subject, context);
      return (cpuSeconds(subject.pid) - before) / (work / amount);
    },
  };
}

/** Makes a connection one that is held: asks something through it, and takes the answer. */
export type Settle = (conn: Deno.Conn, context: Context) => Promise<void>;

async function hold(
  subject: Running,
  context: Context,
  settle: Settle,
  count: number,
): Promise<Deno.Conn[]> {
  const held: Deno.Conn[] = [];
  while (held.length < count) {
    const wave = Promise.all(
      Array.from({ length: Math.min(100, count - held.length) }, async () => {
        const conn = await Deno.connect({ hostname: "127.0.0.1", port: subject.port });
        await settle(conn, context);
        return conn;
      }),
    );
    held.push(...await inTime(wave, `holds ${held.length} connections and takes no more`));
  }
  return held;
}

/** A program that has reached its bounds may let clients wait for ever. */
async function inTime<T>(promise: Promise<T>, otherwise: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(otherwise)), WAVE_MS);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The memory that each of many idle connections costs. */
export function memoryLoad(
  name: string,
  target: Load["target"],
  settle: Settle,
  count: number,
): Load {
  return {
    ...{ name, target, unit: "KiB/conn", better: "less" },
    ...{ proxyOnly: true, fresh: true, needs: [] },
    async measure(subject, context) {
      // One wave first: what the program needs once is not what a connection costs.
      for (const conn of await hold(subject, context, settle, 200)) conn.close();
      const before = residentBytes(subject.pid);
      const held = await hold(subject, context, settle, count);
      const grown = residentBytes(subject.pid) - before;
      for (const conn of held) conn.close();
      return grown / count / 1024;
    },
  };
}

/** The peak of the last of five waves of connections against that of the first. */
export function wavesLoad(
  name: string,
  target: Load["target"],
  settle: Settle,
  count: number,
): Load {
  return {
    ...{ name, target, unit: "last/first", better: "less" },
    ...{ proxyOnly: true, fresh: true, needs: [] },
    async measure(subject, context) {
      const peaks: number[] = [];
      for (let wave = 0; wave < 5; wave++) {
        const held = await hold(subject, context, settle, count);
        peaks.push(residentBytes(subject.pid));
        for (const conn of held) conn.close();
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      return peaks[4] / peaks[0];
    },
  };
}

/** Sends a byte and takes it back. */
export async function echoByte(conn: Deno.Conn): Promise<void> {
  await conn.write(new Uint8Array(1));
  if (await conn.read(new Uint8Array(1)) !== 1) throw new Error("a connection was refused");
}

/** What the manager lost of its fleet's reports and history while something went on. */
import type { FleetStats, ProxySummary } from "../../manager/api/model.ts";

type Stats = FleetStats & { proxies: ProxySummary[] };

/** What arrived since it was made, and what did not. */
export interface Kept {
  datagrams: number;
  dropped: number;
  /** Datagrams that the system threw away, as the manager's socket was full. */
  overrun: number;
  /** The most that any proxy's loss was in a minute, as far as it was looked at. */
  maxLossPercent: number;
  /** Rows and batches that the history did not write. */
  notWritten: number;
  /** The longest time from its last write, as far as it was looked at. */
  maxSinceWriteS: number;
}

/** Looks at the manager's own figures now and then. */
export class IngestWatch {
  readonly #port: number;
  readonly #overrunBefore: number;
  readonly #first: Stats;
  #last: Stats;
  #maxLossPercent = 0;
  #maxSinceWriteS = 0;

  private constructor(port: number, stats: Stats) {
    this.#port = port;
    this.#overrunBefore = overrun(port);
    this.#first = this.#last = stats;
  }

  /** Of the manager with both its ports here. */
  static async start(port: number): Promise<IngestWatch> {
    return new IngestWatch(port, await read(port));
  }

  async look(): Promise<void> {
    const stats = this.#last = await read(this.#port);
    const losses = stats.proxies.map(({ loss_percent }) => loss_percent);
    this.#maxLossPercent = Math.max(this.#maxLossPercent, ...losses);
    const { last_write } = stats.history;
    if (last_write === null) return;
    this.#maxSinceWriteS = Math.max(this.#maxSinceWriteS, Date.now() / 1000 - last_write);
  }

  get kept(): Kept {
    const since = (of: (stats: Stats) => number) => of(this.#last) - of(this.#first);
    return {
      datagrams: since(({ ingest }) => ingest.datagrams),
      dropped: since(({ ingest }) => sum(ingest.dropped)),
      overrun: overrun(this.#port) - this.#overrunBefore,
      maxLossPercent: this.#maxLossPercent,
      notWritten: since(({ history }) => sum(history.dropped)),
      maxSinceWriteS: this.#maxSinceWriteS,
    };
  }
}

/** In words. */
export function keptWords(kept: Kept, withHistory: boolean): string {
  const { datagrams, dropped, overrun, maxLossPercent, notWritten, maxSinceWriteS } = kept;
  const ingest = `${datagrams} datagrams arrived meanwhile, ${dropped} were dropped, ` +
    `${overrun} more found the socket full, a proxy lost ${
      maxLossPercent.toFixed(1)
    } % in a minute at most`;
  if (!withHistory) return ingest;
  return `${ingest}; of the history ${notWritten} rows were not written, its last write was ` +
    `${maxSinceWriteS.toFixed(1)} s ago at most`;
}

async function read(port: number): Promise<Stats> {
  return await (await fetch(`http://127.0.0.1:${port}/api/stats`)).json();
}

/** What the system has thrown away of what came to a UDP port of 127.0.0.1, as its list of sockets says. */
function overrun(port: number): number {
  const address = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")} `;
  const line = Deno.readTextFileSync("/proc/net/udp").split("\n")
    .find((line) => line.includes(`: ${address}`));
  return Number(line?.trim().split(/\s+/).at(-1));
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, n) => sum + n, 0);
}

/** What the manager lost of its fleet's reports and history while something went on. */
import type { FleetStats, ProxySummary } from "../../manager/api/model.ts";

type Stats = FleetStats & { proxies: ProxySummary[] };

/** What arrived since it was made, and what did not. */
export interface Kept {
  datagrams: number;
  dropped: number;
  /** The most that any proxy's loss was in a minute, as far as it was looked at. */
  maxLossPercent: number;
  /** Rows and batches that the history did not write. */
  notWritten: number;
  /** The longest time from its last write, as far as it was looked at. */
  maxSinceWriteS: number;
}

/** Looks at the manager's own figures now and then. */
export class IngestWatch {
  readonly #url: string;
  readonly #first: Stats;
  #last: Stats;
  #maxLossPercent = 0;
  #maxSinceWriteS = 0;

  private constructor(url: string, stats: Stats) {
    this.#url = url;
    this.#first = this.#last = stats;
  }

  static async start(base: string): Promise<IngestWatch> {
    const url = `${base}/api/stats`;
    return new IngestWatch(url, await read(url));
  }

  async look(): Promise<void> {
    const stats = this.#last = await read(this.#url);
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
      maxLossPercent: this.#maxLossPercent,
      notWritten: since(({ history }) => sum(history.dropped)),
      maxSinceWriteS: this.#maxSinceWriteS,
    };
  }
}

/** In words. */
export function keptWords(kept: Kept, withHistory: boolean): string {
  const { datagrams, dropped, maxLossPercent, notWritten, maxSinceWriteS } = kept;
  const ingest = `${datagrams} datagrams arrived meanwhile, ${dropped} were dropped, ` +
    `a proxy lost ${maxLossPercent.toFixed(1)} % in a minute at most`;
  if (!withHistory) return ingest;
  return `${ingest}; of the history ${notWritten} rows were not written, its last write was ` +
    `${maxSinceWriteS.toFixed(1)} s ago at most`;
}

async function read(url: string): Promise<Stats> {
  return await (await fetch(url)).json();
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, n) => sum + n, 0);
}

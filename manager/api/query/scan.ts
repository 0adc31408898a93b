import type { ConnectionRecord } from "../../../proxy/stats/report.ts";
import type { ProxyEntry } from "../../fleet/proxy.ts";
import type { Registry } from "../../registry.ts";

/** How long the event loop is held at a time, in milliseconds. */
const SLICE_MS = 4;
const CHECK_EVERY = 128;

/** Called with each connection of a proxy. */
export type Visit = (entry: ProxyEntry, record: ConnectionRecord) => void;

/**
 * Shows every connection of the proxies that fit to `visit`, in slices between which others have their turn.
 * Of each proxy it shows what was there when its turn came. Ends early once nobody waits for it.
 */
export async function scan(
  registry: Registry,
  fits: (entry: ProxyEntry) => boolean,
  visit: Visit,
  gone?: () => boolean,
): Promise<void> {
  const slices = new Slices();
  for (const entry of [...registry.proxies()]) {
    if (registry.get(entry.id) !== entry || !fits(entry)) continue;
    for (const record of [...entry.connections.records()]) {
      visit(entry, record);
      if (!slices.isOver()) continue;
      await slices.next();
      if (gone?.()) return;
    }
  }
}

/** Parts of a long work, none of which holds the event loop for long. */
export class Slices {
  #startedAt = performance.now();
  #steps = 0;

  /** True if it is time to let others have their turn; to be asked at each step. */
  isOver(): boolean {
    return ++this.#steps % CHECK_EVERY === 0 && performance.now() - this.#startedAt >= SLICE_MS;
  }

  /** Lets them. */
  async next(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#startedAt = performance.now();
  }
}

/** One at a time, so that many who ask at once do not hold the event loop together. */
export class Turns {
  readonly #max: number;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** `max` is how many may run or wait. */
  constructor(max: number) {
    this.#max = max;
  }

  /** How many run or wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Runs this once those before it are done; null, and not run, where too many wait, or whoever asked has
   * gone meanwhile.
   */
  async take<T>(work: () => Promise<T>, gone?: () => boolean): Promise<T | null> {
    if (this.#waiting >= this.#max) return null;
    this.#waiting++;
    const turn = this.#last.then(() => gone?.() ? null : work());
    this.#last = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      this.#waiting--;
    }
  }
}

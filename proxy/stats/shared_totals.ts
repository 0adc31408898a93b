import type { Totals } from "./collector.ts";
import type { Figures, OwnFigures } from "./reporter.ts";

const FIELDS = [
  "total_connections",
  "active_connections",
  "failed_connections",
  "rejected_connections",
  "total_bytes_sent",
  "total_bytes_received",
] as const satisfies readonly (keyof Totals)[];
/** Behind a slot's totals: what its worker's reporter says of its own connections. */
const REFRESH = FIELDS.length;
const OMITTED = FIELDS.length + 1;
const SLOT_SIZE = FIELDS.length + 2;
/** Slots are never used twice: one for each worker, and one for each that takes a dead one's place. */
export const SLOTS = 1024;
const HEADER_BYTES = 16;

/**
 * The totals of a proxy whose workers run on several threads, in memory that they share: each worker
 * writes its own slot, and everyone's reports carry the sum. Slots are written by one thread alone, and a
 * reader may see one figure newer than another, never a figure that was not true.
 */
export class SharedTotals {
  readonly memory: SharedArrayBuffer;
  readonly #seq: BigInt64Array;
  readonly #slotCount: BigInt64Array;
  readonly #values: Float64Array;

  /** Without memory a new one is made; other threads are given its `memory`. */
  constructor(memory = new SharedArrayBuffer(HEADER_BYTES + SLOTS * SLOT_SIZE * 8)) {
    this.memory = memory;
    this.#seq = new BigInt64Array(memory, 0, 1);
    this.#slotCount = new BigInt64Array(memory, 8, 1);
    this.#values = new Float64Array(memory, HEADER_BYTES);
  }

  /**
   * What the proxy's next datagram says: its number, which no two threads get and none is left out, and
   * totals that are not below those of any number before, though another thread has taken that.
   */
  figures(): Figures {
    for (;;) {
      const seq = Atomics.load(this.#seq, 0);
      const figures = {
        seq: Number(seq),
        refresh_s: this.#longestRefresh(),
        omitted_connections: this.#sum(OMITTED),
        ...this.totals(),
      };
      // If another number was taken meanwhile, the figures of that may be newer.
      if (Atomics.compareExchange(this.#seq, 0, seq, seq + 1n) === seq) return figures;
    }
  }

  /** A slot for a worker, or null when all have been used. */
  addSlot(): number | null {
    const slot = Number(Atomics.add(this.#slotCount, 0, 1n));
    return slot < SLOTS ? slot : null;
  }

  /** Writes a worker's totals, and what its reporter says. */
  publish(slot: number, totals: Totals, { refresh_s, omitted_connections }: OwnFigures): void {
    const at = slot * SLOT_SIZE;
    for (const [i, field] of FIELDS.entries()) this.#values[at + i] = totals[field];
    this.#values[at + REFRESH] = refresh_s;
    this.#values[at + OMITTED] = omitted_connections;
  }

  /** Ends a dead worker's slot: what was active has failed. Returns how many connections that were. */
  abandon(slot: number): number {
    const at = slot * SLOT_SIZE;
    const active = at + FIELDS.indexOf("active_connections");
    const lost = this.#values[active];
    this.#values[at + FIELDS.indexOf("failed_connections")] += lost;
    this.#values[active] = 0;
    this.#values[at + REFRESH] = 0;
    this.#values[at + OMITTED] = 0;
    return lost;
  }

  /** The proxy's totals: the sum of all slots. */
  totals(): Totals {
    const sums = FIELDS.map((field, i) => [field, this.#sum(i)]);
    return Object.fromEntries(sums) as unknown as Totals;
  }

  /** In how many seconds every connection of the proxy is reported once: as with the slowest worker. */
  #longestRefresh(): number {
    let longest = 0;
    for (let slot = 0; slot < this.#used; slot++) {
      longest = Math.max(longest, this.#values[slot * SLOT_SIZE + REFRESH]);
    }
    return longest;
  }

  #sum(field: number): number {
    let all = 0;
    for (let slot = 0; slot < this.#used; slot++) all += this.#values[slot * SLOT_SIZE + field];
    return all;
  }

  get #used(): number {
    return Math.min(SLOTS, Number(Atomics.load(this.#slotCount, 0)));
  }
}

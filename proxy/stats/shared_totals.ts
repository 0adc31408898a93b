import type { Totals } from "./collector.ts";

const FIELDS = [
  "total_connections",
  "active_connections",
  "failed_connections",
  "rejected_connections",
  "total_bytes_sent",
  "total_bytes_received",
] as const satisfies readonly (keyof Totals)[];
/** Behind a slot's totals: in how many seconds its worker reports every connection once. */
const REFRESH = FIELDS.length;
const SLOT_SIZE = FIELDS.length + 1;
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

  /** The next number of a datagram; no two threads get the same, and none is left out. */
  nextSeq(): number {
    return Number(Atomics.add(this.#seq, 0, 1n));
  }

  /** A slot for a worker, or null when all have been used. */
  addSlot(): number | null {
    const slot = Number(Atomics.add(this.#slotCount, 0, 1n));
    return slot < SLOTS ? slot : null;
  }

  /** Writes a worker's totals. */
  publish(slot: number, totals: Totals, refreshSeconds: number): void {
    const at = slot * SLOT_SIZE;
    for (const [i, field] of FIELDS.entries()) this.#values[at + i] = totals[field];
    this.#values[at + REFRESH] = refreshSeconds;
  }

  /** Ends a dead worker's slot: what was active has failed. Returns how many connections that were. */
  abandon(slot: number): number {
    const at = slot * SLOT_SIZE;
    const active = at + FIELDS.indexOf("active_connections");
    const lost = this.#values[active];
    this.#values[at + FIELDS.indexOf("failed_connections")] += lost;
    this.#values[active] = 0;
    this.#values[at + REFRESH] = 0;
    return lost;
  }

  /** The proxy's totals: the sum of all slots. */
  totals(): Totals {
    const sum = (field: number) => {
      let all = 0;
      for (let slot = 0; slot < this.#used; slot++) all += this.#values[slot * SLOT_SIZE + field];
      return all;
    };
    return Object.fromEntries(FIELDS.map((field, i) => [field, sum(i)])) as unknown as Totals;
  }

  /** In how many seconds every connection of the proxy is reported once, at the present size. */
  refreshSeconds(): number {
    let longest = 0;
    for (let slot = 0; slot < this.#used; slot++) {
      longest = Math.max(longest, this.#values[slot * SLOT_SIZE + REFRESH]);
    }
    return longest;
  }

  get #used(): number {
    return Math.min(SLOTS, Number(Atomics.load(this.#slotCount, 0)));
  }
}

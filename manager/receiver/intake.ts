import { unmapIPv4 } from "../../proxy/net/address.ts";
import { isSealed } from "../../proxy/stats/seal.ts";
import type { StatsKey } from "../sealed/keys.ts";
import { type Seal, type UnsealDrop, Unsealer } from "../sealed/unsealer.ts";
import type { Batch, ReceiverCounters } from "./messages.ts";
import { Queue } from "./queue.ts";
import { type RateDrop, Sources } from "./sources.ts";

/** The largest payload that UDP over IPv4 carries. */
export const MAX_INGEST_BYTES = 65_507;

/** Why the receiver drops a datagram before anyone reads it. */
export type IntakeDrop = "too_large" | RateDrop | UnsealDrop | "overload";

/**
 * What is done with a datagram before it is parsed: size, rate of its source, its seal, and a bounded
 * queue towards the thread that parses. `nowMs` is monotonic.
 */
export class Intake {
  readonly #sources: Sources;
  readonly #unsealer: Unsealer | null;
  readonly #queue = new Queue();
  readonly #dropped: Record<string, number> = {};
  #datagrams = 0;
  #bytes = 0;
  /** Failed attempts to receive. */
  errors = 0;

  constructor({ rate, keys = null }: { rate: number; keys?: StatsKey[] | null }, nowMs: number) {
    this.#sources = new Sources(rate, nowMs);
    this.#unsealer = keys && new Unsealer(keys);
  }

  /** How many datagrams wait. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** What was dropped since the start. */
  counters(): ReceiverCounters {
    return {
      datagrams: this.#datagrams,
      bytes: this.#bytes,
      dropped: { ...this.#dropped },
      errors: this.errors,
      sources: this.#sources.size,
    };
  }

  /** Takes a datagram that arrived at `atMs`, in Unix milliseconds; the bytes are copied. */
  take(datagram: Uint8Array, from: string, nowMs: number, atMs: number): void {
    const reason = this.#put(datagram, unmapIPv4(from), nowMs, atMs);
    if (reason === null) return;
    this.#datagrams++;
    this.#bytes += datagram.length;
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + 1;
  }

  /** The next batch for the main thread, or null. */
  next(): Batch | null {
    return this.#queue.next();
  }

  /** Reports from these addresses were accepted. */
  accepted(addresses: readonly string[], nowMs: number): void {
    for (const address of addresses) this.#sources.learn(address, nowMs);
  }

  /** These are the keys from now on, where there are any. */
  setKeys(keys: readonly StatsKey[]): void {
    this.#unsealer?.setKeys(keys);
  }

  #put(datagram: Uint8Array, source: string, nowMs: number, atMs: number): IntakeDrop | null {
    if (datagram.length > MAX_INGEST_BYTES) return "too_large";
    const drop = this.#sources.admit(source, nowMs);
    if (drop !== null) return drop;
    const isNew = !this.#sources.isKnown(source);
    const opened = this.#open(datagram);
    if (typeof opened === "string") return opened;
    const { payload, ...seal } = opened;
    return this.#queue.push(payload, { source, isNew, atMs, ...seal }) ? null : "overload";
  }

  #open(datagram: Uint8Array): { payload: Uint8Array; seal?: Seal } | UnsealDrop {
    if (this.#unsealer) return this.#unsealer.open(datagram);
    return isSealed(datagram) ? "no_key" : { payload: datagram };
  }
}

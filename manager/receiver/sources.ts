import { TokenBucket } from "../../proxy/net/token_bucket.ts";

/** Addresses that are known at a time; beyond them the one idle for longest makes room. */
export const MAX_SOURCES = 16_384;
/** One that sent something within this time does not make room. */
export const IDLE_MS = 60_000;
/** How much of its rate an address may save up: the reports of many proxies may come at one time. */
const BURST_S = 2;

/** Why a datagram is one too many. */
export type RateDrop = "source_rate" | "stranger_rate";

interface Source {
  bucket: TokenBucket;
  seenAtMs: number;
}

/**
 * How many datagrams each source address may send. An address is known once a report from it has been
 * accepted, and then has a rate of its own. All others share one such rate, so that however many
 * addresses a stranger forges, known proxies are not held up and no table grows; a new proxy needs only
 * one of its datagrams to come through. A known address makes room for another only once it is idle,
 * so it cannot be pushed out. Times are monotonic milliseconds.
 */
export class Sources {
  // In the order in which they were last seen, so that the one idle for longest is the first.
  readonly #known = new Map<string, Source>();
  readonly #strangers: TokenBucket;

  constructor(readonly rate: number, nowMs: number, readonly maxKnown = MAX_SOURCES) {
    this.#strangers = this.#newBucket(nowMs);
  }

  get size(): number {
    return this.#known.size;
  }

  isKnown(address: string): boolean {
    return this.#known.has(address);
  }

  /** Takes one datagram from its sender's rate; returns why it must be dropped, or null. */
  admit(address: string, nowMs: number): RateDrop | null {
    const known = this.#known.get(address);
    if (!known) return this.#strangers.tryTake(nowMs) ? null : "stranger_rate";
    this.#known.delete(address);
    this.#known.set(address, known);
    known.seenAtMs = nowMs;
    return known.bucket.tryTake(nowMs) ? null : "source_rate";
  }

  /** A report from this address was accepted. */
  learn(address: string, nowMs: number): void {
    if (this.#known.has(address)) return;
    if (this.#known.size >= this.maxKnown && !this.#makeRoom(nowMs)) return;
    this.#known.set(address, { bucket: this.#newBucket(nowMs), seenAtMs: nowMs });
  }

  #makeRoom(nowMs: number): boolean {
    const [[address, { seenAtMs }]] = this.#known;
    if (nowMs - seenAtMs < IDLE_MS) return false;
    return this.#known.delete(address);
  }

  #newBucket(nowMs: number): TokenBucket {
    return new TokenBucket(this.rate, BURST_S * this.rate, nowMs);
  }
}

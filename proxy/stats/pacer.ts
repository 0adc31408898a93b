import { TokenBucket } from "../net/token_bucket.ts";
import type { Clock } from "./clock.ts";

/** What may go at once although it is more than one datagram, in ms: timers are no finer. */
const BURST_MS = 2;

/**
 * Holds datagrams back so that in no time more goes than the bandwidth allows, beside one datagram. One may
 * wait at a time.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #bucket: TokenBucket;
  readonly #datagramBytes: number;
  readonly #overhead: number;

  /**
   * `bandwidth` in bits a second, for datagrams of up to `datagramBytes`; on its way each has `overhead`
   * more.
   */
  constructor(clock: Clock, bandwidth: number, datagramBytes: number, overhead = 0) {
    const rate = bandwidth / 8;
    this.#clock = clock;
    this.#datagramBytes = datagramBytes + overhead;
    this.#overhead = overhead;
    const burst = Math.max(this.#datagramBytes, rate * BURST_MS / 1000);
    this.#bucket = new TokenBucket(rate, burst, clock.now());
  }

  /** Milliseconds that a full datagram takes of the bandwidth. */
  get datagramMs(): number {
    return this.#datagramBytes / this.#bucket.rate * 1000;
  }

  /** Waits until a full datagram may go. Returns false if the signal is aborted before: then none may. */
  async ready(signal: AbortSignal): Promise<boolean> {
    const ms = this.#bucket.take(this.#datagramBytes, this.#clock.now());
    if (ms > 0) await this.#clock.wait(ms, signal);
    if (!signal.aborted) return true;
    this.#bucket.giveBack(this.#datagramBytes);
    return false;
  }

  /** Notes that the datagram that was {@link ready} has this many bytes. */
  sent(bytes: number): void {
    this.#bucket.giveBack(this.#datagramBytes - this.#overhead - bytes);
  }
}

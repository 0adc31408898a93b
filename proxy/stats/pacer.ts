import type { Clock } from "./clock.ts";

/** What may go at once although it is more than one datagram, in ms: timers are no finer. */
const BURST_MS = 2;

/**
 * Holds datagrams back by a token bucket, so that in no time more goes than the bandwidth allows, beside
 * one datagram. One may wait at a time.
 */
export class Pacer {
  readonly #clock: Clock;
  /** Bytes a millisecond. */
  readonly #rate: number;
  readonly #datagramBytes: number;
  readonly #overhead: number;
  readonly #burst: number;
  #credit: number;
  #at: number;

  /**
   * `bandwidth` in bits a second, for datagrams of up to `datagramBytes`; on its way each has `overhead`
   * more.
   */
  constructor(clock: Clock, bandwidth: number, datagramBytes: number, overhead = 0) {
    this.#clock = clock;
    this.#rate = bandwidth / 8000;
    this.#datagramBytes = datagramBytes + overhead;
    this.#overhead = overhead;
    this.#burst = Math.max(this.#datagramBytes, this.#rate * BURST_MS);
    this.#credit = this.#burst;
    this.#at = clock.now();
  }

  /** Milliseconds that a full datagram takes of the bandwidth. */
  get datagramMs(): number {
    return this.#datagramBytes / this.#rate;
  }

  /** Waits until a full datagram may go. Returns false if the signal is aborted before: then none may. */
  async ready(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      this.#refill();
      const missing = this.#datagramBytes - this.#credit;
      if (missing <= 0) return true;
      await this.#clock.wait(Math.ceil(missing / this.#rate), signal);
    }
    return false;
  }

  /** Notes that a datagram of so many bytes goes. */
  sent(bytes: number): void {
    this.#refill();
    this.#credit -= bytes + this.#overhead;
  }

  #refill(): void {
    const now = this.#clock.now();
    this.#credit = Math.min(this.#burst, this.#credit + (now - this.#at) * this.#rate);
    this.#at = now;
  }
}

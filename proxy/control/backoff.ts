/** A connection that was up for so long was a good one: the next pause is a short one again; in milliseconds. */
const GOOD_MS = 10_000;

/** How long to wait before the next connection: longer each time, and never exactly as long as others do. Pure. */
export class Backoff {
  readonly #retry: number;
  readonly #maxRetry: number;
  readonly #random: () => number;
  #failures = 0;

  /** The pause after the first failure, and the longest, in milliseconds; `random` is below 1. */
  constructor(retry: number, maxRetry: number, random: () => number = Math.random) {
    this.#retry = retry;
    this.#maxRetry = maxRetry;
    this.#random = random;
  }

  /**
   * The pause after a connection that was up for so many milliseconds, 0 where it never was: between half and
   * all of a time that doubles, or of the longest where another has taken our place.
   */
  after(upMs: number, isReplaced = false): number {
    const wasGood = upMs >= Math.min(GOOD_MS, this.#maxRetry);
    this.#failures = isReplaced ? Infinity : wasGood ? 1 : this.#failures + 1;
    const longest = Math.min(this.#maxRetry, this.#retry * 2 ** (this.#failures - 1));
    return longest * (0.5 + this.#random() / 2);
  }
}

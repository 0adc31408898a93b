/**
 * A token bucket: it fills at `rate` tokens a second up to `burst`. Times are whole milliseconds of any
 * clock that does not run backwards; whole rates then refill exactly, without rounding.
 */
export class TokenBucket {
  /** Thousandths of a token, so that a millisecond brings a whole number; below zero is debt. */
  #credit: number;
  #at: number;
  readonly #cap: number;

  constructor(readonly rate: number, burst: number, now: number, tokens = burst) {
    this.#cap = burst * 1000;
    this.#credit = tokens * 1000;
    this.#at = now;
  }

  /** Takes a token if there is one. */
  tryTake(now: number): boolean {
    this.#refill(now);
    if (this.#credit < 1000) return false;
    this.#credit -= 1000;
    return true;
  }

  /** Takes `n` tokens, on credit if need be; returns the ms after which they have come in, 0 if they were there. */
  take(n: number, now: number): number {
    this.#refill(now);
    this.#credit -= n * 1000;
    return this.#credit >= 0 ? 0 : Math.ceil(-this.#credit / this.rate);
  }

  /** Gives back `n` tokens that were taken and not used. */
  giveBack(n: number): void {
    this.#credit = Math.min(this.#cap, this.#credit + n * 1000);
  }

  /** True when it is as a new one would be. */
  isFull(now: number): boolean {
    this.#refill(now);
    return this.#credit === this.#cap;
  }

  #refill(now: number): void {
    if (now <= this.#at) return;
    this.#credit = Math.min(this.#cap, this.#credit + (now - this.#at) * this.rate);
    this.#at = now;
  }
}

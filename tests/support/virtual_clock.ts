import type { Clock } from "../../proxy/stats/clock.ts";

/** A clock for one who waits at a time: it stands still until the test lets it run. */
export class VirtualClock implements Clock {
  #now = 0;
  #until = 0;
  #waiting: { at: number; resolve: () => void } | null = null;
  #onWaiting: () => void = () => {};

  now(): number {
    return this.#now;
  }

  unix(): number {
    return 1_800_000_000 + this.#now / 1000;
  }

  wait(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    const at = this.#now + ms;
    if (at <= this.#until) {
      this.#now = at;
      return Promise.resolve();
    }
    this.#now = this.#until;
    return new Promise((resolve) => {
      const waiting = { at, resolve };
      signal.addEventListener("abort", () => {
        if (this.#waiting === waiting) this.#waiting = null;
        resolve();
      }, { once: true });
      this.#waiting = waiting;
      this.#onWaiting();
    });
  }

  /** Runs until this is done, whatever it waits for. */
  async runUntil<T>(done: Promise<T>): Promise<T> {
    this.#until = Infinity;
    this.#wake();
    const result = await done;
    this.#until = this.#now;
    return result;
  }

  /** Runs until every wait that ends by `ms` is over, and the next one has begun. */
  async runTo(ms: number): Promise<void> {
    this.#until = ms;
    const waiting = this.#waiting;
    if (waiting && waiting.at > ms) {
      this.#now = ms;
      return;
    }
    const next = new Promise<void>((resolve) => this.#onWaiting = resolve);
    this.#wake();
    await next;
  }

  #wake(): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    this.#waiting = null;
    this.#now = waiting.at;
    waiting.resolve();
  }
}

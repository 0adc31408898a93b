import { setImmediate } from "node:timers/promises";
import type { ThrottleClock } from "../../proxy/net/throttle.ts";

interface Timer {
  at: number;
  wake: () => void;
}

/** A clock that a test moves; `lag` ms is how late each timer comes. */
export class FakeClock implements ThrottleClock {
  timers: Timer[] = [];
  #now = 0;

  constructor(readonly lag = 0) {}

  now(): number {
    return this.#now;
  }

  after(ms: number, wake: () => void): () => void {
    const timer = { at: this.#now + ms + this.lag, wake };
    this.timers.push(timer);
    return () => this.timers = this.timers.filter((other) => other !== timer);
  }

  /** Moves on by `ms`, timer by timer; whatever each wakes has run as far as it can before the next. */
  async run(ms: number): Promise<void> {
    const end = this.#now + ms;
    await setImmediate();
    for (;;) {
      const due = Math.min(...this.timers.map((timer) => timer.at));
      if (due > end) break;
      this.#now = Math.max(this.#now, due);
      const now = this.timers.filter((timer) => timer.at <= due);
      this.timers = this.timers.filter((timer) => timer.at > due);
      for (const { wake } of now) wake();
      await setImmediate();
    }
    this.#now = end;
  }
}

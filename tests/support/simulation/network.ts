import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";

/** What a network does to datagrams; each is delayed by a time of its own, which reorders them. */
export interface Weather {
  /** Shares from 0 to 1. */
  loss: number;
  duplication: number;
  /** Milliseconds. */
  minDelay: number;
  maxDelay: number;
}

/** A network on which all is well. */
export const CALM: Weather = { loss: 0, duplication: 0, minDelay: 1, maxDelay: 20 };
/** The longest that a datagram takes in any weather, in milliseconds. */
export const MAX_DELAY_MS = 1000;

/** Carries datagrams from one side to the other as its weather is when they leave. */
export class Network {
  weather = CALM;
  readonly #scheduler: Scheduler;
  readonly #random: Random;

  constructor(scheduler: Scheduler, random: Random) {
    this.#scheduler = scheduler;
    this.#random = random;
  }

  /** Calls `deliver` once, twice or never, later. */
  carry(deliver: () => void): void {
    const { loss, duplication, minDelay, maxDelay } = this.weather;
    const copies = this.#random.chance(duplication) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (this.#random.chance(loss)) continue;
      const delay = this.#random.int(minDelay, Math.min(maxDelay, MAX_DELAY_MS));
      this.#scheduler.at(this.#scheduler.now + delay, deliver);
    }
  }
}

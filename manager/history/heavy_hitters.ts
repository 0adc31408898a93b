import { add } from "../fleet/totals.ts";

/** The heaviest keys, and how far off their weights may be. */
export interface Heaviest {
  /** Weights are at least what is said here, and at most `error` more. */
  entries: [key: string, weight: number][];
  error: number;
  /** What a key that is not among the entries may weigh at most. */
  floor: number;
}

/**
 * Weighs keys that strangers choose, in bounded memory: at most `2 * size` keys are held. A weight is
 * never too large, and too small by at most the sum of all weights divided by `size + 1`.
 */
export class HeavyHitters {
  readonly #size: number;
  #weights = new Map<string, number>();
  #error = 0;

  constructor(size: number) {
    this.#size = size;
  }

  get isEmpty(): boolean {
    return this.#weights.size === 0;
  }

  /** Adds to a key's weight; the weight is above 0. */
  add(key: string, weight: number): void {
    this.#weights.set(key, add(this.#weights.get(key) ?? 0, weight));
    if (this.#weights.size > 2 * this.#size) this.#purge();
  }

  /** The heaviest keys, at most `count`. */
  top(count: number): Heaviest {
    const sorted = [...this.#weights].sort((a, b) => b[1] - a[1]);
    const floor = add(this.#error, sorted[count]?.[1] ?? 0);
    return { entries: sorted.slice(0, count), error: this.#error, floor };
  }

  /** Goes on from what {@link top} gave, where nothing was added before. */
  resume({ entries, floor }: Heaviest): void {
    this.#weights = new Map(entries);
    this.#error = floor;
  }

  // At least size + 1 keys lose the same weight each, so what one has lost in all is bounded.
  #purge(): void {
    const cut = [...this.#weights.values()].sort((a, b) => b - a)[this.#size];
    for (const [key, weight] of this.#weights) {
      if (weight > cut) this.#weights.set(key, weight - cut);
      else this.#weights.delete(key);
    }
    this.#error = add(this.#error, cut);
  }
}

interface Entry<V> {
  value: V;
  /** In ms of the clock. */
  expiresAt: number;
}

/** Values that expire, a bounded number of them: the one not asked for longest makes room (LRU). */
export class ExpiringCache<V> {
  /** In the order of their last use. */
  readonly #entries = new Map<string, Entry<V>>();
  readonly #max: number;
  readonly #now: () => number;

  /** `max` may be 0, for none; `now` tells the time in ms. */
  constructor(max: number, now: () => number) {
    this.#max = max;
    this.#now = now;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    if (entry.expiresAt <= this.#now()) return undefined;
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Remembers a value for `ms`; not at all if that is not above 0. */
  set(key: string, value: V, ms: number): void {
    this.#entries.delete(key);
    if (this.#max === 0 || !(ms > 0)) return;
    if (this.#entries.size >= this.#max) this.#entries.delete(this.#entries.keys().next().value!);
    this.#entries.set(key, { value, expiresAt: this.#now() + ms });
  }
}

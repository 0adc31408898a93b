interface Entry<V> {
  value: V;
  usedAt: number;
}

/** A bounded table that forgets what has not been used for a while, and when it is full what was unused for longest. */
export class Recent<V> {
  /** The one that was used last is the last. */
  readonly #entries = new Map<string, Entry<V>>();
  #newest: Entry<V> | null = null;
  readonly #max: number;
  readonly #idleMs: number;

  constructor(max: number, idleMs: number) {
    this.#max = max;
    this.#idleMs = idleMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value, which this is a use of; undefined if there is none or it has expired at `now` (ms). */
  get(key: string, now: number): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || now - entry.usedAt >= this.#idleMs) return undefined;
    entry.usedAt = now;
    // Most uses are of the one that was used last.
    if (entry !== this.#newest) this.#append(key, entry);
    return entry.value;
  }

  set(key: string, value: V, now: number): void {
    this.#append(key, { value, usedAt: now });
    for (const [oldest, { usedAt }] of this.#entries) {
      if (this.#entries.size <= this.#max && now - usedAt < this.#idleMs) return;
      this.#entries.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  #append(key: string, entry: Entry<V>): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    this.#newest = entry;
  }
}

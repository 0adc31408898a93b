const MAX_SEEN = 150_000;

/** Connections that have ended and been counted, the newest of all: their reports come several times. */
export class SeenEnds {
  #newer = new Map<object, Set<number>>();
  #older = new Map<object, Set<number>>();
  #size = 0;
  readonly #max: number;

  /** Remembers at least the newest `max`, and at most twice as many. */
  constructor(max = MAX_SEEN) {
    this.#max = max;
  }

  has(boot: object, id: number): boolean {
    return !!this.#newer.get(boot)?.has(id) || !!this.#older.get(boot)?.has(id);
  }

  add(boot: object, id: number): void {
    if (this.#size >= this.#max) {
      this.#older = this.#newer;
      this.#newer = new Map();
      this.#size = 0;
    }
    const ids = this.#newer.get(boot);
    if (ids) ids.add(id);
    else this.#newer.set(boot, new Set([id]));
    this.#size++;
  }
}

/**
 * Keeps the items with the largest keys of any number that are offered: a heap of a bounded size whose
 * root is the least of those kept.
 */
export class Busiest<T> {
  readonly #keys: number[] = [];
  readonly #items: T[] = [];

  /** `capacity` is how many are kept. */
  constructor(readonly capacity: number) {}

  get size(): number {
    return this.#items.length;
  }

  /** Keeps the item, unless there is no room and all that are kept have keys as large. */
  offer(key: number, item: T): void {
    if (this.size < this.capacity) this.#rise(this.size, key, item);
    else if (this.capacity > 0 && key > this.#keys[0]) this.#sink(key, item);
  }

  /** Takes out the item with the least key. */
  takeLeast(): T | undefined {
    const least = this.#items[0];
    const key = this.#keys.pop();
    const item = this.#items.pop();
    if (this.size > 0) this.#sink(key!, item!);
    return least;
  }

  /** Puts the item at this place, which is empty, or above. */
  #rise(place: number, key: number, item: T): void {
    const keys = this.#keys;
    const items = this.#items;
    for (let at = place;;) {
      const parent = (at - 1) >> 1;
      if (at === 0 || keys[parent] <= key) {
        keys[at] = key;
        items[at] = item;
        return;
      }
      keys[at] = keys[parent];
      items[at] = items[parent];
      at = parent;
    }
  }

  /** Puts the item in the root's place or below. */
  #sink(key: number, item: T): void {
    const keys = this.#keys;
    const items = this.#items;
    for (let at = 0;;) {
      let child = 2 * at + 1;
      if (child + 1 < keys.length && keys[child + 1] < keys[child]) child++;
      if (child >= keys.length || keys[child] >= key) {
        keys[at] = key;
        items[at] = item;
        return;
      }
      keys[at] = keys[child];
      items[at] = items[child];
      at = child;
    }
  }
}

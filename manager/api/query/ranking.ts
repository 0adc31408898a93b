/** What a row is sorted by. */
export type Key = number | string;

/** A row's place among others: by its keys, and where they are equal by name and number, which no two rows share. */
export interface Rank {
  keys: readonly Key[];
  name: string;
  number: number;
}

/** One field of an order. */
export interface SortField<F extends string = string> {
  field: F;
  descending: boolean;
}

/** Compares ranks in this order. */
export function comparator(order: readonly SortField[]): (a: Rank, b: Rank) => number {
  return (a, b) => {
    for (let i = 0; i < order.length; i++) {
      const difference = compare(a.keys[i], b.keys[i]);
      if (difference !== 0) return order[i].descending ? -difference : difference;
    }
    return compare(a.name, b.name) || a.number - b.number;
  };
}

function compare(a: Key, b: Key): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The first rows behind a given one, of any number that comes: a heap, so that not all are sorted. */
export class Page<R extends Rank> {
  /** Rows that came. */
  total = 0;
  readonly #limit: number;
  readonly #compare: (a: Rank, b: Rank) => number;
  readonly #after: Rank | null;
  /** The last of the rows so far is the first. */
  readonly #heap: R[] = [];
  #beforePage = 0;

  /** At most `limit` rows, those behind `after` or the first ones. */
  constructor(limit: number, compare: (a: Rank, b: Rank) => number, after: Rank | null) {
    this.#limit = limit;
    this.#compare = compare;
    this.#after = after;
  }

  /** Counts a row, and says whether its rank puts it on the page so far, to be followed by {@link add}. */
  wants(rank: Rank): boolean {
    this.total++;
    if (this.#after && this.#compare(rank, this.#after) <= 0) {
      this.#beforePage++;
      return false;
    }
    if (this.#heap.length < this.#limit) return true;
    return this.#limit > 0 && this.#compare(rank, this.#heap[0]) < 0;
  }

  /** Puts a row that is wanted on the page. */
  add(row: R): void {
    if (this.#heap.length < this.#limit) this.#push(row);
    else this.#replaceFirst(row);
  }

  /** The page's rows in order, and whether others follow. */
  rows(): { rows: R[]; more: boolean } {
    const rows = this.#heap.toSorted(this.#compare);
    return { rows, more: this.total - this.#beforePage > rows.length };
  }

  #push(row: R): void {
    const heap = this.#heap;
    let at = heap.push(row) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#compare(heap[parent], row) >= 0) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = row;
  }

  #replaceFirst(row: R): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#compare(heap[child + 1], heap[child]) > 0) child++;
      if (this.#compare(heap[child], row) <= 0) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = row;
  }
}

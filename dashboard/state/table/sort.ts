/** The order of a table's rows. Pure. */
import { type Column, valueOf } from "./columns.ts";
import { STEP_ROWS, type Steps } from "./steps.ts";

/** What a table is sorted by; null is the order in which the rows come. */
export type Sort = { key: string; descending: boolean } | null;

/** The sort after one more click on a column's head: descending, ascending, none. */
export function nextSort(sort: Sort, key: string): Sort {
  if (sort?.key !== key) return { key, descending: true };
  return sort.descending ? { key, descending: false } : null;
}

/** A sort as it stands in the address: `-bytes`, `user`, or nothing. */
export function sortText(sort: Sort): string {
  return sort === null ? "" : `${sort.descending ? "-" : ""}${sort.key}`;
}

/** The sort that {@link sortText} wrote; null where the table has no such column. */
export function parseSort<R>(text: string, columns: readonly Column<R>[]): Sort {
  const descending = text.startsWith("-");
  const key = descending ? text.slice(1) : text;
  return columns.some((column) => column.key === key) ? { key, descending } : null;
}

/** Compares two values of one column; what is not a number stands behind all that are. */
export function compareValues(a: number | string, b: number | string): number {
  if (typeof a === "number" && typeof b === "number") {
    if (a === b) return 0;
    if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
    return Number.isNaN(b) || a > b ? 1 : -1;
  }
  const [x, y] = [String(a), String(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

interface Keyed<R> {
  row: R;
  key: number | string;
  index: number;
}

/**
 * The rows in order: stable and total, for those that are equal stay as they came. Keys are taken once,
 * so that a row which changes between two steps cannot make the order contradict itself.
 */
export function* sortSteps<R>(
  rows: readonly R[],
  sort: Sort,
  columns: readonly Column<R>[],
): Steps<R[]> {
  const column = sort && columns.find(({ key }) => key === sort.key);
  if (!sort || !column) return [...rows];
  const sign = sort.descending ? -1 : 1;
  const compare = (a: Keyed<R>, b: Keyed<R>) =>
    sign * compareValues(a.key, b.key) || a.index - b.index;
  const keyed: Keyed<R>[] = [];
  for (let index = 0; index < rows.length; index++) {
    keyed.push({ row: rows[index], key: sortKey(column, rows[index]), index });
    if (index % STEP_ROWS === STEP_ROWS - 1) yield;
  }
  const sorted = yield* mergeSort(keyed, compare);
  return sorted.map(({ row }) => row);
}

/** Sorts in steps, stable as `sort` is. */
export function* mergeSort<T>(items: readonly T[], compare: (a: T, b: T) => number): Steps<T[]> {
  let runs: T[][] = [];
  for (let from = 0; from < items.length; from += STEP_ROWS) {
    runs.push(items.slice(from, from + STEP_ROWS).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      merged.push(i + 1 < runs.length ? yield* merge(runs[i], runs[i + 1], compare) : runs[i]);
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

function sortKey<R>(column: Column<R>, row: R): number | string {
  const value = column.order ? column.order(row) : valueOf(column, row);
  // Upper and lower case stand together, as people look for names.
  return typeof value === "string" ? value.toLowerCase() : value;
}

function* merge<T>(a: T[], b: T[], compare: (a: T, b: T) => number): Steps<T[]> {
  const merged: T[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    merged.push(compare(a[i], b[j]) <= 0 ? a[i++] : b[j++]);
    if (merged.length % STEP_ROWS === 0) yield;
  }
  // One of them is empty by now.
  while (i < a.length) merged.push(a[i++]);
  while (j < b.length) merged.push(b[j++]);
  return merged;
}

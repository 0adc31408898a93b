/** Rows that have something in common, with what they come to. Pure. */
import type { Column } from "./columns.ts";
import { valueOf } from "./columns.ts";
import { compareValues, mergeSort, type Sort } from "./sort.ts";
import { STEP_ROWS, type Steps } from "./steps.ts";

/** Rows with one value in common. */
export interface Group<R> {
  /** What they have in common. */
  key: string;
  rows: R[];
  /** Sums by the key of the column. */
  sums: ReadonlyMap<string, number>;
}

/**
 * The groups by `keyOf`, with the sums of the columns that have any. In the order of the sort where that is of a
 * sum or of what they have in common; else the largest first.
 */
export function* groupSteps<R>(
  rows: readonly R[],
  by: string,
  keyOf: (row: R) => string,
  columns: readonly Column<R>[],
  sort: Sort,
): Steps<Group<R>[]> {
  const summed = columns.filter((column) => column.summed);
  const groups = new Map<string, { key: string; rows: R[]; sums: Map<string, number> }>();
  for (let i = 0; i < rows.length; i++) {
    const key = keyOf(rows[i]);
    let group = groups.get(key);
    if (!group) groups.set(key, group = { key, rows: [], sums: new Map() });
    group.rows.push(rows[i]);
    for (const column of summed) {
      const value = Number(valueOf(column, rows[i]));
      // What is not known of one does not make the others' sum unknown.
      group.sums.set(column.key, (group.sums.get(column.key) ?? 0) + (value || 0));
    }
    if (i % STEP_ROWS === STEP_ROWS - 1) yield;
  }
  return yield* mergeSort([...groups.values()], groupOrder(by, sort));
}

function groupOrder<R>(by: string, sort: Sort): (a: Group<R>, b: Group<R>) => number {
  const byName = (a: Group<R>, b: Group<R>) => compareValues(a.key, b.key);
  const sign = sort?.descending ? -1 : 1;
  if (sort?.key === by) return (a, b) => sign * byName(a, b);
  return (a, b) => {
    const [x, y] = sort === null ? [] : [a.sums.get(sort.key), b.sums.get(sort.key)];
    const bySum = x === undefined || y === undefined ? 0 : sign * (x - y);
    return bySum || b.rows.length - a.rows.length || byName(a, b);
  };
}

/** A line of a table: a group's head, or a row. */
export type Line<R> =
  | { type: "group"; group: Group<R>; open: boolean }
  | { type: "row"; row: R };

/** The lines of the groups, with the rows of those that are open. */
export function groupLines<R>(
  groups: readonly Group<R>[],
  isOpen: (key: string) => boolean,
): Line<R>[] {
  const lines: Line<R>[] = [];
  for (const group of groups) {
    const open = isOpen(group.key);
    lines.push({ type: "group", group, open });
    if (open) { for (const row of group.rows) lines.push({ type: "row", row }); }
  }
  return lines;
}

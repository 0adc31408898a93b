/** What of a table's rows is shown, and in which order. Pure. */
import type { Column } from "./columns.ts";
import type { Filter } from "./filter.ts";
import { type Group, groupSteps } from "./group.ts";
import { type Sort, sortSteps } from "./sort.ts";
import { STEP_ROWS, type Steps } from "./steps.ts";

/** What is asked of the rows. */
export interface Question<R> {
  columns: readonly Column<R>[];
  /** Rows that are wanted at all, such as those of a tab or with a value that was clicked. */
  wanted?: (row: R) => boolean;
  filter: Filter;
  sort: Sort;
  /** By what they stand where nothing is sorted, the largest first; else as they come. */
  usual?: Column<R>;
  /** By what rows are grouped, if they are. */
  group?: { key: string; of: (row: R) => string } | null;
}

/** The answer: rows in order, in groups if that was asked for. */
export interface View<R> {
  rows: R[];
  groups: Group<R>[] | null;
  /** Rows that the filter left out. */
  filtered: number;
}

/** Filters, sorts and groups in steps. */
export function* viewSteps<R>(rows: readonly R[], question: Question<R>): Steps<View<R>> {
  const { columns, wanted, filter, sort, usual, group } = question;
  const searched = columns.filter(({ number }) => !number);
  const matching: R[] = [];
  let filtered = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (wanted === undefined || wanted(row)) {
      const fits = filter.isEmpty || filter.matches(searched.map((column) => column.text(row)));
      if (fits) matching.push(row);
      else filtered++;
    }
    // A row costs more to search than to count.
    if (i % (STEP_ROWS / 5) === 0) yield;
  }
  const isSorted = sort !== null && columns.some(({ key }) => key === sort.key);
  const sorted = isSorted || !usual
    ? yield* sortSteps(matching, sort, columns)
    : yield* sortSteps(matching, { key: usual.key, descending: true }, [usual]);
  const groups = group ? yield* groupSteps(sorted, group.key, group.of, columns, sort) : null;
  return { rows: sorted, groups, filtered };
}

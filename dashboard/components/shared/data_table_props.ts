import type { ComponentChildren } from "preact";
import type { Column } from "../../state/table/columns.ts";
import type { Group, Line } from "../../state/table/group.ts";
import type { Sort } from "../../state/table/sort.ts";

/** A table of any number of rows: sorted by its heads, in groups, drawn where one looks. */
export interface DataTableProps<R> {
  label: string;
  columns: readonly Column<R>[];
  lines: readonly Line<R>[];
  rowKey: (row: R) => string;
  cell: (column: Column<R>, row: R) => ComponentChildren;
  /** What a head says, where that is more than the title. */
  head?: (column: Column<R>) => ComponentChildren;
  isFaint?: (row: R) => boolean;
  sort: Sort;
  onSort: (column: string) => void;
  onOpen?: (row: R) => void;
  group?: GroupParts<R>;
  select?: SelectParts<R>;
  tail?: TailParts<R>;
  /** What the rows listen to, so that they keep their places while one is at them. */
  handlers?: Record<string, unknown>;
  /** A class that bounds its height. */
  height: string;
}

/** How the head of a group looks. */
export interface GroupParts<R> {
  name: (group: Group<R>) => ComponentChildren;
  /** Of a column that has sums. */
  sum: (column: Column<R>, group: Group<R>) => ComponentChildren;
  onToggle: (key: string) => void;
}

/** Boxes before the text of the first column, by which rows are chosen. */
export interface SelectParts<R> {
  head: ComponentChildren;
  /** Drawn with whether Tab leads to it. */
  cell: (row: R, tabIndex: number) => ComponentChildren;
  group: (group: Group<R>) => ComponentChildren;
  isSelected: (row: R) => boolean;
  /** By the space bar; with all from the last one to it where it `extends`. */
  toggle: (row: R, extend: boolean) => void;
}

/** What stands at the end of a row. */
export interface TailParts<R> {
  /** For who cannot see that it is one. */
  title: string;
  /** Drawn with whether Tab leads to it. */
  cell: (row: R, tabIndex: number) => ComponentChildren;
}

/** How wide the tail is, in pixels. */
export const TAIL_WIDTH = 52;

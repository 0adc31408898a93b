/** What a table shows of a row. Pure, and the same for every table. */

/** One column of rows of a kind. */
export interface Column<R> {
  /** Names it in the address and in exports. */
  key: string;
  title: string;
  /** As it is shown, searched and exported, where it is no number. */
  text(row: R): string;
  /** What it is sorted by and exported as: numbers in base units, times in Unix seconds; else its text. */
  value?(row: R): number | string;
  /** What it is sorted by where that is not its value: a name as people count, for one. */
  order?(row: R): number | string;
  /** It stands at the right, can be summed, and is not searched: its text changes with each report. */
  number?: boolean;
  /** Whether groups say what it comes to in all. */
  summed?: boolean;
  /** In pixels; what is left is shared by those without. */
  width?: number;
  /** Shown only once the reader asks for it. */
  hidden?: boolean;
  /** Cannot be hidden: it says what the row is. */
  fixed?: boolean;
}

/** What a row is sorted by and exported as. */
export function valueOf<R>(column: Column<R>, row: R): number | string {
  return column.value ? column.value(row) : column.text(row);
}

/** Columns that the reader turned on or off against what is usual, by key. */
export type ColumnChoice = Readonly<Record<string, boolean>>;

/** The columns that are shown. */
export function visibleColumns<R>(
  columns: readonly Column<R>[],
  choice: ColumnChoice,
): Column<R>[] {
  return columns.filter(({ key, hidden, fixed }) => fixed || (choice[key] ?? !hidden));
}

/** The choice with one column turned on or off; nothing is kept of what is usual anyway. */
export function choose<R>(
  columns: readonly Column<R>[],
  choice: ColumnChoice,
  key: string,
  shown: boolean,
): ColumnChoice {
  const known = columns.flatMap((column) => {
    const wanted = column.key === key ? shown : choice[column.key];
    const isUsual = wanted === undefined || wanted === !column.hidden || column.fixed;
    return isUsual ? [] : [[column.key, wanted] as const];
  });
  return Object.fromEntries(known);
}

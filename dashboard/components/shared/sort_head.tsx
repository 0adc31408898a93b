import type { ComponentChildren } from "preact";
import type { Sort } from "../../state/table/sort.ts";
import { words } from "../../words/words.ts";

/** What stands in a column's head: its title, and by what a click sorts. */
export function SortHead(
  { column, sort, number = false, onSort, children }: {
    column: string;
    sort: Sort;
    number?: boolean;
    onSort: (column: string) => void;
    children: ComponentChildren;
  },
) {
  const direction = sort?.key !== column ? null : sort.descending ? "descending" : "ascending";
  return (
    <button
      type="button"
      title={words.table.sortHint}
      onClick={() => onSort(column)}
      class={`-mx-1 inline-flex h-7 max-w-full items-center gap-1 rounded px-1 hover:text-ink ${
        number ? "flex-row-reverse" : ""
      } ${direction ? "font-medium text-ink" : ""}`}
    >
      <span class="truncate">{children}</span>
      {direction && <span aria-hidden="true">{direction === "ascending" ? "▴" : "▾"}</span>}
    </button>
  );
}

/** The value of a head's `aria-sort`. */
export function ariaSort(column: string, sort: Sort): "ascending" | "descending" | undefined {
  if (sort?.key !== column) return undefined;
  return sort.descending ? "descending" : "ascending";
}

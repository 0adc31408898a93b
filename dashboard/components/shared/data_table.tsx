import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Column } from "../../state/table/columns.ts";
import type { Group, Line } from "../../state/table/group.ts";
import type { Sort } from "../../state/table/sort.ts";
import { words } from "../../words/words.ts";
import { useRowKeys } from "./row_keys.ts";
import { ariaSort, SortHead } from "./sort_head.tsx";
import { useVirtualRows } from "./virtual_rows.tsx";

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

const HEAD_HEIGHT = 36;
const ROW_HEIGHT = 36;
/** What a column without a width of its own takes at least. */
const FLEXIBLE = 150;

const HEAD =
  "sticky top-0 z-10 h-9 border-b border-line bg-surface px-2 text-xs font-normal text-muted first:left-0 first:z-20 first:pl-4 last:pr-4";
const CELL = "h-(--row,36px) px-2 first:sticky first:left-0 first:z-[1] first:pl-4 last:pr-4";
const FIRST = "first:bg-surface first:group-hover:bg-raised first:group-focus:bg-raised";

/** The table, which scrolls by itself: its head stays at the top, its first column at the left. */
export function DataTable<R>(props: DataTableProps<R>) {
  const { label, columns, lines, height, sort, onSort } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const [focused, setFocused] = useState<number | null>(null);
  const virtual = useVirtualRows({
    ...{ count: lines.length, height: ROW_HEIGHT, list: body, scroller },
    ...{ headHeight: HEAD_HEIGHT, keep: focused },
  });
  const keys = useRowKeys({
    ...{ count: lines.length, list: body, scrollTo: virtual.scrollTo, onFocus: setFocused },
    onOpen: (index) => open(props, lines[index]),
    first: virtual.rows[0]?.index ?? 0,
  });
  const minWidth = columns.reduce((sum, { width }) => sum + (width ?? FLEXIBLE), 0);
  return (
    <div ref={scroller} class={`relative overflow-auto overscroll-x-contain ${height}`}>
      <table
        aria-label={label}
        aria-rowcount={lines.length + 1}
        class="w-full table-fixed border-separate border-spacing-0"
        style={{ minWidth: `${minWidth}px` }}
      >
        <colgroup>
          {columns.map(({ key, width }) => (
            <col key={key} style={width === undefined ? undefined : { width: `${width}px` }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                aria-sort={ariaSort(column.key, sort)}
                class={`${HEAD} ${column.number ? "text-right" : "text-left"}`}
              >
                <SortHead column={column.key} sort={sort} number={column.number} onSort={onSort}>
                  {props.head?.(column) ?? column.title}
                </SortHead>
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} {...keys.handlers} {...props.handlers}>
          {virtual.rows.flatMap(({ index, gap }) => [
            gap > 0 && <Gap key={`gap ${index}`} height={gap} columns={columns.length} />,
            <TableLine
              key={lineKey(lines[index], props.rowKey)}
              {...{ props, index, line: lines[index], tabIndex: keys.tabIndex(index) }}
            />,
          ])}
          {virtual.after > 0 && (
            <Gap key="gap after" height={virtual.after} columns={columns.length} />
          )}
        </tbody>
      </table>
    </div>
  );
}

function open<R>({ onOpen, group }: DataTableProps<R>, line: Line<R> | undefined): void {
  if (line?.type === "group") group?.onToggle(line.group.key);
  else if (line) onOpen?.(line.row);
}

function lineKey<R>(line: Line<R>, rowKey: (row: R) => string): string {
  return line.type === "group" ? `group ${line.group.key}` : `row ${rowKey(line.row)}`;
}

/** The room of rows that are not drawn. */
function Gap({ height, columns }: { height: number; columns: number }) {
  return (
    <tr aria-hidden="true">
      <td colSpan={columns} class="p-0" style={{ height: `${height}px` }} />
    </tr>
  );
}

interface TableLineProps<R> {
  props: DataTableProps<R>;
  line: Line<R>;
  index: number;
  tabIndex: number;
}

function TableLine<R>({ props, line, index, tabIndex }: TableLineProps<R>) {
  const { columns, cell, isFaint, onOpen } = props;
  const place = { "data-index": index, "aria-rowindex": index + 2, tabIndex };
  const look = "group -outline-offset-2 hover:bg-raised focus:bg-raised";
  if (line.type === "group") {
    return <GroupLine {...{ props, group: line.group, open: line.open, place, look }} />;
  }
  const { row } = line;
  return (
    <tr
      {...place}
      class={`${look} ${onOpen ? "cursor-pointer" : ""} ${isFaint?.(row) ? "text-muted" : ""}`}
      onClick={onOpen && (() => onOpen(row))}
    >
      {columns.map((column) => (
        <td
          key={column.key}
          class={`${CELL} ${FIRST} ${
            column.number ? "text-right whitespace-nowrap tabular-nums" : ""
          }`}
        >
          {cell(column, row)}
        </td>
      ))}
    </tr>
  );
}

function GroupLine<R>({ props, group, open, place, look }: {
  props: DataTableProps<R>;
  group: Group<R>;
  open: boolean;
  place: Record<string, number>;
  look: string;
}) {
  const { columns, group: parts } = props;
  const first = columns.findIndex(({ summed }) => summed);
  const span = first === -1 ? columns.length : Math.max(first, 1);
  return (
    <tr {...place} class={`${look} cursor-pointer`} onClick={() => parts?.onToggle(group.key)}>
      <th scope="rowgroup" colSpan={span} class={`${CELL} ${FIRST} text-left font-medium`}>
        <button
          type="button"
          tabIndex={-1}
          aria-expanded={open}
          title={open ? words.table.close : words.table.open}
          class="flex max-w-full items-center gap-2"
        >
          <span aria-hidden="true" class="w-3 shrink-0 text-muted">{open ? "▾" : "▸"}</span>
          <span class="min-w-0 truncate">{parts?.name(group)}</span>
          <span class="text-xs font-normal text-muted tabular-nums">{group.rows.length}</span>
        </button>
      </th>
      {columns.slice(span).map((column) => (
        <td key={column.key} class={`${CELL} text-right whitespace-nowrap tabular-nums`}>
          {column.summed && parts?.sum(column, group)}
        </td>
      ))}
    </tr>
  );
}

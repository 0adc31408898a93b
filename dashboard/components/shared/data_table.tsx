import { useRef, useState } from "preact/hooks";
import type { Column } from "../../state/table/columns.ts";
import type { Line } from "../../state/table/group.ts";
import { type DataTableProps, TAIL_WIDTH } from "./data_table_props.ts";
import { useRowKeys } from "./row_keys.ts";
import { ariaSort, SortHead } from "./sort_head.tsx";
import { Gap, TableLine } from "./table_line.tsx";
import { useVirtualRows } from "./virtual_rows.tsx";

const HEAD_HEIGHT = 36;
const ROW_HEIGHT = 36;
/** What a column without a width of its own takes at least. */
const FLEXIBLE = 150;

const HEAD =
  "sticky top-0 z-10 h-9 border-b border-line bg-surface px-2 text-xs font-normal text-muted first:left-0 first:z-20 first:pl-4 last:pr-4";

/** The table, which scrolls by itself: its head stays at the top, its first column at the left. */
export function DataTable<R>(props: DataTableProps<R>) {
  const { label, columns, lines, height, tail } = props;
  const all = columns.length + (tail ? 1 : 0);
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
    onSelect: (index, extend) => select(props, lines[index], extend),
    first: virtual.rows[0]?.index ?? 0,
  });
  const wide = columns.reduce((sum, { width }) => sum + (width ?? FLEXIBLE), 0);
  const minWidth = wide + (tail ? TAIL_WIDTH : 0);
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
          {tail && <col style={{ width: `${TAIL_WIDTH}px` }} />}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column, i) => (
              <ColumnHead key={column.key} {...{ props, column, isFirst: i === 0 }} />
            ))}
            {tail && (
              <th scope="col" class={`${HEAD} right-0`}>
                <span class="sr-only">{tail.title}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody ref={body} {...keys.handlers} {...props.handlers}>
          {virtual.rows.flatMap(({ index, gap }) => [
            gap > 0 && <Gap key={`gap ${index}`} height={gap} columns={all} />,
            <TableLine
              key={lineKey(lines[index], props.rowKey)}
              {...{ props, index, line: lines[index], tabIndex: keys.tabIndex(index) }}
            />,
          ])}
          {virtual.after > 0 && <Gap key="gap after" height={virtual.after} columns={all} />}
        </tbody>
      </table>
    </div>
  );
}

function ColumnHead<R>({ props, column, isFirst }: {
  props: DataTableProps<R>;
  column: Column<R>;
  isFirst: boolean;
}) {
  const { sort, onSort, head, select } = props;
  return (
    <th
      scope="col"
      aria-sort={ariaSort(column.key, sort)}
      class={`${HEAD} ${column.number ? "text-right" : "text-left"}`}
    >
      <span class={isFirst && select ? "-ml-2 flex items-center gap-1" : "contents"}>
        {isFirst && select?.head}
        <SortHead column={column.key} sort={sort} number={column.number} onSort={onSort}>
          {head?.(column) ?? column.title}
        </SortHead>
      </span>
    </th>
  );
}

function select<R>(
  { select }: DataTableProps<R>,
  line: Line<R> | undefined,
  extend: boolean,
): void {
  if (line?.type === "row") select?.toggle(line.row, extend);
}

function open<R>({ onOpen, group }: DataTableProps<R>, line: Line<R> | undefined): void {
  if (line?.type === "group") group?.onToggle(line.group.key);
  else if (line) onOpen?.(line.row);
}

function lineKey<R>(line: Line<R>, rowKey: (row: R) => string): string {
  return line.type === "group" ? `group ${line.group.key}` : `row ${rowKey(line.row)}`;
}

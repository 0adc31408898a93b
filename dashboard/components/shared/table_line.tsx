import type { ComponentChildren } from "preact";
import type { Group, Line } from "../../state/table/group.ts";
import { words } from "../../words/words.ts";
import type { DataTableProps } from "./data_table_props.ts";

const CELL = "h-(--row,36px) px-2 first:sticky first:left-0 first:z-[1] first:pl-4 last:pr-4";
const FIRST =
  "first:bg-surface first:group-hover:bg-raised first:group-focus:bg-raised first:group-data-selected:bg-raised";
const TAIL =
  "h-(--row,36px) sticky right-0 z-[1] bg-surface pr-2 text-right group-hover:bg-raised group-focus:bg-raised group-data-selected:bg-raised";

interface TableLineProps<R> {
  props: DataTableProps<R>;
  line: Line<R>;
  index: number;
  tabIndex: number;
}

/** A row, or the head of a group. */
export function TableLine<R>({ props, line, index, tabIndex }: TableLineProps<R>) {
  const { columns, cell, isFaint, onOpen, select, tail } = props;
  const place = { "data-index": index, "aria-rowindex": index + 2, tabIndex };
  const look = "group -outline-offset-2 hover:bg-raised focus:bg-raised data-selected:bg-raised";
  if (line.type === "group") {
    return <GroupLine {...{ props, group: line.group, open: line.open, place, look }} />;
  }
  const { row } = line;
  return (
    <tr
      {...place}
      data-selected={select?.isSelected(row) || undefined}
      class={`${look} ${onOpen ? "cursor-pointer" : ""} ${isFaint?.(row) ? "text-muted" : ""}`}
      onClick={onOpen && (() => onOpen(row))}
    >
      {columns.map((column, i) => (
        <td
          key={column.key}
          class={`${CELL} ${FIRST} ${
            column.number ? "text-right whitespace-nowrap tabular-nums" : ""
          }`}
        >
          {i === 0 && select
            ? <Boxed box={select.cell(row, tabIndex)}>{cell(column, row)}</Boxed>
            : cell(column, row)}
        </td>
      ))}
      {tail && (
        <td class={TAIL} onClick={(e) => e.stopPropagation()}>
          {tail.cell(row, tabIndex)}
        </td>
      )}
    </tr>
  );
}

/** A box beside what it chooses; a press on the box is none on the row. */
function Boxed({ box, children }: { box: ComponentChildren; children: ComponentChildren }) {
  return (
    <span class="flex items-center gap-1">
      <span class="-ml-2 flex shrink-0" onClick={(e) => e.stopPropagation()}>{box}</span>
      <span class="min-w-0 flex-1">{children}</span>
    </span>
  );
}

/** The room of rows that are not drawn. */
export function Gap({ height, columns }: { height: number; columns: number }) {
  return (
    <tr aria-hidden="true">
      <td colSpan={columns} class="p-0" style={{ height: `${height}px` }} />
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
  const { columns, group: parts, select, tail } = props;
  const first = columns.findIndex(({ summed }) => summed);
  const span = first === -1 ? columns.length : Math.max(first, 1);
  const name = (
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
  );
  return (
    <tr {...place} class={`${look} cursor-pointer`} onClick={() => parts?.onToggle(group.key)}>
      <th scope="rowgroup" colSpan={span} class={`${CELL} ${FIRST} text-left font-medium`}>
        {select ? <Boxed box={select.group(group)}>{name}</Boxed> : name}
      </th>
      {columns.slice(span).map((column) => (
        <td key={column.key} class={`${CELL} text-right whitespace-nowrap tabular-nums`}>
          {column.summed && parts?.sum(column, group)}
        </td>
      ))}
      {tail && <td class={TAIL} />}
    </tr>
  );
}

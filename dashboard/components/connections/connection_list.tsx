import { useMemo, useState } from "preact/hooks";
import type { ConnectionColumn } from "../../state/connections/columns.ts";
import type { ConnectionRow } from "../../state/connections/row.ts";
import { useStore } from "../../state/store.ts";
import type { Column } from "../../state/table/columns.ts";
import { groupLines, type Line } from "../../state/table/group.ts";
import { nextSort } from "../../state/table/sort.ts";
import { words } from "../../words/words.ts";
import { MoreIcon } from "../frame/icons.tsx";
import { DataTable } from "../shared/data_table.tsx";
import { Direction } from "../shared/direction.tsx";
import { Menu, ROW_MENU } from "../shared/menu.tsx";
import { ConnectionCards } from "./connection_cards.tsx";
import { ConnectionCell } from "./connection_cell.tsx";
import { ConnectionEmpty } from "./connection_empty.tsx";
import { ConnectionFoot } from "./connection_foot.tsx";
import { GroupName, GroupSum } from "./group_name.tsx";
import { RowSelection } from "./row_selection.tsx";
import type { Connections } from "./use_connections.ts";
import type { RowOrders } from "./use_row_orders.tsx";
import { useRowSelect } from "./use_row_select.tsx";

/** The rows, as a table or on a phone as cards, and how many there are. */
export function ConnectionList(
  { connections, orders, onOpen }: {
    connections: Connections;
    orders: RowOrders;
    onOpen: (row: ConnectionRow) => void;
  },
) {
  const { question, ask, columns, context, view, handlers } = connections;
  const { phone } = useStore();
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const by = question.group;
  const lines = useMemo((): Line<ConnectionRow>[] => {
    if (view?.groups && by) return groupLines(view.groups, (key) => opened.has(`${by} ${key}`));
    return view?.rows.map((row) => ({ type: "row", row })) ?? [];
  }, [view, by, opened]);
  const select = useRowSelect(lines, orders.matching !== null && !phone.value);
  const bar = <RowSelection rows={select.rows} onClear={select.clear} />;
  if (view === null || view.rows.length === 0) {
    return (
      <>
        {bar}
        <ConnectionEmpty connections={connections} />
        <ConnectionFoot connections={connections} />
      </>
    );
  }
  const toggle = (key: string) => {
    const name = `${by} ${key}`;
    const next = new Set(opened);
    if (!next.delete(name)) next.add(name);
    setOpened(next);
  };
  const isFaint = (row: ConnectionRow) => row.gone || question.tab === "active" && !row.active;
  if (phone.value) {
    return (
      <>
        <ConnectionCards {...{ lines, by, context, onOpen, onToggle: toggle, isFaint }} />
        <ConnectionFoot connections={connections} />
      </>
    );
  }
  const column = (column: Column<ConnectionRow>) => column as ConnectionColumn;
  const menu = (row: ConnectionRow, tabIndex: number) => (
    <Menu
      label={words.control.actionsOf(row.shown.client)}
      items={orders.of(row)}
      tabIndex={tabIndex}
      buttonClass={ROW_MENU}
    >
      <MoreIcon />
    </Menu>
  );
  return (
    <>
      {bar}
      <DataTable
        label={words.connections.title}
        columns={columns}
        lines={lines}
        rowKey={(row) => row.key}
        cell={(c, row) => <ConnectionCell {...{ column: column(c).key, row, context }} />}
        head={(c) => <ColumnHead column={column(c)} />}
        isFaint={isFaint}
        sort={question.sort}
        onSort={(key) => ask({ sort: nextSort(question.sort, key) })}
        onOpen={onOpen}
        group={by
          ? {
            name: (group) => <GroupName by={by} value={group.key} />,
            sum: (c, group) => <GroupSum column={column(c)} group={group} />,
            onToggle: toggle,
          }
          : undefined}
        select={select.parts}
        tail={orders.are ? { title: words.control.actions, cell: menu } : undefined}
        handlers={handlers}
        height="max-h-[max(320px,calc(100dvh-296px))] border-t border-line"
      />
      <ConnectionFoot connections={connections} />
    </>
  );
}

/** Narrow: the arrow says which way, and to those who do not see it the whole title does. */
function RateHead({ sent, title }: { sent: boolean; title: string }) {
  return (
    <span title={title}>
      <span aria-hidden="true">
        <span class={sent ? "text-sent" : "text-received"}>{sent ? "↑" : "↓"}</span>{" "}
        {words.connections.rate}
      </span>
      <span class="sr-only">{title}</span>
    </span>
  );
}

/** A column's title, with an arrow where bytes go one way. */
function ColumnHead({ column: { key, title } }: { column: ConnectionColumn }) {
  switch (key) {
    case "bytes_sent":
      return <Direction name="sent" />;
    case "bytes_received":
      return <Direction name="received" />;
    case "rate_sent":
    case "rate_received":
      return <RateHead sent={key === "rate_sent"} title={title} />;
    default:
      return <>{title}</>;
  }
}

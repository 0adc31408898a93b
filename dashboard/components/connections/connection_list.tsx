import { useMemo, useState } from "preact/hooks";
import type { ConnectionColumn } from "../../state/connections/columns.ts";
import type { ConnectionRow } from "../../state/connections/row.ts";
import { useStore } from "../../state/store.ts";
import type { Column } from "../../state/table/columns.ts";
import { groupLines, type Line } from "../../state/table/group.ts";
import { nextSort } from "../../state/table/sort.ts";
import { words } from "../../words/words.ts";
import { DataTable } from "../shared/data_table.tsx";
import { Direction } from "../shared/direction.tsx";
import { ConnectionCards } from "./connection_cards.tsx";
import { ConnectionCell } from "./connection_cell.tsx";
import { ConnectionEmpty } from "./connection_empty.tsx";
import { ConnectionFoot } from "./connection_foot.tsx";
import { GroupName, GroupSum } from "./group_name.tsx";
import type { Connections } from "./use_connections.ts";

/** The rows, as a table or on a phone as cards, and how many there are. */
export function ConnectionList(
  { connections, onOpen }: { connections: Connections; onOpen: (row: ConnectionRow) => void },
) {
  const { question, ask, columns, context, view, handlers } = connections;
  const { phone } = useStore();
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const by = question.group;
  const lines = useMemo((): Line<ConnectionRow>[] => {
    if (view?.groups && by) return groupLines(view.groups, (key) => opened.has(`${by} ${key}`));
    return view?.rows.map((row) => ({ type: "row", row })) ?? [];
  }, [view, by, opened]);
  if (view === null || view.rows.length === 0) {
    return (
      <>
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
  return (
    <>
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

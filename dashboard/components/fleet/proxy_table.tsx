import { useState } from "preact/hooks";
import type { ProxySummary } from "../../../manager/api/model.ts";
import { visible } from "../../format.ts";
import { useFormat } from "../../state/format.ts";
import { proxyHref } from "../../state/route.ts";
import { groupWord } from "../../state/proxies.ts";
import { isSilent } from "../../state/rows.ts";
import type { Column } from "../../state/table/columns.ts";
import { type Group, groupLines, type Line } from "../../state/table/group.ts";
import { words } from "../../words/words.ts";
import type { Act } from "../control/use_actions.tsx";
import { ProxyMenu } from "../control/proxy_menu.tsx";
import { MoreIcon } from "../frame/icons.tsx";
import { DataTable } from "../shared/data_table.tsx";
import { Direction } from "../shared/direction.tsx";
import { useHeldRows } from "../shared/held_rows.ts";
import { ROW_MENU } from "../shared/menu.tsx";
import { Bytes, Rate } from "../shared/quantity.tsx";
import { Untrusted } from "../shared/untrusted.tsx";
import { ProxyCell } from "./proxy_cell.tsx";
import { useProxySelect } from "./proxy_select.tsx";
import type { Proxies } from "./use_proxies.ts";
import type { Chosen } from "./use_selection.ts";

/** The proxies, one a row, in groups if that was asked for; with what they can be told for who may. */
export function ProxyTable(
  { table, chosen, act }: { table: Proxies; chosen: Chosen | null; act: Act },
) {
  const { shown, sort, setSort, grouping, question } = table;
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const { lines, handlers } = useHeldLines(table, question, closed);
  const toggle = (key: string) => {
    const next = new Set(closed);
    if (!next.delete(key)) next.add(key);
    setClosed(next);
  };
  const select = useProxySelect(chosen, lines, grouping);
  const menu = (proxy: ProxySummary, tabIndex: number) => (
    <ProxyMenu
      proxy={proxy}
      act={(action) => act(action, [proxy.proxy_id])}
      label={words.control.actionsOf(visible(proxy.proxy_id))}
      buttonClass={ROW_MENU}
      tabIndex={tabIndex}
    >
      <MoreIcon />
    </ProxyMenu>
  );
  return (
    <DataTable
      label={words.fleet.proxies}
      columns={shown}
      lines={lines}
      rowKey={(proxy) => proxy.proxy_id}
      cell={(column, proxy) => <ProxyCell column={column.key} proxy={proxy} />}
      head={(column) => <ProxyHead column={column} />}
      isFaint={isSilent}
      sort={sort}
      onSort={setSort}
      onOpen={(proxy) => location.hash = proxyHref(proxy.proxy_id)}
      group={{
        name: ({ key }) => <GroupName grouping={grouping} name={key} />,
        sum: (column, group) => <Sum column={column} group={group} />,
        onToggle: toggle,
      }}
      select={select}
      tail={chosen ? { title: words.control.actions, cell: menu } : undefined}
      handlers={handlers}
      height="max-h-[min(70dvh,720px)]"
    />
  );
}

/** The lines, whose rows and groups keep their places while one is at them. */
function useHeldLines({ view }: Proxies, question: string, closed: ReadonlySet<string>) {
  const rows = useHeldRows(view.rows, (proxy) => proxy.proxy_id, question);
  const groups = useHeldRows(view.groups ?? [], ({ key }) => key, question);
  if (view.groups === null) {
    const lines = rows.rows.map((row): Line<ProxySummary> => ({ type: "row", row }));
    return { lines, handlers: rows.handlers };
  }
  const places = new Map(rows.rows.map((row, place) => [row.proxy_id, place]));
  const held = groups.rows.map((group) => ({
    ...group,
    rows: group.rows.toSorted((a, b) => places.get(a.proxy_id)! - places.get(b.proxy_id)!),
  }));
  const both = (name: keyof typeof rows.handlers) => (event: PointerEvent & FocusEvent) => {
    rows.handlers[name](event);
    groups.handlers[name](event);
  };
  return {
    lines: groupLines(held, (key) => !closed.has(key)),
    handlers: {
      ...{ onPointerEnter: both("onPointerEnter"), onPointerLeave: both("onPointerLeave") },
      ...{ onFocusIn: both("onFocusIn"), onFocusOut: both("onFocusOut") },
    },
  };
}

function ProxyHead({ column: { key, title } }: { column: Column<ProxySummary> }) {
  if (key === "sent" || key === "received") return <Direction name={key} />;
  if (key === "sending" || key === "receiving") {
    const sent = key === "sending";
    return (
      <span title={`${title}, ${words.fleet.ratesNote}`}>
        <span aria-hidden="true" class={sent ? "text-sent" : "text-received"}>
          {sent ? "↑" : "↓"} <span class="text-muted">{words.fleet.rate}</span>
        </span>
        <span class="sr-only">{title}</span>
      </span>
    );
  }
  return <>{title}</>;
}

function GroupName({ grouping, name }: { grouping: Proxies["grouping"]; name: string }) {
  const word = groupWord(grouping, name);
  if (word === null) return <Untrusted text={name} />;
  return <span class={name === "" ? "text-muted" : ""}>{word}</span>;
}

function Sum({ column: { key }, group }: {
  column: Column<ProxySummary>;
  group: Group<ProxySummary>;
}) {
  const { count } = useFormat();
  const sum = group.sums.get(key) ?? 0;
  if (key === "sending" || key === "receiving") return <Rate value={sum} />;
  if (key === "sent" || key === "received") return <Bytes value={sum} />;
  return <>{count(sum)}</>;
}

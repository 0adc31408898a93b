import { useRef } from "preact/hooks";
import { type ColumnContext, durationOf } from "../../state/connections/columns.ts";
import type { GroupBy } from "../../state/connections/question.ts";
import type { ConnectionRow } from "../../state/connections/row.ts";
import { useFormat } from "../../state/format.ts";
import { hostOf } from "../../state/labels.ts";
import type { Group, Line } from "../../state/table/group.ts";
import { Bytes } from "../shared/quantity.tsx";
import { ConnectionState } from "../shared/status.tsx";
import { Untrusted } from "../shared/untrusted.tsx";
import { useVirtualRows } from "../shared/virtual_rows.tsx";
import { ConnectionRate } from "./connection_cell.tsx";
import { GroupName } from "./group_name.tsx";
import { Way } from "../shared/way.tsx";

/** All cards are of one height, so that any number of them can be scrolled through. */
const HEIGHT = 96;

interface CardsProps {
  lines: readonly Line<ConnectionRow>[];
  by: GroupBy | null;
  context: ColumnContext;
  onOpen: (row: ConnectionRow) => void;
  onToggle: (key: string) => void;
  isFaint: (row: ConnectionRow) => boolean;
}

/** The connections on a phone: a card each. */
export function ConnectionCards({ lines, by, context, onOpen, onToggle, isFaint }: CardsProps) {
  const list = useRef<HTMLUListElement>(null);
  const virtual = useVirtualRows({ count: lines.length, height: HEIGHT, list });
  const before = virtual.rows[0]?.gap ?? 0;
  return (
    <ul
      ref={list}
      class="border-t border-line"
      style={{ paddingTop: `${before}px`, paddingBottom: `${virtual.after}px` }}
    >
      {virtual.rows.map(({ index }) => {
        const line = lines[index];
        return (
          <li
            key={line.type === "group" ? `group ${line.group.key}` : line.row.key}
            data-index={index}
            class="h-24 border-b border-line"
          >
            {line.type === "group"
              ? <GroupCard {...{ group: line.group, open: line.open, by: by!, onToggle }} />
              : <ConnectionCard {...{ row: line.row, context, onOpen, isFaint }} />}
          </li>
        );
      })}
    </ul>
  );
}

const CARD =
  "flex h-full w-full flex-col justify-center gap-1 px-4 text-left -outline-offset-2 active:bg-raised";

function ConnectionCard(
  { row, context, onOpen, isFaint }: Pick<CardsProps, "context" | "onOpen" | "isFaint"> & {
    row: ConnectionRow;
  },
) {
  const { duration } = useFormat();
  const label = context.labelOf(row.client_ip) || context.labelOf(hostOf(row.target));
  const facts = [row.shown.reason, row.shown.user, label, context.fleet ? row.shown.proxy : ""]
    .filter((fact) => fact !== "");
  const now = context.now();
  return (
    <button
      type="button"
      onClick={() => onOpen(row)}
      class={`${CARD} ${isFaint(row) ? "text-muted" : ""}`}
    >
      <span class="flex w-full items-center justify-between gap-4">
        <span class="min-w-0">
          <Untrusted text={row.shown.target} mono />
        </span>
        <span class="text-xs">
          <ConnectionState state={row.state} />
        </span>
      </span>
      <span class="flex w-full justify-between gap-4 text-xs text-muted">
        <span class="min-w-0">
          <Untrusted text={row.shown.client} mono />
        </span>
        <span class="whitespace-nowrap tabular-nums">{duration(durationOf(row, now))}</span>
      </span>
      <span class="flex w-full gap-5">
        <Way name="received">
          {row.active
            ? <ConnectionRate row={row} way="rate_received" now={now} />
            : <Bytes value={row.bytes_received} />}
        </Way>
        <Way name="sent">
          {row.active
            ? <ConnectionRate row={row} way="rate_sent" now={now} />
            : <Bytes value={row.bytes_sent} />}
        </Way>
        <span class="ml-auto min-w-0 text-xs text-muted">
          <Untrusted text={facts.join(" · ")} />
        </span>
      </span>
    </button>
  );
}

function GroupCard({ group, open, by, onToggle }: {
  group: Group<ConnectionRow>;
  open: boolean;
  by: GroupBy;
  onToggle: (key: string) => void;
}) {
  const { count } = useFormat();
  return (
    <button
      type="button"
      aria-expanded={open}
      onClick={() => onToggle(group.key)}
      class={`${CARD} bg-raised`}
    >
      <span class="flex w-full items-center gap-2 font-medium">
        <span aria-hidden="true" class="w-3 text-muted">{open ? "▾" : "▸"}</span>
        <span class="min-w-0 truncate">
          <GroupName by={by} value={group.key} />
        </span>
        <span class="ml-auto text-xs font-normal text-muted tabular-nums">
          {count(group.rows.length)}
        </span>
      </span>
      <span class="flex w-full gap-5 pl-5">
        <Way name="received">
          <Bytes value={group.sums.get("bytes_received") ?? 0} />
        </Way>
        <Way name="sent">
          <Bytes value={group.sums.get("bytes_sent") ?? 0} />
        </Way>
      </span>
    </button>
  );
}

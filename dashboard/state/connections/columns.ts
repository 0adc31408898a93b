import { words } from "../../words/words.ts";
import { hostOf } from "../labels.ts";
import type { Column } from "../table/columns.ts";
import { ratesAt } from "./rate.ts";
import type { ConnectionRow, Tab } from "./row.ts";

/** What the columns need beside a row. */
export interface ColumnContext {
  tab: Tab;
  /** Whether there are several proxies to tell apart. */
  fleet: boolean;
  /** Whether any row has a user. */
  users: boolean;
  /** The manager's time in Unix seconds. */
  now: () => number;
  typeOf: (proxyId: string) => string;
  labelOf: (address: string) => string;
}

export type ConnectionColumnKey = keyof typeof words.connections.columns;
export type ConnectionColumn = Column<ConnectionRow> & { key: ConnectionColumnKey };

/** A name and, where the reader gave it one, its label. */
function labelled(text: string, label: string): string {
  return label === "" ? text : `${text} ${label}`;
}

/** How long a connection lasted, or has lasted, in seconds. */
export function durationOf(row: ConnectionRow, now: number): number {
  return Math.max(0, (row.active ? now : row.last_activity) - row.start_time);
}

/** The columns of a tab; those that say nothing there are hidden until the reader asks for them. */
export function connectionColumns(context: ColumnContext): ConnectionColumn[] {
  const { tab, fleet, users, now, labelOf, typeOf } = context;
  const title = words.connections.columns;
  const isLive = tab === "active";
  const isDenied = tab === "denied";
  const text = (
    key: ConnectionColumnKey,
    text: (row: ConnectionRow) => string,
    more: Partial<ConnectionColumn> = {},
  ): ConnectionColumn => ({ key, title: title[key], text, ...more });
  const number = (
    key: ConnectionColumnKey,
    value: (row: ConnectionRow) => number,
    more: Partial<ConnectionColumn> = {},
  ) => text(key, (row) => String(value(row)), { value, number: true, width: 84, ...more });
  const rate = (row: ConnectionRow, way: "sent" | "received") => ratesAt(row.meter, now())[way];
  const proxy = text("proxy", ({ shown }) => shown.proxy, { width: 104 });
  return [
    text("client", (row) => labelled(row.shown.client, labelOf(row.client_ip)), {
      ...{ width: isLive ? 224 : 196, fixed: true },
    }),
    text("target", (row) => labelled(row.shown.target, labelOf(hostOf(row.target)))),
    text("user", ({ shown }) => shown.user, { width: 96, hidden: !users }),
    ...(fleet ? [proxy] : []),
    text("type", ({ proxy_id }) => typeOf(proxy_id), { width: 76, hidden: !fleet }),
    number("rate_received", (row) => rate(row, "received") ?? NaN, {
      ...{ width: 86, summed: true, hidden: !isLive },
    }),
    number("rate_sent", (row) => rate(row, "sent") ?? NaN, {
      ...{ width: 86, summed: true, hidden: !isLive },
    }),
    number("bytes_received", (row) => row.bytes_received, {
      ...{ width: 98, summed: true, hidden: isDenied },
    }),
    number("bytes_sent", (row) => row.bytes_sent, { summed: true, hidden: isDenied }),
    number("bytes", (row) => row.bytes_sent + row.bytes_received, { summed: true, hidden: true }),
    number("duration", (row) => durationOf(row, now()), { width: 96, hidden: isDenied }),
    text("state", ({ state }) => words.shared.states[state], {
      width: 112,
      hidden: tab !== "closed",
    }),
    text("reason", ({ shown }) => shown.reason, { width: 148, hidden: isLive }),
    number("requests", (row) => row.requests, { summed: true, hidden: true }),
    number("start_time", (row) => row.start_time, { width: 120, hidden: !isDenied }),
    number("last_activity", (row) => row.last_activity, { width: 120, hidden: true }),
    number("id", (row) => row.id, { width: 72, hidden: true }),
  ];
}

/** Connections that only the log of the manager's history has any more. Pure. */
import type { LogReply } from "../../../manager/api/model_history.ts";
import { startMeter } from "./rate.ts";
import { type ConnectionRow, shownTexts, type Tab } from "./row.ts";

/** What is asked of the log. */
export interface LogQuestion {
  states: readonly ConnectionRow["state"][];
  /** Null for the whole fleet. */
  proxyId: string | null;
  /** Where the page before ended; empty for the newest. */
  cursor: string;
  limit: number;
}

/** The states of the connections of a tab in the log. */
export const STATES_OF: Readonly<Record<Tab, readonly ConnectionRow["state"][]>> = {
  active: [],
  closed: ["closed", "failed"],
  denied: ["rejected"],
};

/** Two starts that differ by less are one: the proxy's clock was corrected in between. */
const SAME_START_S = 5;

/** A page of the log as rows: those of this proxy that are not known already. */
export function olderRows(
  { connections }: LogReply,
  proxyId: string | null,
  known: readonly ConnectionRow[],
): ConnectionRow[] {
  const keys = new Set(known.map((row) => row.key));
  return connections.map(rowOf).filter(({ key, proxy_id }) =>
    // The log takes a name for a pattern, in which a star stands for others too.
    !keys.has(key) && (proxyId === null || proxy_id === proxyId)
  );
}

/** Those rows of the log that are not among the live feed's, which tells of an ended one for a minute. */
export function notLive(
  older: readonly ConnectionRow[],
  live: (proxyId: string, id: number) => ConnectionRow | undefined,
): ConnectionRow[] {
  return older.filter((row) => {
    const same = live(row.proxy_id, row.id);
    // Ids begin anew when a proxy restarts.
    return !same || Math.abs(same.start_time - row.start_time) >= SAME_START_S;
  });
}

function rowOf({ end_time, ...logged }: LogReply["connections"][number]): ConnectionRow {
  const { proxy_id, id, start_time, bytes_sent: sent, bytes_received: received } = logged;
  return {
    ...logged,
    key: `log ${proxy_id} ${id} ${start_time}`,
    active: false,
    last_activity: end_time,
    meter: startMeter({ at: end_time, sent, received }, start_time, 0),
    shown: shownTexts(logged),
    gone: false,
  };
}

import type { Connection } from "../../../manager/api/model.ts";
import { formatClient, visible } from "../../format.ts";
import type { RateMeter } from "./rate.ts";

/** The states in the order in which a message numbers them. */
export const STATES = [
  ...["connecting", "active", "closed", "failed", "rejected"] as const,
] satisfies Connection["state"][];

/** The tabs: what is open, what has ended, what was refused. */
export const TABS = ["active", "closed", "denied"] as const;
export type Tab = (typeof TABS)[number];

/** A connection of the fleet as the page keeps it: changed in place, see feed.ts. Times are Unix seconds. */
export interface ConnectionRow {
  /** Unlike any other's, also over the restarts of a proxy. */
  readonly key: string;
  readonly id: number;
  /** As the manager knows them. */
  readonly proxy_id: string;
  client_ip: string;
  client_port: number;
  target: string;
  user: string;
  reason: string;
  state: Connection["state"];
  active: boolean;
  start_time: number;
  last_activity: number;
  bytes_sent: number;
  bytes_received: number;
  requests: number;
  meter: RateMeter;
  /** As it is shown: made once, since each search reads all of it. */
  shown: ShownTexts;
  /** The manager has dropped it; a table that is being read may still hold it. */
  gone: boolean;
}

/** Texts from strangers with what is invisible in them spelled out. */
export interface ShownTexts {
  client: string;
  target: string;
  user: string;
  reason: string;
  proxy: string;
}

/** The texts of a connection as they are shown. */
export function shownTexts(
  row: Pick<
    ConnectionRow,
    "client_ip" | "client_port" | "target" | "user" | "reason" | "proxy_id"
  >,
): ShownTexts {
  return {
    client: visible(formatClient(row.client_ip, row.client_port)),
    target: visible(row.target),
    user: visible(row.user),
    reason: visible(reasonWords(row.reason)),
    proxy: visible(row.proxy_id),
  };
}

/** A reason as words: it travels as one token, such as `client_closed`. */
export function reasonWords(reason: string): string {
  return reason.replaceAll(/[_-]/g, " ");
}

/** The tab that a connection stands in. */
export function tabOf({ active, state }: Pick<ConnectionRow, "active" | "state">): Tab {
  if (active) return "active";
  return state === "rejected" ? "denied" : "closed";
}

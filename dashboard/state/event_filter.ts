/** Which events are shown, as the address has it. Pure. */
import type { Query } from "./route.ts";

/** Kinds of events that people ask for together, by their word in the address. */
export const EVENT_GROUPS = {
  presence: [
    ...["proxy_appeared", "proxy_online", "proxy_stale", "proxy_offline", "proxy_stopped"],
    ...["proxy_restarted", "proxy_draining", "proxy_removed"],
  ],
  alerts: ["alert_firing", "alert_resolved"],
  loss: ["loss_high", "loss_over"],
  manager: ["manager_started", "history_failed", "history_on"],
} as const;
export type EventGroup = keyof typeof EVENT_GROUPS;

/** What is asked of the manager. */
export interface EventQuestion {
  /** Empty for all proxies. */
  proxyId: string;
  /** Empty for all kinds. */
  kinds: readonly string[];
  /** Only what is older than this event. */
  before: number | null;
  limit: number;
}

/** As many events as a page of them has. */
export const EVENT_PAGE = 100;

/** The group that an address names; null for all. */
export function eventGroup({ kind }: Query): EventGroup | null {
  return kind !== undefined && Object.hasOwn(EVENT_GROUPS, kind) ? kind as EventGroup : null;
}

/** The question that an address asks, for one event more than are shown: it tells whether there are more. */
export function eventQuestion(query: Query): EventQuestion {
  const group = eventGroup(query);
  return {
    proxyId: query.proxy ?? "",
    kinds: group === null ? [] : EVENT_GROUPS[group],
    before: /^\d{1,16}$/.test(query.before ?? "") ? Number(query.before) : null,
    limit: EVENT_PAGE + 1,
  };
}

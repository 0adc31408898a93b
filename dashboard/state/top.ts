/** Which of the heaviest are shown, as the address has it. Pure. */
import type { Query } from "./route.ts";

export const TOP_BY = ["client", "target", "user"] as const;
export type TopBy = (typeof TOP_BY)[number];

/** The windows that the manager sums up. */
export const TOP_WINDOWS = ["1h", "24h", "7d", "30d"] as const;
export type TopWindow = (typeof TOP_WINDOWS)[number];

/** What is asked of the manager. */
export interface TopQuestion {
  by: TopBy;
  window: TopWindow;
  /** Empty for the whole fleet. */
  proxyId: string;
}

/** The question that an address asks; what is missing or unknown is the usual. */
export function topQuestion({ by, window, proxy = "" }: Query): TopQuestion {
  return {
    by: TOP_BY.find((word) => word === by) ?? "client",
    window: TOP_WINDOWS.find((word) => word === window) ?? "24h",
    proxyId: proxy,
  };
}

/** The part of the address for a change; the usual is left out. */
export function topQuery(changes: Partial<TopQuestion>): Query {
  const query: Record<string, string> = {};
  if (changes.by !== undefined) query.by = changes.by === "client" ? "" : changes.by;
  if (changes.window !== undefined) query.window = changes.window === "24h" ? "" : changes.window;
  if (changes.proxyId !== undefined) query.proxy = changes.proxyId;
  return query;
}

/** What proxies said of how many of their connections match. Pure. */
import type { OrderReply } from "../../../manager/api/model_control.ts";

type Result = OrderReply["results"][number];

/** How many in all, and of whom. */
export interface CountedConnections {
  sum: number;
  /** Those that have any: whom to tell to close them. */
  ids: readonly string[];
  /** Those that did not say first, then those that have most. */
  results: readonly Result[];
}

/** Sums up what became of a `count_matching`. */
export function sumUp({ results }: Pick<OrderReply, "results">): CountedConnections {
  const of = ({ outcome, count = 0 }: Result) => outcome === "done" ? count : 0;
  const rank = (result: Result) => result.outcome === "done" ? of(result) : Infinity;
  return {
    sum: results.reduce((sum, result) => sum + of(result), 0),
    ids: results.filter((result) => of(result) > 0).map(({ proxy_id }) => proxy_id),
    results: results.toSorted((a, b) => rank(a) < rank(b) ? 1 : rank(a) > rank(b) ? -1 : 0),
  };
}

/** Whose connections an order is about. Pure. */
import type { ProxySummary } from "../../../manager/api/model.ts";
import { isSilent } from "../rows.ts";
import type { ConnectionQuestion } from "./question.ts";

/** All proxies that take orders, those of one mode, or one. */
export type Scope = { of: "all" } | { of: "mode" | "proxy"; name: string };

type Known = Pick<ProxySummary, "proxy_id" | "proxy_type" | "controlled" | "status">;

/** An order names at most so many. */
export const MAX_ORDERED = 10_000;

/** The scope as a value of a list to choose from. */
export function scopeText(scope: Scope): string {
  return scope.of === "all" ? "" : `${scope.of} ${scope.name}`;
}

/** The scope that {@link scopeText} wrote. */
export function parseScope(text: string): Scope {
  const at = text.indexOf(" ");
  const of = text.slice(0, at);
  return of === "mode" || of === "proxy" ? { of, name: text.slice(at + 1) } : { of: "all" };
}

/** Those whose connections a table shows: of `proxyId`, or of the fleet where that is null. */
export function scopeOf(
  { facets }: Pick<ConnectionQuestion, "facets">,
  proxyId: string | null,
): Scope {
  const one = proxyId ?? facets.proxy;
  if (one !== undefined) return { of: "proxy", name: one };
  return facets.type === undefined ? { of: "all" } : { of: "mode", name: facets.type };
}

/** Those of them that take orders, by name, and how many run that do not. */
export function proxiesOf(
  scope: Scope,
  proxies: Iterable<Known>,
): { ids: string[]; others: number } {
  const ids: string[] = [];
  let others = 0;
  for (const proxy of proxies) {
    const name = scope.of === "mode" ? proxy.proxy_type : proxy.proxy_id;
    if (scope.of !== "all" && name !== scope.name) continue;
    if (proxy.controlled) ids.push(proxy.proxy_id);
    else if (!isSilent(proxy)) others++;
  }
  return { ids: ids.sort().slice(0, MAX_ORDERED), others };
}

/** The modes of the proxies that take orders. */
export function modesOf(proxies: Iterable<Known>): string[] {
  const modes = new Set<string>();
  for (const { controlled, proxy_type } of proxies) if (controlled) modes.add(proxy_type);
  return [...modes].sort();
}

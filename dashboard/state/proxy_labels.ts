/** What proxies are told apart by, beside their names: env=prod and the like. Pure. */
import type { ProxySummary } from "../../manager/api/model.ts";

/** The names of labels that a menu holds, at most: each name is some proxy's own. */
const MAX_NAMES = 50;

/** A proxy's labels, name and value. */
export function labelsOf({ labels }: Pick<ProxySummary, "labels">): [string, string][] {
  // A manager that is older than the page tells none.
  return Object.entries(labels ?? {});
}

/** As they are read, searched and exported. */
export function labelText([name, value]: readonly [string, string]): string {
  return `${name}=${value}`;
}

/** The names of the labels that any of them has, in alphabetical order. */
export function labelNames(proxies: Iterable<ProxySummary>): string[] {
  const names = new Set<string>();
  for (const proxy of proxies) {
    for (const [name] of labelsOf(proxy)) if (names.size < MAX_NAMES) names.add(name);
  }
  return [...names].sort();
}

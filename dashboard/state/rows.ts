/** What a table says of a proxy, and in what order its rows stand. Pure. */
import type { ProxySummary } from "../../manager/api/model.ts";

/** The word for a proxy's state: its status, or `draining` while it is online and takes no more. */
export function proxyStatus(proxy: ProxySummary): ProxySummary["status"] | "draining" {
  return proxy.status === "online" && proxy.draining ? "draining" : proxy.status;
}

/** True while a proxy does not report, so that it has no rate. */
export function isSilent(proxy: Pick<ProxySummary, "status">): boolean {
  return proxy.status === "offline" || proxy.status === "stopped";
}

/**
 * Rows in the order they were last shown, for as long as a pointer rests on them: those still there
 * keep their place, and new ones wait at the end.
 */
export function holdOrder<T>(rows: T[], shown: readonly string[], key: (row: T) => string): T[] {
  const byKey = new Map(rows.map((row) => [key(row), row]));
  const kept: T[] = [];
  for (const id of shown) {
    const row = byKey.get(id);
    if (row === undefined) continue;
    kept.push(row);
    byKey.delete(id);
  }
  return [...kept, ...byKey.values()];
}

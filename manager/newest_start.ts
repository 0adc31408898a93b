import { isActive } from "../proxy/stats/report.ts";
import type { Registry } from "./registry.ts";

/**
 * Since when a live connection must have begun to be among the newest `max` of the fleet, in Unix seconds of the
 * manager's clock; -Infinity where all are.
 */
export function newestStart(registry: Registry, max: number): number {
  let live = 0;
  for (const entry of registry.proxies()) live += entry.connections.live;
  if (live <= max) return -Infinity;
  // Numbers alone: there may be 250,000, and only the one at the border matters.
  const starts = new Float64Array(live);
  let at = 0;
  for (const { connections } of registry.proxies()) {
    for (const { id, state, start_time } of connections.records()) {
      if (isActive(state)) starts[at++] = connections.times(id)?.start_time ?? start_time;
    }
  }
  return starts.sort()[live - max];
}

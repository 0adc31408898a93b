import type { Collector, LiveConnection } from "./collector.ts";

/** The connections that a report can be about. */
export type Connections = Pick<Collector, "live" | "ended">;

/** What one interval reports: the records in the order of sending, and how long a full rotation takes. */
export interface Plan {
  records: LiveConnection[];
  /** How many of them, the first ones, are not of the rotation. */
  urgent: number;
  /** Seconds in which every live connection is reported at least once, at the present size. */
  refreshSeconds: number;
  /** The live connection that the next rotation goes on behind. */
  cursor: number;
}

/** The share of the budget that the rotation keeps, however much has changed. */
const ROTATION_SHARE = 0.2;

/**
 * Chooses up to `budget` records for one interval: ended ones that were not sent often enough, live ones
 * that changed, then a share of the rest, going on behind `cursor`.
 */
export function planReport(
  collector: Connections,
  budget: number,
  interval: number,
  cursor: number,
): Plan {
  const share = Math.min(collector.live.size, Math.max(1, Math.floor(budget * ROTATION_SHARE)));
  const ended = collector.ended.filter((record) => record.reportsLeft > 0);
  const changed: LiveConnection[] = [];
  for (const record of collector.live.values()) if (record.changed) changed.push(record);
  const urgent = ended.length + changed.length > budget - share
    // Each gets its part, so that many short connections do not hide the long ones.
    ? takeTurns(ended, changed, budget - share)
    : [...ended, ...changed];
  const limit = budget - urgent.length;
  const rotation = rotate(collector, cursor, limit, new Set(urgent));
  // Not by what this rotation passed: where many of the urgent ones lie on its way that is an exception.
  const intervals = rotation.passed < collector.live.size
    ? Math.ceil(collector.live.size / limit)
    : 1;
  return {
    records: [...urgent, ...rotation.records],
    urgent: urgent.length,
    refreshSeconds: intervals * interval,
    cursor: rotation.cursor,
  };
}

function takeTurns(a: LiveConnection[], b: LiveConnection[], budget: number): LiveConnection[] {
  const half = Math.floor(budget / 2);
  const fromA = Math.max(half, budget - b.length);
  const taken = a.slice(0, fromA);
  return taken.concat(b.slice(0, budget - taken.length));
}

/** Walks once around the live connections from `cursor` on and takes those not in `skip`, up to `limit`. */
function rotate(
  collector: Connections,
  cursor: number,
  limit: number,
  skip: Set<LiveConnection>,
): { records: LiveConnection[]; passed: number; cursor: number } {
  const records: LiveConnection[] = [];
  let passed = 0;
  let last = cursor;
  // Ids grow in the order of insertion, so the part behind the cursor comes first, then the part before it.
  for (const behind of [true, false]) {
    for (const record of collector.live.values()) {
      if ((record.id > cursor) !== behind) continue;
      if (records.length === limit) return { records, passed, cursor: last };
      passed++;
      last = record.id;
      if (!skip.has(record)) records.push(record);
    }
  }
  return { records, passed, cursor: last };
}

import type { SavedBoots } from "./boots.ts";
import type { Labels } from "../../proxy/stats/labels_record.ts";
import type { ProxyState } from "./report.ts";

/** What of a proxy outlives the manager: enough to count on, and to show it until it reports again. */
export interface SavedProxy extends SavedBoots {
  /** The newest report's own words, with the largest totals of its boot. */
  state: ProxyState;
  /** Unix seconds; null where it is the start of the only boot known. */
  countedSince: number | null;
  /** Unix milliseconds. */
  firstSeenMs: number;
  lastSeenMs: number;
  /** How far the manager's clock is ahead of the proxy's, in seconds, now and when it started. */
  shift: number;
  startShift: number;
  /** Absent where an older manager wrote this. */
  labels?: Labels;
}

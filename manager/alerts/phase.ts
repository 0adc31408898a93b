/** Where an alert stands. Times are Unix milliseconds. */
export interface Phase {
  state: "pending" | "firing";
  /** Since when the value is above the threshold. */
  sinceMs: number;
  /** While it fires: since when the value is at `clear` or below; null while it is not. */
  clearMs: number | null;
}

/** When an alert begins and ends; see the fields of the same names of a rule. */
export interface Timing {
  threshold: number;
  clear: number;
  forMs: number;
  keepMs: number;
}

/**
 * Where an alert stands once a value was seen; null where there is none, and "resolved" where one is over. A value
 * of null is not known: what fires goes on, and what does not waits for nothing.
 */
export function advance(
  before: Phase | null,
  value: number | null,
  { threshold, clear, forMs, keepMs }: Timing,
  nowMs: number,
): Phase | "resolved" | null {
  if (before?.state === "firing") {
    if (value === null) return before.clearMs === null ? before : { ...before, clearMs: null };
    if (value > clear) return before.clearMs === null ? before : { ...before, clearMs: null };
    const clearMs = before.clearMs ?? nowMs;
    return nowMs - clearMs >= keepMs ? "resolved" : { ...before, clearMs };
  }
  if (value === null || !(value > threshold)) return null;
  const sinceMs = before?.sinceMs ?? nowMs;
  if (nowMs - sinceMs >= forMs) return { state: "firing", sinceMs, clearMs: null };
  return before ?? { state: "pending", sinceMs, clearMs: null };
}

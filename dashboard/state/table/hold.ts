import type { View } from "./view.ts";

/** Rows held although they are gone, beyond those that there are. */
const MAX_HELD = 1_000;

/**
 * The next view for a reader who is at the rows, with a pointer or the focus: all of those shown stay where they
 * are, also the ones that went, and new ones wait at the end. Groups stand still until the reader leaves. Where
 * too many went, those do go.
 */
export function holdView<R>(shown: View<R>, next: View<R>): View<R> {
  if (shown.groups || next.groups) return shown;
  const here = new Set(next.rows);
  const keepsAll = shown.rows.length - next.rows.length <= MAX_HELD;
  const kept = keepsAll ? shown.rows : shown.rows.filter((row) => here.has(row));
  const known = new Set(kept);
  const fresh = next.rows.filter((row) => !known.has(row));
  return { ...next, rows: [...kept, ...fresh] };
}

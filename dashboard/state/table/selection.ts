/** Rows that were chosen, by their keys. Pure. */

export interface Selection {
  readonly keys: ReadonlySet<string>;
  /** The one that was chosen or left last, from which a range extends. */
  readonly last: string | null;
}

export const NOTHING: Selection = { keys: new Set(), last: null };

/**
 * The selection after one row is chosen, or left; where it `extends`, all from the last one to it in the order in
 * which they are `shown` become what this one becomes.
 */
export function toggled(
  { keys, last }: Selection,
  key: string,
  shown: readonly string[],
  extend = false,
): Selection {
  const on = !keys.has(key);
  const [from, to] = [last === null ? -1 : shown.indexOf(last), shown.indexOf(key)];
  const range = extend && from >= 0 && to >= 0
    ? shown.slice(Math.min(from, to), Math.max(from, to) + 1)
    : [key];
  return { keys: changed(keys, range, on), last: key };
}

/** The selection after all of these are chosen, or left. */
export function withAll({ keys }: Selection, some: readonly string[], on: boolean): Selection {
  return { keys: changed(keys, some, on), last: null };
}

/** The selection without what is not there any more; the same one where all are. */
export function pruned(selection: Selection, isThere: (key: string) => boolean): Selection {
  const { keys, last } = selection;
  if ([...keys].every(isThere)) return selection;
  const kept = new Set([...keys].filter(isThere));
  return { keys: kept, last: last !== null && isThere(last) ? last : null };
}

/** Whether all of these are chosen, none or some. */
export function shareOf({ keys }: Selection, some: readonly string[]): "none" | "some" | "all" {
  if (keys.size === 0) return "none";
  const n = some.reduce((n, key) => n + (keys.has(key) ? 1 : 0), 0);
  return n === 0 ? "none" : n === some.length ? "all" : "some";
}

function changed(
  keys: ReadonlySet<string>,
  some: readonly string[],
  on: boolean,
): ReadonlySet<string> {
  const next = new Set(keys);
  for (const key of some) {
    if (on) next.add(key);
    else next.delete(key);
  }
  return next;
}

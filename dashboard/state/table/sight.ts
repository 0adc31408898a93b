/** Which rows of a long list are in sight, all of one height. Pure; lengths are pixels. */

/** A list within what scrolls. */
export interface Sight {
  count: number;
  height: number;
  /** Where the first row begins in what scrolls. */
  top: number;
  /** How far it has been scrolled, and how much of it can be seen. */
  offset: number;
  size: number;
}

/** Rows beyond the edges of the screen that are drawn too, so that scrolling shows no empty ones. */
const BEYOND = 4;

/** The first row to draw, and the one after the last: some also where none is in sight, for who comes by Tab. */
export function rowsInSight({ count, height, top, offset, size }: Sight): [number, number] {
  const within = (row: number) => Math.max(0, Math.min(count, row));
  const first = within(Math.floor((offset - top) / height));
  const end = within(Math.ceil((offset + size - top) / height));
  return [within(first - BEYOND), within(end + BEYOND)];
}

/** A row to draw, with the room of those between the one before and it. */
export interface Placed {
  index: number;
  gap: number;
}

/** These rows and the one to `keep`, where that is elsewhere, with the room of all others. */
export function placeRows(
  [first, end]: readonly [number, number],
  { count, height }: Pick<Sight, "count" | "height">,
  keep: number | null,
): { rows: Placed[]; after: number } {
  const indexes = Array.from({ length: end - first }, (_, i) => first + i);
  if (keep !== null && keep < count && (keep < first || keep >= end)) {
    if (keep < first) indexes.unshift(keep);
    else indexes.push(keep);
  }
  let next = 0;
  const rows = indexes.map((index) => {
    const gap = (index - next) * height;
    next = index + 1;
    return { index, gap };
  });
  return { rows, after: (count - next) * height };
}

/** How far to scroll so that a row can be seen, the nearest way; null where it can be. */
export function offsetOf(index: number, sight: Sight, headHeight: number): number | null {
  const { height, top, offset, size } = sight;
  const start = top + index * height;
  if (start - headHeight < offset) return Math.max(0, start - headHeight);
  return start + height > offset + size ? start + height - size : null;
}

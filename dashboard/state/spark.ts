/** A small line without axes. Pure. */

/** So many pixels of the drawing's own; it is stretched to where it stands. */
export const SPARK = { width: 100, height: 24 };
const INSET = 1.5;

/** A value at a time; null in a gap. */
export interface SparkPoint {
  at: number;
  value: number | null;
}

/**
 * The line as an SVG path, from `from` to `to`, with nothing where nothing is known; the lowest value is
 * at least zero's height, so that a steady figure is a line in the middle and not noise.
 */
export function sparkPath(points: readonly SparkPoint[], from: number, to: number): string {
  const known = points.filter((p): p is { at: number; value: number } =>
    p.value !== null && p.at >= from && p.at <= to
  );
  if (known.length < 2) return "";
  const values = known.map(({ value }) => value);
  const top = Math.max(...values);
  const bottom = Math.min(...values);
  // Changes of less than a fiftieth are no waves.
  const span = Math.max(top - bottom, top / 50, 1e-9);
  const base = (top + bottom - span) / 2;
  const { width, height } = SPARK;
  let path = "";
  let isDrawing = false;
  for (const { at, value } of points) {
    if (value === null || at < from || at > to) {
      isDrawing = false;
      continue;
    }
    const x = (at - from) / (to - from) * width;
    const y = height - INSET - (value - base) / span * (height - 2 * INSET);
    path += `${isDrawing ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    isDrawing = true;
  }
  return path;
}

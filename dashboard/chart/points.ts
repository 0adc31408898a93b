/** From samples to what the chart draws, and back from the pointer to a sample. Pure. */
import { GAP_MS, type Sample, type Series } from "../state/series.ts";

export interface Point {
  x: number;
  y: number;
}

/** Both lines; a gap is a point whose y is not a number. Sent is below zero. */
export function trafficPoints(series: Series, now: number): { received: Point[]; sent: Point[] } {
  const samples = upTo(series, now);
  return {
    received: samples.map((s) => ({ x: s.at, y: s.received ?? NaN })),
    sent: samples.map((s) => ({ x: s.at, y: s.sent === null ? NaN : -s.sent })),
  };
}

/** The last value holds until the next report is due, so that the line ends at the right edge. */
function upTo(series: Series, now: number): Series {
  const last = series.at(-1);
  if (last === undefined || last.sent === null) return series;
  const age = now - last.at;
  return age > 0 && age <= GAP_MS ? [...series, { ...last, at: now }] : series;
}

/** The largest rates in view, 0 if there are none. */
export function peaks(series: Series): { received: number; sent: number } {
  let received = 0;
  let sent = 0;
  for (const sample of series) {
    received = Math.max(received, sample.received ?? 0);
    sent = Math.max(sent, sample.sent ?? 0);
  }
  return { received, sent };
}

/** The sample nearest to a time, if one is within a gap's length of it; a gap itself is none. */
export function sampleAt(series: Series, at: number): Sample | null {
  let nearest: Sample | null = null;
  let distance = GAP_MS;
  for (const sample of series) {
    const d = Math.abs(sample.at - at);
    if (d <= distance) [nearest, distance] = [sample, d];
  }
  return nearest?.sent === null ? null : nearest;
}

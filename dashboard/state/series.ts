/** Traffic over the last minutes as the chart draws it. Pure. */

/** Rates in bytes a second at a local time in milliseconds; null where nothing is known. */
export interface Sample {
  at: number;
  sent: number | null;
  received: number | null;
}

export type Series = readonly Sample[];

/** How far back the chart reaches, in milliseconds. */
export const WINDOW_MS = 5 * 60_000;

/** A silence longer than this is drawn as a gap: the manager speaks at least every 5 s. */
export const GAP_MS = 12_000;

const MAX_SAMPLES = 600;

/** The series with one more sample, without what has left the window, and with a gap after a silence. */
export function addSample(
  series: Series,
  at: number,
  sent: number,
  received: number,
  gapMs = GAP_MS,
): Series {
  const last = series.at(-1);
  const silent = last !== undefined && at - last.at > gapMs;
  const before = silent ? addGap(series, last.at + 1) : series;
  return trim([...before, { at, sent, received }], at);
}

/** The series with a gap from `at` on; unchanged if it ends in one already or is empty. */
export function addGap(series: Series, at: number): Series {
  const last = series.at(-1);
  if (last === undefined || last.sent === null) return series;
  return trim([...series, { at, sent: null, received: null }], at);
}

function trim(samples: Sample[], now: number): Series {
  const start = now - WINDOW_MS;
  // One sample before the window stays, so that the line begins at the left edge.
  const first = samples.findIndex((s) => s.at >= start);
  const from = Math.max(first - 1, 0, samples.length - MAX_SAMPLES);
  return from === 0 ? samples : samples.slice(from);
}

/** Figures over the last minutes as charts draw them. Pure. */

/** Figures at a local time in milliseconds; null where nothing is known. */
export interface Sample {
  at: number;
  /** Bytes a second. */
  sent: number | null;
  received: number | null;
  /** Active connections. */
  active: number | null;
  /** Proxies that report; null for a proxy itself, and for a time before the page was opened. */
  proxies: number | null;
}

export type Series = readonly Sample[];

/** How far back live figures reach, in milliseconds. */
export const WINDOW_MS = 5 * 60_000;

/** A silence longer than this is drawn as a gap: the manager speaks at least every 5 s. */
export const GAP_MS = 12_000;

const MAX_SAMPLES = 600;

/** A moment at which nothing is known. */
export function gapAt(at: number): Sample {
  return { at, sent: null, received: null, active: null, proxies: null };
}

/** The series with one more sample, without what has left the window, and with a gap after a silence. */
export function addSample(series: Series, sample: Sample, gapMs = GAP_MS): Series {
  const { at } = sample;
  const last = series.at(-1);
  const silent = last !== undefined && at - last.at > gapMs;
  const before = silent ? addGap(series, last.at + 1) : series;
  return trim([...before, sample], at);
}

/** The series with a gap from `at` on; unchanged if it ends in one already or is empty. */
export function addGap(series: Series, at: number): Series {
  const last = series.at(-1);
  if (last === undefined || last.sent === null) return series;
  return trim([...series, gapAt(at)], at);
}

function trim(samples: Sample[], now: number): Series {
  const start = now - WINDOW_MS;
  // One sample before the window stays, so that the line begins at the left edge.
  const first = samples.findIndex((s) => s.at >= start);
  const from = Math.max(first - 1, 0, samples.length - MAX_SAMPLES);
  return from === 0 ? samples : samples.slice(from);
}

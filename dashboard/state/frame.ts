/** What one drawing of the chart shows: bands of figures over the same moments. Pure. */
import { GAP_MS, type Series } from "./series.ts";

type Values = readonly (number | null)[];

/** Rates in bytes a second, one for each moment; null in a gap. */
export interface Band {
  /** A proxy's id, or one of the two below, which no proxy can have. */
  id: string;
  sent: Values;
  received: Values;
}

/** The id of the band that is everything. */
export const TOTAL = "";
/** The id of the band of all proxies that have none of their own. */
export const OTHERS = "\u0000others";

/** Moments in local milliseconds, in their order, and the bands over them. */
export interface Frame {
  times: readonly number[];
  bands: readonly Band[];
}

/** One band: a series. */
export function frameOf(series: Series): Frame {
  const band = {
    id: TOTAL,
    sent: series.map(({ sent }) => sent),
    received: series.map(({ received }) => received),
  };
  return { times: series.map(({ at }) => at), bands: [band] };
}

/** The last value holds until the next report is due, so that the bands end at the right edge. */
export function heldUntil(frame: Frame, now: number, gapMs = GAP_MS): Frame {
  const last = frame.times.at(-1);
  if (last === undefined || now <= last || now - last > gapMs) return frame;
  const held = (values: Values) => [...values, values.at(-1) ?? null];
  return {
    times: [...frame.times, now],
    bands: frame.bands.map(({ id, sent, received }) => {
      return { id, sent: held(sent), received: held(received) };
    }),
  };
}

/** What is seen from one moment to another, with one moment beyond each end. */
export function clip({ times, bands }: Frame, from: number, to: number): Frame {
  const after = times.findIndex((at) => at > from);
  const begin = Math.max(0, (after === -1 ? times.length : after) - 1);
  const over = times.findIndex((at) => at >= to);
  const end = over === -1 ? times.length : over + 1;
  return {
    times: times.slice(begin, end),
    bands: bands.map(({ id, sent, received }) => {
      return { id, sent: sent.slice(begin, end), received: received.slice(begin, end) };
    }),
  };
}

/** The bands with each on top of those before it, so that the last one is the sum; a gap in one is one in all. */
export function stacked({ times, bands }: Frame): Frame {
  let sent: Values = times.map(() => 0);
  let received = sent;
  const onTop = (below: Values, values: Values) =>
    values.map((n, i) => n === null || below[i] === null ? null : n + below[i]!);
  return {
    times,
    bands: bands.map((band) => {
      sent = onTop(sent, band.sent);
      received = onTop(received, band.received);
      return { id: band.id, sent, received };
    }),
  };
}

/** The largest rates of the bands as they stand, 0 if there are none. */
export function peaks({ bands }: Frame): { sent: number; received: number } {
  const most = (of: "sent" | "received") =>
    bands.reduce((most, band) => band[of].reduce<number>((a, b) => Math.max(a, b ?? 0), most), 0);
  return { sent: most("sent"), received: most("received") };
}

/** The moment nearest to a time, as its place, if it is within `reach` and not in a gap; else null. */
export function nearest({ times, bands }: Frame, at: number, reach: number): number | null {
  let found: number | null = null;
  let distance = reach;
  for (const [i, time] of times.entries()) {
    const d = Math.abs(time - at);
    if (d <= distance) [found, distance] = [i, d];
  }
  return found !== null && bands.some(({ sent }) => sent[found] !== null) ? found : null;
}

/** The next place after `index`, or before it, at which something is known; itself if there is none. */
export function step(frame: Frame, index: number, by: 1 | -1): number {
  for (let i = index + by; i >= 0 && i < frame.times.length; i += by) {
    if (frame.bands.some(({ sent }) => sent[i] !== null)) return i;
  }
  return index;
}

/** The usual distance between two moments in milliseconds: a middle one, so that no gap counts. */
export function usualStep({ times }: Frame): number {
  const steps = times.slice(1).map((at, i) => at - times[i]).sort((a, b) => a - b);
  return steps[steps.length >> 1] ?? GAP_MS;
}

/** At most `most` moments: as many in a row as must be are joined to the means of what is known of them. */
export function thinned({ times, bands }: Frame, most: number): Frame {
  const per = Math.ceil(times.length / most);
  if (per <= 1) return { times, bands };
  const join = (values: Values) =>
    Array.from({ length: Math.ceil(values.length / per) }, (_, i) => {
      const known = values.slice(i * per, (i + 1) * per).filter((n) => n !== null);
      return known.length === 0 ? null : known.reduce((sum, n) => sum + n, 0) / known.length;
    });
  return {
    times: times.filter((_, i) => i % per === 0),
    bands: bands.map(({ id, sent, received }) => {
      return { id, sent: join(sent), received: join(received) };
    }),
  };
}

/** How fast a connection is, from successive totals. Pure. */

/** What is known of a connection's speed. */
export interface RateMeter {
  /** Bytes a second; null until two reports have told of it. */
  sent: number | null;
  received: number | null;
  /** Of the totals that the next rate is counted from, in Unix seconds. */
  at: number;
  fromSent: number;
  fromReceived: number;
  /** Until when the rate holds with no further report of bytes, in Unix seconds. */
  until: number;
}

/** Totals of a connection as reported at a time in Unix seconds of the manager's clock. */
export interface Totals {
  at: number;
  sent: number;
  received: number;
}

/** A gap between two reports that is shorter than this share of an interval makes no rate of its own. */
const MIN_SHARE = 0.5;
/** No rate is shown for longer than this without news, in seconds. */
const MAX_HOLD_S = 120;

/** A meter of a connection that began at `start`: one that is new was at zero then, else nothing is known yet. */
export function startMeter(totals: Totals, start: number, interval: number): RateMeter {
  const { at, sent, received } = totals;
  const meter = {
    sent: null,
    received: null,
    at,
    fromSent: sent,
    fromReceived: received,
    until: 0,
  };
  const age = at - start;
  if (age <= 0 || age > 2 * interval) return meter;
  return { ...meter, ...over(age, sent, received), until: at + holdOf(age, interval) };
}

/**
 * Takes new totals, in place. It goes by when the manager was told, not by when its message came, and two reports
 * shortly after each other count as one: so a report that is split, repeated or late makes no spike.
 */
export function updateMeter(meter: RateMeter, { at, sent, received }: Totals, interval: number) {
  const elapsed = at - meter.at;
  const ranBack = sent < meter.fromSent || received < meter.fromReceived;
  if (elapsed < MIN_SHARE * interval && !ranBack) {
    meter.until = Math.max(meter.until, at + holdOf(interval, interval));
    return;
  }
  if (!ranBack) {
    Object.assign(meter, over(elapsed, sent - meter.fromSent, received - meter.fromReceived));
  }
  meter.until = at + holdOf(elapsed, interval);
  meter.at = at;
  meter.fromSent = sent;
  meter.fromReceived = received;
}

/** The rates at `now` in Unix seconds: nothing once no more bytes have been reported for a while. */
export function ratesAt(
  { sent, received, until }: RateMeter,
  now: number,
): { sent: number | null; received: number | null } {
  if (sent === null || now <= until) return { sent, received };
  return { sent: 0, received: 0 };
}

function over(seconds: number, sent: number, received: number) {
  return { sent: Math.round(sent / seconds), received: Math.round(received / seconds) };
}

/** A proxy with very many connections tells of each less often than once an interval. */
function holdOf(elapsed: number, interval: number): number {
  return Math.min(MAX_HOLD_S, Math.max(2.5 * interval, 1.5 * elapsed));
}

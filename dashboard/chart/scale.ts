/** The y axis of the traffic chart: received above zero, sent below. Pure. */

/** Bytes a second; `min` is zero or less, and every tick is a multiple of `step`. */
export interface Scale {
  min: number;
  max: number;
  step: number;
}

/** Less traffic than this does not stretch to the full height: idle noise is not a mountain. */
const FLOOR = 10_000;
const INTERVALS = 5;

/** The smallest scale of round steps that holds both rates, with at least one step on either side. */
export function trafficScale(maxReceived: number, maxSent: number): Scale {
  const received = Math.max(maxReceived, FLOOR);
  const sent = Math.max(maxSent, 0);
  let step = roundUp((received + sent) / INTERVALS);
  // Rounding each side up to whole steps can cost one line more than wanted; a larger step saves it.
  while (steps(received, step) + steps(sent, step) > INTERVALS) step = roundUp(step * 1.01);
  return { min: -steps(sent, step) * step, max: steps(received, step) * step, step };
}

function steps(value: number, step: number): number {
  return Math.max(1, Math.ceil(value / step));
}

/** The next of 1, 2 and 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((f) => f * power >= value) ?? 10;
  return factor * power;
}

const MINUTE_MS = 60_000;

const LABEL_PX = 64;

/**
 * The whole minutes from `from` to `to`, in local milliseconds, on an axis of `width` pixels: every
 * second one where labels would touch, and none whose label would reach over the right end (at the
 * left, the y axis leaves room).
 */
export function minuteTicks(from: number, to: number, width: number): number[] {
  const perLabel = (to - from) * LABEL_PX / Math.max(width, LABEL_PX);
  const step = perLabel * 1.25 <= MINUTE_MS ? MINUTE_MS : 2 * MINUTE_MS;
  const ticks: number[] = [];
  const first = Math.ceil(from / step) * step;
  for (let at = first; at <= to - perLabel / 2; at += step) ticks.push(at);
  return ticks;
}

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

/** The whole minutes from `from` to `to`, in local milliseconds. */
export function minuteTicks(from: number, to: number): number[] {
  const ticks: number[] = [];
  for (let at = Math.ceil(from / MINUTE_MS) * MINUTE_MS; at <= to; at += MINUTE_MS) ticks.push(at);
  return ticks;
}

/** The y axis of the traffic chart: received above zero, sent below. Pure. */

/** Bytes a second; `min` is zero or less, and every tick is a multiple of `step`. */
export interface Scale {
  min: number;
  max: number;
  step: number;
}

/** What a round rate is a multiple of: `factor` units a byte, in powers of `base`. */
export interface RateUnits {
  factor: number;
  base: number;
}

const DECIMAL: RateUnits = { factor: 1, base: 1000 };

/** Less traffic than this does not stretch to the full height: idle noise is not a mountain. */
const FLOOR = 10_000;
const INTERVALS = 5;

/** The smallest scale of round steps that holds both rates, with at least one step on either side. */
export function trafficScale(maxReceived: number, maxSent: number, units = DECIMAL): Scale {
  const received = Math.max(maxReceived, FLOOR);
  const sent = Math.max(maxSent, 0);
  let step = roundUp((received + sent) / INTERVALS, units);
  // Rounding each side up to whole steps can cost one line more than wanted; a larger step saves it.
  while (steps(received, step) + steps(sent, step) > INTERVALS) step = roundUp(step * 1.01, units);
  return { min: -steps(sent, step) * step, max: steps(received, step) * step, step };
}

function steps(value: number, step: number): number {
  // A value on a line needs no step more for the last digit of a division.
  return Math.max(1, Math.ceil(value / step - 1e-9));
}

const FACTORS = [1, 2, 5, 10, 20, 50, 100, 200, 500];

/** The next of 1, 2 and 5 times a power of ten, in the reader's unit for such a rate. */
function roundUp(value: number, { factor, base }: RateUnits): number {
  const amount = value * factor;
  let unit = 1;
  while (amount / unit > base) unit *= base;
  const round = FACTORS.find((f) => f * unit >= amount * (1 - 1e-9)) ?? base;
  return round * unit / factor;
}

/** A round rate as the number that stands before its unit. */
export function axisNumber(bytesPerSecond: number, { factor, base }: RateUnits): number {
  let amount = Math.abs(bytesPerSecond) * factor;
  while (amount >= base - 0.5) amount /= base;
  return amount;
}

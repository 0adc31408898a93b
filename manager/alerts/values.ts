import { z } from "zod";

const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };
const RATES: Record<string, number> = { "": 1, k: 1e3, m: 1e6, g: 1e9 };

/** A duration in milliseconds, from a text such as "90s", "5m", "2h" or "1d", or from a number of seconds. */
export function duration(minS: number, maxS: number) {
  const expected = `expected a time such as "90s", "5m" or "2h", from ${minS} s to ${maxS} s`;
  return z.union([z.string(), z.number()], { error: () => expected }).transform(
    (given, context) => {
      const seconds = typeof given === "number" ? given : parseSeconds(given);
      if (seconds >= minS && seconds <= maxS) return Math.round(seconds * 1000);
      context.addIssue(expected);
      return z.NEVER;
    },
  );
}

function parseSeconds(text: string): number {
  const [, digits, unit] = /^(\d{1,9}(?:\.\d{1,3})?)([smhd])$/.exec(text) ?? [];
  return digits === undefined ? NaN : Number(digits) * SECONDS[unit];
}

const MAX_QUANTITY = 1e15;
const QUANTITY_EXPECTED = 'expected a number, or a rate such as "100Mbit" or "10M" bytes a second';

/** A number, or a text such as "10M" or, in bits, "100Mbit". */
export const quantity = z.union([z.string(), z.number()], { error: () => QUANTITY_EXPECTED })
  .transform((given, context) => {
    const value = typeof given === "number" ? given : parseQuantity(given);
    if (value >= 0 && value <= MAX_QUANTITY) return value;
    context.addIssue(QUANTITY_EXPECTED);
    return z.NEVER;
  });

function parseQuantity(text: string): number {
  const [, digits, unit, bit] = /^(\d{1,15}(?:\.\d{1,9})?)([kmg]?)(bit)?$/i.exec(text) ?? [];
  if (digits === undefined) return NaN;
  return Number(digits) * RATES[unit.toLowerCase()] / (bit ? 8 : 1);
}

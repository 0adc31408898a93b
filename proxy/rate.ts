import { z } from "zod";

const FACTOR: Record<string, number> = { "": 1, k: 1e3, m: 1e6, g: 1e9 };
const MIN_RATE = 1e3;
const MAX_RATE = 1e12;

/** A flag's value as bytes a second: `10M`, `512k`, `1.5G` (decimal) or in bits, `100Mbit`. */
export function rateFlag(flag: string) {
  return z.string().transform((text, context) => {
    const rate = parseRate(text);
    if (rate >= MIN_RATE && rate <= MAX_RATE) return rate;
    context.addIssue(
      `Cannot parse ${flag} ${
        JSON.stringify(text)
      }: expected bytes a second such as 512k, 10M or 1.5G, ` +
        "or bits such as 100Mbit, from 1k to 1000G",
    );
    return z.NEVER;
  });
}

function parseRate(text: string): number {
  const match = /^(\d{1,15}(?:\.\d{1,9})?)([kmg]?)(bit)?$/i.exec(text);
  if (!match) return NaN;
  const [, number, unit, bit] = match;
  return Math.round(Number(number) * FACTOR[unit.toLowerCase()] / (bit ? 8 : 1));
}

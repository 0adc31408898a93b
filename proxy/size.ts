import { z } from "zod";

const FACTOR: Record<string, number> = { "": 1, k: 1 << 10, m: 1 << 20, g: 1 << 30 };

/** A flag's value as bytes: `65536`, `64k`, `10M`, `2G` (powers of 1024), between two bounds in bytes. */
export function sizeFlag(flag: string, min: number, max: number) {
  return z.string().transform((text, context) => {
    const size = parseSize(text);
    if (size >= min && size <= max) return size;
    context.addIssue(
      `Cannot parse ${flag} ${JSON.stringify(text)}: expected bytes such as 65536, 64k or 10M, ` +
        `from ${formatSize(min)} to ${formatSize(max)}`,
    );
    return z.NEVER;
  });
}

function parseSize(text: string): number {
  const match = /^(\d{1,15})([kmg]?)$/i.exec(text);
  return match ? Number(match[1]) * FACTOR[match[2].toLowerCase()] : NaN;
}

function formatSize(size: number): string {
  for (const unit of ["g", "m", "k"]) {
    if (size % FACTOR[unit] === 0) {
      return `${size / FACTOR[unit]}${unit === "k" ? unit : unit.toUpperCase()}`;
    }
  }
  return String(size);
}

const FIRST_MS = 500;
const LONGEST_MS = 10_000;

/**
 * Milliseconds to wait before attempt `attempt` (from 0): doubling from half a second to ten, and
 * between half and all of that, so that many viewers do not come back in one moment.
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 30));
  return full / 2 + (full / 2) * random();
}

/**
 * The system's clock in Unix milliseconds, but one that never runs backwards, so that an age is never
 * negative: when the system's is set back, it goes at half the pace until that has come up with it.
 */
export function steadyClock(
  wall: () => number = Date.now,
  monotonic: () => number = () => performance.now(),
): () => number {
  let at = wall();
  let measuredAt = monotonic();
  return () => {
    const now = monotonic();
    at = Math.max(wall(), at + (now - measuredAt) / 2);
    measuredAt = now;
    return at;
  };
}

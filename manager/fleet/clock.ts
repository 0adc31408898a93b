/** Half of the time over which the quickest datagram is looked for. */
const HALF_WINDOW_MS = 30_000;
/** A difference of the clocks that grows by more than this is a clock that was set, not a slow network. */
const STEP_S = 1;

/** What a proxy's clock is to be corrected by, in seconds, as long as nobody sets it. */
export interface Shift {
  seconds: number;
}

/**
 * The difference between the manager's clock and a proxy's, from when each report was sent and when it
 * arrived. The quickest datagram of the last minute tells it best; a slower one changes nothing, lest
 * times jump. A clock that is set forward shows at once, one that is set back within a minute, and each
 * time a new {@link Shift} begins, so that times from before keep the one they were reported under.
 */
export class ProxyClock {
  #shift: Shift;
  #least: number;
  #leastBefore = Infinity;
  #sinceMs: number;

  constructor(sentAt: number, atMs: number) {
    this.#least = atMs / 1000 - sentAt;
    this.#shift = { seconds: this.#least };
    this.#sinceMs = atMs;
  }

  get shift(): Shift {
    return this.#shift;
  }

  /** Notes a report that was sent at `sentAt`, in seconds of the proxy's clock, and arrived at `atMs`. */
  note(sentAt: number, atMs: number): void {
    if (atMs - this.#sinceMs >= HALF_WINDOW_MS) {
      this.#leastBefore = atMs - this.#sinceMs < 2 * HALF_WINDOW_MS ? this.#least : Infinity;
      this.#least = Infinity;
      this.#sinceMs = atMs;
    }
    this.#least = Math.min(this.#least, atMs / 1000 - sentAt);
    const change = Math.min(this.#least, this.#leastBefore) - this.#shift.seconds;
    if (Math.abs(change) > STEP_S) this.#shift = { seconds: this.#shift.seconds + change };
    else if (change < 0) this.#shift.seconds += change;
  }
}

/** A time that a proxy reported, in Unix seconds of the manager's clock, to the millisecond. */
export function shifted(seconds: number, shift: Shift): number {
  return Math.max(0, Math.round((seconds + shift.seconds) * 1000) / 1000);
}

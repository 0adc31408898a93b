/** More than a datagram is ever held up: where the clocks disagree by more, one of them was set. */
const MAX_DELAY_MS = 60_000;

/** Bytes a second over the last interval, from totals that only grow within a boot. */
export class RateMeter {
  sent = 0;
  received = 0;
  #base: { atMs: number; sentAtMs: number; sent: number; received: number } | null = null;

  /**
   * Takes totals in bytes, sent at `sentAtMs` of the proxy's clock and arrived at `atMs` of ours.
   * Several datagrams come in one interval, so a new rate is made only when most of an interval has
   * passed since the last. What passed is the longer of what the two clocks say, so that a datagram
   * which was held up makes no spike; where a clock was set, the next interval makes the next rate.
   */
  update(atMs: number, sentAtMs: number, sent: number, received: number, intervalMs: number): void {
    const base = this.#base;
    if (base !== null) {
      const arrivedMs = atMs - base.atMs;
      const sentMs = sentAtMs - base.sentAtMs;
      const elapsedMs = Math.max(sentMs, arrivedMs);
      if (Math.abs(sentMs - arrivedMs) <= MAX_DELAY_MS) {
        if (elapsedMs < 0.9 * intervalMs || elapsedMs <= 0) return;
        this.sent = perSecond(sent - base.sent, elapsedMs);
        this.received = perSecond(received - base.received, elapsedMs);
      }
    }
    this.#base = { atMs, sentAtMs, sent, received };
  }

  /** Forgets the base: the next totals are those of a new boot. */
  reset(): void {
    this.#base = null;
    this.sent = 0;
    this.received = 0;
  }
}

function perSecond(bytes: number, elapsedMs: number): number {
  return Math.max(0, Math.round((bytes * 1000) / elapsedMs));
}

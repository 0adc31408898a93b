/** Bytes a second over the last interval, from totals that only grow within a boot. */
export class RateMeter {
  sent = 0;
  received = 0;
  #base: { atMs: number; sent: number; received: number } | null = null;

  /**
   * Takes totals in bytes. Several datagrams come in one interval, so a new rate is made only when
   * most of an interval has passed since the last.
   */
  update(atMs: number, sent: number, received: number, intervalMs: number): void {
    const base = this.#base;
    if (base !== null) {
      const elapsedMs = atMs - base.atMs;
      if (elapsedMs < 0.9 * intervalMs || elapsedMs <= 0) return;
      this.sent = perSecond(sent - base.sent, elapsedMs);
      this.received = perSecond(received - base.received, elapsedMs);
    }
    this.#base = { atMs, sent, received };
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

/** Refreshes that a live connection may miss where nothing is lost. */
const REFRESHES = 5;
const MAX_REFRESHES = 60;
/** How unlikely it shall be that a live connection is dropped since all its refreshes were lost. */
const CHANCE = 1e-9;
/** The loss may have been larger than the share of few datagrams tells. */
const MARGIN = 0.05;

/**
 * How long a live connection may go without being refreshed before it is taken for gone. A proxy that
 * grows takes longer for a round, and so do all its connections at once; one that shrinks must be given
 * one such time in the new pace first, since its connections were last refreshed in the old one.
 */
export class Patience {
  #ms = 0;
  #shorter: { ms: number; sinceMs: number } | null = null;

  /** Notes at `atMs` what a report makes of it. `loss` is the share of datagrams lost, 0 to 1. */
  note(refreshMs: number, intervalMs: number, loss: number, atMs: number): void {
    const ms = Math.max(refreshes(loss) * refreshMs, 2 * intervalMs);
    if (ms >= this.#ms) {
      this.#ms = ms;
      this.#shorter = null;
    } else {
      this.#shorter ??= { ms, sinceMs: atMs };
      this.#shorter.ms = Math.max(this.#shorter.ms, ms);
    }
  }

  /** Milliseconds. */
  ms(nowMs: number): number {
    const shorter = this.#shorter;
    if (shorter !== null && nowMs - shorter.sinceMs > shorter.ms) {
      this.#ms = shorter.ms;
      this.#shorter = null;
    }
    return this.#ms;
  }
}

/** Each refresh is lost with this chance, so some more make it sure that one arrives. */
function refreshes(loss: number): number {
  if (loss <= 0) return REFRESHES;
  const needed = Math.ceil(Math.log(CHANCE) / Math.log(Math.min(0.9, loss + MARGIN)));
  return Math.min(MAX_REFRESHES, Math.max(REFRESHES, needed));
}

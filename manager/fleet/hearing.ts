/** So many missing datagrams are remembered, the newest ones. */
const REMEMBERED = 64;
/** By how much one datagram may be quicker than another. */
const JITTER_MS = 1000;

/**
 * Whether all was heard of late that a proxy said. It tells of every live connection within `refresh_s`, sooner or
 * later in each report; so if nothing of that time and of one report more is missing, a connection that was not
 * told of has ended, though its end was lost.
 */
export class Hearing {
  #highest = -1;
  /** What is missing, and when that showed, the newest last. */
  #missing: { seq: number; atMs: number }[] = [];
  /** What came before is missing, or not known to be there. */
  #unknownMs = -Infinity;
  #lastMs = -Infinity;
  /** The longest time of late in which all is told; a shorter one takes its place when it has lasted as long. */
  #spanMs = 0;
  #shorter: { ms: number; sinceMs: number } | null = null;

  /** Notes the summary of a datagram that was not heard before, and arrived at `atMs`. */
  note(seq: number, refreshMs: number, intervalMs: number, atMs: number): void {
    // Somebody set the manager's clock back: what was heard before cannot be told by time.
    if (atMs < this.#lastMs - JITTER_MS) this.#forget(atMs);
    this.#lastMs = Math.max(this.#lastMs, atMs);
    if (seq < this.#highest) return this.#find(seq);
    if (this.#highest < 0) this.#unknownMs = atMs;
    else this.#miss(this.#highest + 1, seq, atMs);
    this.#highest = seq;
    this.#noteSpan(refreshMs + intervalMs + JITTER_MS, atMs);
  }

  /** A live connection that was not told of since this time, in Unix ms, has ended; -Infinity where nobody can tell. */
  get endedBeforeMs(): number {
    const missedMs = this.#missing.at(-1)?.atMs ?? -Infinity;
    const sinceMs = this.#lastMs - this.#spanMs;
    return sinceMs >= Math.max(missedMs, this.#unknownMs) ? sinceMs : -Infinity;
  }

  #forget(atMs: number): void {
    this.#missing = [];
    this.#unknownMs = this.#lastMs = atMs;
    this.#shorter = null;
  }

  #find(seq: number): void {
    const at = this.#missing.findLastIndex((missing) => missing.seq === seq);
    if (at >= 0) this.#missing.splice(at, 1);
  }

  #miss(from: number, to: number, atMs: number): void {
    for (let seq = Math.max(from, to - REMEMBERED); seq < to; seq++) {
      this.#missing.push({ seq, atMs });
    }
    const tooMany = this.#missing.length - REMEMBERED;
    if (tooMany > 0) this.#unknownMs = this.#missing.splice(0, tooMany).at(-1)!.atMs;
  }

  #noteSpan(ms: number, atMs: number): void {
    const shorter = this.#shorter;
    if (ms >= this.#spanMs) {
      this.#spanMs = ms;
      this.#shorter = null;
    } else if (shorter === null) {
      this.#shorter = { ms, sinceMs: atMs };
    } else {
      shorter.ms = Math.max(shorter.ms, ms);
      if (atMs - shorter.sinceMs < this.#spanMs) return;
      this.#spanMs = shorter.ms;
      this.#shorter = null;
    }
  }
}

/** How far back a late datagram is still told from a duplicate. */
const REMEMBERED = 1024;
const BUCKET_MS = 10_000;
const BUCKETS = 6;

interface Bucket {
  startMs: number;
  expected: number;
  received: number;
}

/** The share of a boot's datagrams that did not arrive in the last minute, from gaps in `seq`. */
export class LossWindow {
  #highest = -1;
  // What came before the first datagram seen is nobody's loss, so it counts as seen.
  #seen = new Uint8Array(REMEMBERED).fill(1);
  #buckets: Bucket[] = [];

  /**
   * Notes a datagram's number; duplicates change nothing, late ones mend the gap they left. False for
   * what has been seen before, or is so late that nobody can tell.
   */
  receive(seq: number, nowMs: number): boolean {
    const bucket = this.#bucket(nowMs);
    if (seq > this.#highest) {
      const gap = this.#highest < 0 ? 1 : seq - this.#highest;
      for (let i = 1; i < Math.min(gap, REMEMBERED); i++) this.#seen[(seq - i) % REMEMBERED] = 0;
      this.#highest = seq;
      bucket.expected += gap;
    } else if (seq <= this.#highest - REMEMBERED || this.#seen[seq % REMEMBERED] === 1) {
      return false;
    }
    this.#seen[seq % REMEMBERED] = 1;
    bucket.received++;
    return true;
  }

  /** Loss in percent, 0 to 100. */
  percent(nowMs: number): number {
    this.#expire(nowMs);
    let expected = 0;
    let received = 0;
    for (const bucket of this.#buckets) {
      expected += bucket.expected;
      received += bucket.received;
    }
    if (expected === 0) return 0;
    return Math.max(0, Math.round((1 - received / expected) * 1000) / 10);
  }

  #bucket(nowMs: number): Bucket {
    this.#expire(nowMs);
    let last = this.#buckets.at(-1);
    if (!last || nowMs - last.startMs >= BUCKET_MS) {
      last = { startMs: nowMs, expected: 0, received: 0 };
      this.#buckets.push(last);
    }
    return last;
  }

  #expire(nowMs: number): void {
    while (this.#buckets.length > 0 && nowMs - this.#buckets[0].startMs >= BUCKETS * BUCKET_MS) {
      this.#buckets.shift();
    }
  }
}

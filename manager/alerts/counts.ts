import type { ProxyEntry } from "../fleet/proxy.ts";

const BUCKETS = 10;
/** The reason under which a proxy counts who finds it full. */
const FULL = "max_connections";
/** A boot that began this long before it was heard of was not counted from its begin on. */
const NEW_BOOT_MS = 60_000;

/** What happened between two looks at a proxy. */
export interface Growth {
  connections: number;
  failed: number;
  refused: number;
}

/** Follows the counters of one proxy over its boots. */
export class Counters {
  #bootId = "";
  #last: Growth = { connections: 0, failed: 0, refused: 0 };

  /** What has grown since the last call; nothing at the first one. */
  take(entry: ProxyEntry, nowMs: number): Growth | null {
    const { boot_id, total_connections, failed_connections } = entry.state;
    const now = {
      connections: total_connections,
      failed: failed_connections,
      refused: entry.reasons.get(FULL) ?? 0,
    };
    let last = this.#last;
    if (boot_id !== this.#bootId) {
      const isNew = this.#bootId !== "" && nowMs - entry.startTime * 1000 <= NEW_BOOT_MS;
      last = isNew ? { connections: 0, failed: 0, refused: 0 } : now;
      this.#bootId = boot_id;
    }
    this.#last = now;
    const growth = {
      connections: Math.max(0, now.connections - last.connections),
      failed: Math.max(0, now.failed - last.failed),
      refused: Math.max(0, now.refused - last.refused),
    };
    return growth.connections + growth.failed + growth.refused > 0 ? growth : null;
  }
}

/** What happened in the last so many milliseconds, in a few buckets. */
export class CountWindow {
  readonly #bucketMs: number;
  readonly #sums = new Float64Array(3 * BUCKETS);
  /** The number of the newest bucket. */
  #newest = -Infinity;

  constructor(windowMs: number) {
    this.#bucketMs = Math.max(1, windowMs / BUCKETS);
  }

  add({ connections, failed, refused }: Growth, nowMs: number): void {
    const at = 3 * (this.#turn(nowMs) % BUCKETS);
    this.#sums[at] += connections;
    this.#sums[at + 1] += failed;
    this.#sums[at + 2] += refused;
  }

  sum(nowMs: number): Growth {
    this.#turn(nowMs);
    const total = { connections: 0, failed: 0, refused: 0 };
    for (let at = 0; at < this.#sums.length; at += 3) {
      total.connections += this.#sums[at];
      total.failed += this.#sums[at + 1];
      total.refused += this.#sums[at + 2];
    }
    return total;
  }

  /** Empties the buckets whose time has passed; returns the number of that of now. */
  #turn(nowMs: number): number {
    const now = Math.max(Math.floor(nowMs / this.#bucketMs), this.#newest);
    const passed = Math.min(BUCKETS, now - this.#newest);
    for (let i = 0; i < passed; i++) {
      this.#sums.fill(0, 3 * ((now - i) % BUCKETS), 3 * ((now - i) % BUCKETS) + 3);
    }
    this.#newest = now;
    return now;
  }
}

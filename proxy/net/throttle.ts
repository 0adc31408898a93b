import { TokenBucket } from "./token_bucket.ts";
import { type Activity, writeAll } from "./write.ts";

/** Time as the throttle sees it; a test brings its own. */
export interface ThrottleClock {
  /** Whole milliseconds since some fixed moment. */
  now(): number;
  /** Runs `wake` after `ms` milliseconds, unless the returned function is called before. */
  after(ms: number, wake: () => void): () => void;
}

export interface BandwidthOptions {
  /** Bytes a second of the whole proxy, each way; null for any. */
  bandwidth: number | null;
  /** Bytes a second of one connection, each way; null for any. */
  bandwidthPerConnection: number | null;
}

/** What may be sent at once after a pause, in seconds of the rate: late timers then cost no bandwidth. */
const BURST_SECONDS = 0.2;
/** What is read at once, in seconds of the rate, so that no sender is far ahead of what may go out. */
const WINDOW_SECONDS = 0.05;
/** Below this many bytes a piece costs more than it is worth, unless the rate itself is that small. */
const MIN_WINDOW = 1024;
const MAX_WINDOW = 1 << 20;

export const SYSTEM_CLOCK: ThrottleClock = {
  now: () => Math.floor(performance.now()),
  after: (ms, wake) => {
    const timer = setTimeout(wake, ms);
    return () => clearTimeout(timer);
  },
};

/** One direction of the whole proxy. Whoever pays is served in turn, a window at a time. */
interface Shared {
  bucket: TokenBucket;
  /** Payments that are waiting. */
  waiting: number;
}

/** The bandwidth of a proxy: one bucket each way for all connections, and one each way for every connection. */
export class Bandwidth {
  readonly #up: Shared | null;
  readonly #down: Shared | null;
  readonly #perConnection: number | null;
  readonly #clock: ThrottleClock;

  constructor({ bandwidth, bandwidthPerConnection }: BandwidthOptions, clock = SYSTEM_CLOCK) {
    const shared = () =>
      bandwidth === null ? null : { bucket: emptyBucket(bandwidth, clock), waiting: 0 };
    this.#up = shared();
    this.#down = shared();
    this.#perConnection = bandwidthPerConnection;
    this.#clock = clock;
  }

  /** The throttle of a new connection. */
  throttle(): Throttle {
    return new Throttle(this.#lane(this.#up), this.#lane(this.#down));
  }

  #lane(shared: Shared | null): Lane {
    const rate = this.#perConnection;
    return new Lane(rate === null ? null : emptyBucket(rate, this.#clock), shared, this.#clock);
  }
}

/** The bandwidth if any is limited, or null: then nothing on the data path is slowed by asking. */
export function createBandwidth(options: BandwidthOptions): Bandwidth | null {
  const { bandwidth, bandwidthPerConnection } = options;
  return bandwidth === null && bandwidthPerConnection === null ? null : new Bandwidth(options);
}

/** Empty at first, so that no interval since the start holds more than the rate. */
function emptyBucket(rate: number, clock: ThrottleClock): TokenBucket {
  return new TokenBucket(rate, rate * BURST_SECONDS, clock.now(), 0);
}

/** What slows one connection: `up` from client to target, `down` from target to client. */
export class Throttle {
  constructor(readonly up: Lane, readonly down: Lane) {}

  /** True while bytes are held back here: such a connection is not idle. */
  get waiting(): boolean {
    return this.up.waiting || this.down.waiting;
  }

  /** Wakes what waits, and lets everything pass from now on: the sockets are closed. */
  close(): void {
    this.up.close();
    this.down.close();
  }
}

/** One direction of one connection. */
export class Lane {
  readonly #own: TokenBucket | null;
  readonly #shared: Shared | null;
  readonly #clock: ThrottleClock;
  readonly #sleepers = new Set<() => void>();
  #closed = false;

  constructor(own: TokenBucket | null, shared: Shared | null, clock: ThrottleClock) {
    this.#own = own;
    this.#shared = shared;
    this.#clock = clock;
  }

  get waiting(): boolean {
    return this.#sleepers.size > 0;
  }

  /** How many bytes may be taken from the sender at once: the fewer, the more connections are waiting. */
  get window(): number {
    if (this.#closed) return MAX_WINDOW;
    const own = this.#own ? windowOf(this.#own.rate, 0) : MAX_WINDOW;
    const shared = this.#shared ? windowOf(this.#shared.bucket.rate, this.#shared.waiting) : own;
    return Math.min(own, shared);
  }

  /** Waits until `n` bytes may be sent. */
  async pay(n: number): Promise<void> {
    if (this.#closed) return;
    const now = this.#clock.now();
    const own = this.#own?.take(n, now) ?? 0;
    const ms = Math.max(own, this.#shared?.bucket.take(n, now) ?? 0);
    if (ms === 0) return;
    if (this.#shared) this.#shared.waiting++;
    await this.#sleep(ms);
    if (!this.#shared) return;
    this.#shared.waiting--;
    // What the closed connection does not send, others may.
    if (this.#closed) this.#shared.bucket.giveBack(n);
  }

  /** Writes all the bytes, each piece when it may be sent; notes the progress. Throws what `write` throws. */
  async write(conn: Deno.Conn, bytes: Uint8Array, activity: Activity): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const piece = bytes.subarray(at, at + this.window);
      await this.pay(piece.length);
      await writeAll(conn, piece, activity);
      at += piece.length;
      activity.last_activity = Date.now() / 1000;
    }
  }

  close(): void {
    this.#closed = true;
    for (const wake of this.#sleepers) wake();
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(wake);
        cancel();
        resolve();
      };
      const cancel = this.#clock.after(ms, wake);
      this.#sleepers.add(wake);
    });
  }
}

function windowOf(rate: number, others: number): number {
  const window = Math.min(MAX_WINDOW, Math.ceil(rate * WINDOW_SECONDS));
  return Math.max(Math.min(window, MIN_WINDOW), Math.floor(window / (others + 1)));
}

/** A connection's reading side that takes no more than may be sent soon, and gives it when it may be. */
export class ThrottledSource {
  constructor(readonly conn: Deno.Conn, readonly lane: Lane) {}

  /** As Deno.Conn's read. */
  async read(buffer: Uint8Array): Promise<number | null> {
    const n = await this.conn.read(buffer.subarray(0, this.lane.window));
    if (n !== null) await this.lane.pay(n);
    return n;
  }
}

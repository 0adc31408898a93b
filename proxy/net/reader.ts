import type { BufferPool } from "./buffer.ts";
import { Failure } from "./failure.ts";
import type { Lane } from "./throttle.ts";

/** What was read of a connection before somebody else reads it. */
export interface ReadAhead {
  early: Uint8Array | undefined;
  /** What the read that is under way will bring, behind that; it does not reject. */
  pending: Promise<Uint8Array | undefined> | undefined;
}

/** Reads a connection through one pooled buffer whose unread part can be looked at before it is taken. */
export class ByteReader {
  buffer: Uint8Array<ArrayBuffer>;
  /** The unread part is `buffer[start..end)`. */
  start = 0;
  end = 0;
  /** Bounds what is taken at once where the bandwidth is limited. Who passes the bytes on pays for them. */
  lane: Lane | null = null;
  /** Called when a read finds that the stream has ended or broken, whoever waits for it. */
  onEnd: (() => void) | null = null;
  /** What the last read threw, or null. */
  error: unknown = null;
  #pending: Promise<boolean> | null = null;

  /** `early` are bytes of the connection that were read before. */
  constructor(readonly conn: Deno.Conn, readonly pool: BufferPool, early?: Uint8Array) {
    this.buffer = pool.take();
    if (!early) return;
    while (this.buffer.length < early.length) this.buffer = pool.enlarge(this.buffer);
    this.buffer.set(early);
    this.end = early.length;
  }

  get available(): number {
    return this.end - this.start;
  }

  /** The unread bytes; valid until the next fill. */
  get view(): Uint8Array<ArrayBuffer> {
    return this.buffer.subarray(this.start, this.end);
  }

  consume(n: number): void {
    this.start += n;
  }

  /**
   * Reads more behind the unread part, whose place may move; false at the end of the stream.
   * Throws what the read threw.
   */
  async fill(): Promise<boolean> {
    if (await this.tryFill()) return true;
    if (this.error !== null) throw this.error;
    return false;
  }

  /**
   * As {@link fill}, but never rejects: false with {@link error} set says that the connection broke. It may
   * be begun ahead, with nobody waiting; one that is under way already is joined, not repeated.
   */
  tryFill(): Promise<boolean> {
    return this.#pending ??= this.#read();
  }

  #read(): Promise<boolean> {
    this.error = null;
    this.#makeRoom();
    // Not an async function: with so many reads each of its parts is felt.
    return this.conn.read(this.#room()).then(this.#took, this.#failed);
  }

  readonly #took = (n: number | null): boolean => {
    this.#pending = null;
    if (this.buffer === EMPTY) return false;
    if (n === null) {
      this.onEnd?.();
      return false;
    }
    this.end += n;
    return true;
  };

  readonly #failed = (error: unknown): boolean => {
    this.#pending = null;
    this.error = error;
    this.onEnd?.();
    return false;
  };

  /** Where the next read may write. */
  #room(): Uint8Array<ArrayBuffer> {
    if (this.lane !== null) return this.buffer.subarray(this.end, this.end + this.lane.window);
    // Most reads begin with an empty buffer, and a view of it costs as much as the rest of this.
    return this.end === 0 ? this.buffer : this.buffer.subarray(this.end);
  }

  /**
   * What the promise brings, unless the stream ends before: then Failure `client_gone`. What comes meanwhile
   * is kept; it may move the unread part. A stream of which something is unread is not watched.
   */
  unlessEnded<T>(promise: Promise<T>): Promise<T> {
    if (this.available > 0) return promise;
    const ended = this.fill().then((more) => {
      if (more) return promise;
      throw new Failure("client_gone", "the client left while it was being checked");
    });
    return Promise.race([promise, ended]);
  }

  #makeRoom(): void {
    if (this.start === this.end) {
      // What the last read brought is gone: the size may follow the flow.
      this.buffer = this.pool.adapt(this.buffer, this.end);
      this.start = this.end = 0;
    } else if (this.start > 0) {
      this.buffer.copyWithin(0, this.start, this.end);
      this.end -= this.start;
      this.start = 0;
    }
    if (this.end === this.buffer.length) this.buffer = this.pool.enlarge(this.buffer);
  }

  /**
   * What has been read ahead, for whoever reads the connection itself from now on. The reader must not be
   * used afterwards.
   */
  handOver(): ReadAhead {
    this.onEnd = null;
    const early = this.#take();
    const pending = this.#pending?.then(() => {
      const bytes = this.#take();
      this.release();
      return bytes;
    });
    if (!pending) this.release();
    return { early, pending };
  }

  /** A copy of the unread part: the buffer goes back to the pool, and little comes so early. */
  #take(): Uint8Array | undefined {
    if (this.available === 0) return undefined;
    const bytes = this.view.slice();
    this.start = this.end;
    return bytes;
  }

  /** Gives the buffer back; the reader must not be used afterwards. */
  release(): void {
    this.onEnd = null;
    const { buffer, pool } = this;
    this.buffer = EMPTY;
    this.start = this.end = 0;
    const give = () => pool.give(buffer);
    // A read that is under way may still write into the buffer.
    if (this.#pending) this.#pending.then(give, give);
    else give();
  }
}

const EMPTY = new Uint8Array(0);

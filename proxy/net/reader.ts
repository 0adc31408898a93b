import type { BufferPool } from "./buffer.ts";
import type { Lane } from "./throttle.ts";

/** Reads a connection through one pooled buffer whose unread part can be looked at before it is taken. */
export class ByteReader {
  buffer: Uint8Array<ArrayBuffer>;
  /** The unread part is `buffer[start..end)`. */
  start = 0;
  end = 0;
  /** Bounds what is taken at once where the bandwidth is limited. Who passes the bytes on pays for them. */
  lane: Lane | null = null;
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
   * A fill that is under way already is joined, not repeated.
   */
  fill(): Promise<boolean> {
    return this.#pending ??= this.#read();
  }

  async #read(): Promise<boolean> {
    try {
      this.#makeRoom();
      const limit = this.lane === null ? this.buffer.length : this.end + this.lane.window;
      const n = await this.conn.read(this.buffer.subarray(this.end, limit));
      if (n === null || this.buffer === EMPTY) return false;
      this.end += n;
      return true;
    } finally {
      this.#pending = null;
    }
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

  /** Gives the buffer back; the reader must not be used afterwards. */
  release(): void {
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

import { strict as assert } from "node:assert";
import { Buffer } from "node:buffer";
import type { Reader, Writer } from "./tcp.ts";

/** Prime, so that a lost, repeated or swapped buffer of any size shows. */
const PERIOD = 1_048_583;
/** The most that is given to one write. */
export const PIECE_BYTES = 1 << 20;

/** An endless random sequence of bytes that repeats: both ends of a transfer know it without keeping it. */
export class Pattern {
  /** The period, and as much of its repetition as one piece needs. */
  readonly #bytes = Buffer.alloc(PERIOD + PIECE_BYTES);

  constructor() {
    for (let at = 0; at < PERIOD; at += 1 << 16) {
      crypto.getRandomValues(this.#bytes.subarray(at, Math.min(at + (1 << 16), PERIOD)));
    }
    this.#bytes.copyWithin(PERIOD, 0, PIECE_BYTES);
  }

  /** Sends the first `length` bytes. */
  async send(to: Writer, length: number): Promise<void> {
    for (let sent = 0; sent < length;) sent += await to.write(this.#piece(sent, length - sent));
  }

  /** Sends until the other side takes no more; returns how much it took. */
  async flood(to: Writer): Promise<number> {
    for (let sent = 0;;) {
      try {
        sent += await to.write(this.#piece(sent, PIECE_BYTES));
      } catch {
        return sent;
      }
    }
  }

  /** Reads the bytes from `from` to `to` of the sequence and checks each; throws if the stream ends before. */
  async receive(conn: Reader, to: number, from = 0): Promise<void> {
    const buffer = Buffer.alloc(Math.min(PIECE_BYTES, to - from));
    for (let at = from; at < to;) {
      const n = await conn.read(buffer.subarray(0, to - at));
      if (n === null) throw new Error(`the stream ended after ${at} of ${to} bytes`);
      this.#check(buffer.subarray(0, n), at);
      at += n;
    }
  }

  /** Reads to the end, be it a regular one or a reset, and checks each byte; returns how many there were. */
  async drain(conn: Reader, from = 0): Promise<number> {
    const buffer = Buffer.alloc(PIECE_BYTES);
    for (let at = from;;) {
      const n = await conn.read(buffer).catch(() => null);
      if (n === null) return at;
      this.#check(buffer.subarray(0, n), at);
      at += n;
    }
  }

  #piece(at: number, length: number): Buffer {
    const start = at % PERIOD;
    return this.#bytes.subarray(start, start + Math.min(PIECE_BYTES, length));
  }

  #check(bytes: Buffer, at: number): void {
    assert.ok(bytes.equals(this.#piece(at, bytes.length)), `wrong bytes after ${at} right ones`);
  }
}

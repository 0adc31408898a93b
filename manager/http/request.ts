/** Follows a client's requests, so that nothing goes on which two readers could take for different ones. Pure. */
import { ChunkScanner } from "../../proxy/http/body.ts";
import { HttpError } from "../../proxy/http/error.ts";
import { checkHead, findHead, HeadError, MAX_HEAD } from "./head.ts";

const SMALL = 1024;
const CR = 13;
const LF = 10;
const NOTHING = { onSize() {}, onData() {}, onEnd() {} };

/** Where in a client's requests what it sent last ends. */
export type Phase = "between" | "head" | "body";

/** Reads what a client sends, in whatever pieces it comes (RFC 9112). */
export class RequestReader {
  /** Heads that were complete, and went on. */
  heads = 0;
  /** What has come of a head that is not complete. */
  #held = new Uint8Array(0);
  #have = 0;
  /** Bytes of a body that are to come; null where its chunks tell. */
  #left: number | null = 0;
  #chunks = new ChunkScanner();
  /** What is to come behind the last chunk. */
  #tail: number[] = [];

  get phase(): Phase {
    if (this.#left !== 0) return "body";
    return this.#have > 0 ? "head" : "between";
  }

  /** What may go on now that this piece has come, whole heads and bodies as they come; throws {@link HeadError}. */
  *take(piece: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < piece.length;) {
      if (this.#left === 0) {
        const { head, to } = this.#takeHead(piece, at);
        at = to;
        if (head) yield head;
      } else {
        const to = this.#left === null ? this.#scan(piece, at) : this.#skip(piece, at);
        yield piece.subarray(at, to);
        at = to;
      }
    }
  }

  #takeHead(piece: Uint8Array, from: number): { head: Uint8Array | null; to: number } {
    const scanned = this.#have;
    if (scanned === 0) checkFirst(piece[from]);
    const count = Math.min(piece.length - from, MAX_HEAD + 1 - scanned);
    this.#hold(piece.subarray(from, from + count));
    const length = findHead(this.#held, this.#have, scanned);
    if (length < 0) return { head: null, to: from + count };
    const head = this.#held.slice(0, length);
    const framing = checkHead(head, length);
    this.#have = 0;
    // A connection that waits keeps no large buffer meanwhile.
    if (this.#held.length > SMALL) this.#held = new Uint8Array(0);
    this.heads++;
    if (framing.kind === "length") this.#left = framing.length;
    if (framing.kind === "chunked") this.#beginChunks();
    return { head, to: from + length - scanned };
  }

  #hold(bytes: Uint8Array): void {
    const needed = this.#have + bytes.length;
    if (needed > this.#held.length) {
      const larger = new Uint8Array(Math.max(SMALL, 2 * this.#held.length, needed));
      larger.set(this.#held.subarray(0, this.#have));
      this.#held = larger;
    }
    this.#held.set(bytes, this.#have);
    this.#have = needed;
  }

  #skip(piece: Uint8Array, from: number): number {
    const to = Math.min(piece.length, from + this.#left!);
    this.#left! -= to - from;
    return to;
  }

  #beginChunks(): void {
    this.#left = null;
    this.#chunks = new ChunkScanner();
    this.#tail = [CR, LF];
  }

  /** To the end of the chunks or of the piece; fields behind the last chunk are not taken. */
  #scan(piece: Uint8Array, from: number): number {
    let at = from;
    try {
      at = this.#chunks.scan(piece, at, piece.length, NOTHING);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      throw new HeadError(400, "bad_request", error.message);
    }
    while (this.#chunks.ended && at < piece.length && this.#tail.length > 0) {
      if (piece[at++] === this.#tail.shift()) continue;
      throw new HeadError(400, "bad_request", "a field behind the last chunk");
    }
    if (this.#tail.length === 0) this.#left = 0;
    return at;
  }
}

/** What does not begin like a method is no request: of TLS, for one, the end of a head would never come. */
function checkFirst(byte: number): void {
  const letter = byte | 0x20;
  if (letter >= 0x61 && letter <= 0x7a) return;
  throw new HeadError(400, "not_http", "Only HTTP/1.1 is served here");
}

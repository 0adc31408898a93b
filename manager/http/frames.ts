const FIN = 0x80;
const OPCODE = 0x0f;
const MASKED = 0x80;
const LENGTH = 0x7f;
const CONTINUATION = 0;
const FIRST_CONTROL = 8;

/** Adds up the size of each message in the frames that a client sends (RFC 6455, section 5.2), and keeps none of it. */
export class FrameMeter {
  readonly #max: number;
  #header = new Uint8Array(14);
  #have = 0;
  /** Bytes of the current frame that are still to come: its mask's and its payload's. */
  #left = 0;
  #message = 0;

  /** `max` is the size of the largest message, in bytes. */
  constructor(max: number) {
    this.#max = max;
  }

  /** How many bytes of this piece may pass: all, or those before the frame that makes its message too big. */
  take(piece: Uint8Array): number {
    let at = 0;
    while (at < piece.length) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, piece.length - at);
        this.#left -= step;
        at += step;
        continue;
      }
      this.#header[this.#have++] = piece[at++];
      if (this.#have < this.#headerSize()) continue;
      if (!this.#begin()) return Math.max(0, at - this.#have);
      this.#have = 0;
    }
    return at;
  }

  /** Of the header without its mask. */
  #headerSize(): number {
    if (this.#have < 2) return 2;
    const length = this.#header[1] & LENGTH;
    return length === 127 ? 10 : length === 126 ? 4 : 2;
  }

  /** Notes a frame whose header is complete; false where its message is too big. */
  #begin(): boolean {
    const [first, second] = this.#header;
    const length = this.#payload(second & LENGTH);
    const opcode = first & OPCODE;
    if (opcode < FIRST_CONTROL) {
      if (opcode !== CONTINUATION) this.#message = 0;
      this.#message += length;
      if (this.#message > this.#max) return false;
      if (first & FIN) this.#message = 0;
    } else if (length > this.#max) {
      return false;
    }
    this.#left = length + (second & MASKED ? 4 : 0);
    return true;
  }

  #payload(short: number): number {
    const view = new DataView(this.#header.buffer);
    if (short === 126) return view.getUint16(2);
    return short === 127 ? Number(view.getBigUint64(2)) : short;
  }
}

/** WebSocket frames (RFC 6455, section 5), of both sides: a client masks its own, a server does not. Pure. */

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

const CONTINUATION = 0;
const FIN = 0x80;
const RESERVED = 0x70;
const OPCODE = 0x0f;
const MASKED = 0x80;
const LENGTH = 0x7f;
const MAX_CONTROL = 125;

/** What the other side has sent; after `error` nothing more is read. */
export type FrameEvent =
  | { type: "text"; text: string }
  | { type: "binary" }
  | { type: "ping"; payload: Uint8Array }
  | { type: "pong" }
  | { type: "close"; code: number }
  | { type: "error"; code: number; reason: string };

/** A whole frame as a server sends it, or masked with these four bytes, as a client has to. */
export function encodeFrame(
  opcode: number,
  payload: Uint8Array,
  mask?: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const { length } = payload;
  const size = length <= MAX_CONTROL ? 2 : length <= 0xffff ? 4 : 10;
  const start = size + (mask ? 4 : 0);
  const frame = new Uint8Array(start + length);
  const view = new DataView(frame.buffer);
  frame[0] = FIN | opcode;
  frame[1] = size === 2 ? length : size === 4 ? 126 : 127;
  if (size === 4) view.setUint16(2, length);
  if (size === 10) view.setBigUint64(2, BigInt(length));
  frame.set(payload, start);
  if (!mask) return frame;
  frame[1] |= MASKED;
  frame.set(mask, size);
  for (let i = 0; i < length; i++) frame[start + i] ^= mask[i & 3];
  return frame;
}

/** A close frame; the reason is cut to what fits. */
export function encodeClose(
  code: number,
  reason: string,
  mask?: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(reason).subarray(0, MAX_CONTROL - 2);
  return encodeFrame(CLOSE, new Uint8Array([code >> 8, code & 255, ...text]), mask);
}

/** Reads what a client (a server, unless `masked`) sends, piece by piece, and never holds more than a message of `max` bytes. */
export class FrameReader {
  readonly #max: number;
  readonly #masked: boolean;
  readonly #header = new Uint8Array(14);
  #have = 0;
  /** The payload of the current frame, as far as it has come; null between frames. */
  #payload: Uint8Array | null = null;
  #filled = 0;
  #opcode = 0;
  #fin = true;
  /** The parts of a message that is not complete. */
  #parts: Uint8Array[] = [];
  #partsLength = 0;
  #kind: number | null = null;
  #failed = false;

  constructor(max: number, masked = true) {
    this.#max = max;
    this.#masked = masked;
  }

  /** What is complete with these bytes. */
  *push(piece: Uint8Array): Generator<FrameEvent> {
    for (let at = 0; at < piece.length && !this.#failed;) {
      if (this.#payload === null) {
        this.#header[this.#have++] = piece[at++];
        if (this.#have < this.#headerSize()) continue;
        const error = this.#begin();
        if (error) return yield this.#fail(...error);
      }
      at = this.#fill(piece, at);
      if (this.#filled === this.#payload!.length) yield* this.#finish();
    }
  }

  #fail(code: number, reason: string): FrameEvent {
    this.#failed = true;
    this.#parts = [];
    return { type: "error", code, reason };
  }

  #headerSize(): number {
    if (this.#have < 2) return 2;
    const length = this.#header[1] & LENGTH;
    return (length === 127 ? 10 : length === 126 ? 4 : 2) + (this.#header[1] & MASKED ? 4 : 0);
  }

  /** Begins the frame whose header is complete; returns what is wrong with it, if anything is. */
  #begin(): [code: number, reason: string] | null {
    const [first, second] = this.#header;
    this.#opcode = first & OPCODE;
    this.#fin = (first & FIN) !== 0;
    const length = this.#length(second & LENGTH);
    if (((second & MASKED) !== 0) !== this.#masked || first & RESERVED) {
      return [1002, "not a frame of the other side"];
    }
    if (this.#opcode >= CLOSE) {
      if (this.#opcode > PONG || !this.#fin || length > MAX_CONTROL) return [1002, "bad control"];
    } else {
      if (this.#opcode > BINARY) return [1002, "unknown kind of frame"];
      if ((this.#opcode === CONTINUATION) === (this.#kind === null)) return [1002, "out of order"];
      if (this.#partsLength + length > this.#max) return [1009, "message too big"];
    }
    this.#payload = new Uint8Array(length);
    this.#filled = 0;
    return null;
  }

  #length(short: number): number {
    const view = new DataView(this.#header.buffer);
    if (short === 126) return view.getUint16(2);
    return short === 127 ? Number(view.getBigUint64(2)) : short;
  }

  /** Takes what belongs to the current frame; returns where the next one begins. */
  #fill(piece: Uint8Array, at: number): number {
    const payload = this.#payload!;
    const end = Math.min(piece.length, at + payload.length - this.#filled);
    if (!this.#masked) {
      payload.set(piece.subarray(at, end), this.#filled);
      this.#filled += end - at;
      return end;
    }
    const mask = this.#have - 4;
    for (; at < end; at++, this.#filled++) {
      payload[this.#filled] = piece[at] ^ this.#header[mask + (this.#filled & 3)];
    }
    return at;
  }

  *#finish(): Generator<FrameEvent> {
    const payload = this.#payload!;
    this.#payload = null;
    this.#have = 0;
    if (this.#opcode === PING) return yield { type: "ping", payload };
    if (this.#opcode === PONG) return yield { type: "pong" };
    if (this.#opcode === CLOSE) {
      return yield {
        type: "close",
        code: payload.length < 2 ? 1000 : payload[0] << 8 | payload[1],
      };
    }
    if (this.#opcode !== CONTINUATION) this.#kind = this.#opcode;
    this.#parts.push(payload);
    // An empty part counts too, so that no number of them grows without end.
    this.#partsLength += Math.max(1, payload.length);
    if (this.#fin) yield this.#message();
  }

  #message(): FrameEvent {
    const whole = new Uint8Array(this.#parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    const kind = this.#kind;
    this.#parts = [];
    this.#partsLength = 0;
    this.#kind = null;
    if (kind === BINARY) return { type: "binary" };
    try {
      return { type: "text", text: new TextDecoder("utf-8", { fatal: true }).decode(whole) };
    } catch {
      return this.#fail(1007, "not UTF-8");
    }
  }
}

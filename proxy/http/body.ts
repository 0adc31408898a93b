/** How a body is delimited (RFC 9112, sections 6 and 7). Pure. */
import { HttpError } from "./error.ts";
import { FIELD, type Field, valueText } from "./fields.ts";

export type Framing =
  | { kind: "none" }
  | { kind: "length"; length: number }
  | { kind: "chunked" }
  | { kind: "close" };

/** The length and the codings that a message's fields declare; throws HttpError for what is ambiguous. */
export function declaredFraming(
  bytes: Uint8Array,
  fields: readonly Field[],
  minor: number,
): Framing | null {
  let length: number | null = null;
  let codings: string[] | null = null;
  for (const field of fields) {
    if (field.id === FIELD.contentLength) {
      if (length !== null) throw new HttpError(400, "Content-Length is repeated");
      length = parseContentLength(valueText(bytes, field));
    } else if (field.id === FIELD.transferEncoding) {
      if (codings) throw new HttpError(400, "Transfer-Encoding is repeated");
      codings = parseCodings(valueText(bytes, field));
    }
  }
  if (codings === null) return length === null ? null : { kind: "length", length };
  if (length !== null) throw new HttpError(400, "both Content-Length and Transfer-Encoding");
  if (minor === 0) throw new HttpError(400, "Transfer-Encoding in HTTP/1.0");
  if (codings.at(-1) !== "chunked" || codings.indexOf("chunked") !== codings.length - 1) {
    throw new HttpError(400, "the last transfer coding, and only that, must be chunked");
  }
  if (codings.length > 1) throw new HttpError(501, `unknown transfer coding "${codings[0]}"`);
  return { kind: "chunked" };
}

/**
 * Stricter than a list may be (RFC 9110, section 5.6.1.2): an empty element is no reason to disagree with
 * another reader about the body, and node:http, for one, does not take "chunked," for chunked.
 */
function parseCodings(value: string): string[] {
  const codings = value.toLowerCase().split(/[ \t]*,[ \t]*/);
  if (codings.includes("")) throw new HttpError(400, "an empty transfer coding");
  return codings;
}

function parseContentLength(value: string): number {
  const length = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(length)) {
    throw new HttpError(400, "Content-Length is not a whole number");
  }
  return length;
}

const enum At {
  FirstDigit,
  Size,
  Extension,
  SizeLf,
  Data,
  DataCr,
  DataLf,
  End,
}

const CR = 13;
const LF = 10;
const MAX_SIZE_DIGITS = 16;
const MAX_EXTENSION = 256;

/** What a {@link ChunkScanner} finds, in this order for each chunk; the last chunk is not among them. */
export interface ChunkEvents {
  onSize(size: number): unknown;
  /** A part of the chunk's data, as a range of the scanned bytes. */
  onData(from: number, to: number): unknown;
  onEnd(): unknown;
}

/** Follows a chunked body through whatever pieces it arrives in (RFC 9112, section 7.1). */
export class ChunkScanner {
  #at = At.FirstDigit;
  #size = 0;
  #count = 0;

  /** True once the last chunk's line has passed: what follows is the trailer section. */
  get ended(): boolean {
    return this.#at === At.End;
  }

  /**
   * Scans `bytes[start..end)` and returns where it stopped: at `end`, or behind the last chunk's line.
   * Throws HttpError 400 for a malformed chunk.
   */
  scan(bytes: Uint8Array, start: number, end: number, events: ChunkEvents): number {
    let at = start;
    while (at < end && this.#at !== At.End) {
      if (this.#at === At.Data) {
        const to = Math.min(end, at + this.#size);
        events.onData(at, to);
        this.#size -= to - at;
        at = to;
        if (this.#size === 0) this.#at = At.DataCr;
      } else {
        this.#step(bytes[at++], events);
      }
    }
    return at;
  }

  #step(byte: number, events: ChunkEvents): void {
    switch (this.#at) {
      case At.FirstDigit:
      case At.Size:
        return this.#sizeByte(byte);
      case At.Extension:
        if (byte === CR) this.#at = At.SizeLf;
        else if ((byte < 32 && byte !== 9) || byte === 127) throw malformed("chunk extension");
        else if (++this.#count > MAX_EXTENSION) throw malformed("chunk extension, too long");
        return;
      case At.SizeLf:
        if (byte !== LF) throw malformed("end of a chunk's size line");
        this.#at = this.#size === 0 ? At.End : At.Data;
        if (this.#size > 0) events.onSize(this.#size);
        return;
      case At.DataCr:
        if (byte !== CR) throw malformed("end of chunk data");
        this.#at = At.DataLf;
        return;
      case At.DataLf:
        if (byte !== LF) throw malformed("end of chunk data");
        this.#at = At.FirstDigit;
        this.#size = this.#count = 0;
        events.onEnd();
        return;
    }
  }

  #sizeByte(byte: number): void {
    const digit = hexValue(byte);
    if (digit >= 0) {
      this.#size = this.#size * 16 + digit;
      if (++this.#count > MAX_SIZE_DIGITS || !Number.isSafeInteger(this.#size)) {
        throw malformed("chunk size, too large");
      }
      this.#at = At.Size;
      return;
    }
    if (this.#at === At.FirstDigit) throw malformed("chunk size");
    if (byte === CR) this.#at = At.SizeLf;
    else if (byte === 59) {
      this.#at = At.Extension;
      this.#count = 0;
    } else throw malformed("chunk size");
  }
}

function hexValue(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

function malformed(what: string): HttpError {
  return new HttpError(400, `malformed ${what}`);
}

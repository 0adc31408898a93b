/** The line that a request's head begins with, and what it may expect (RFC 9112, section 3). Pure. */
import { HttpError } from "./error.ts";
import { equals, FIELD, type Field, latin1, TOKEN, valueText } from "./fields.ts";

/** Longest request target, in bytes. */
export const MAX_TARGET = 16 << 10;

/** The answer to a target over {@link MAX_TARGET}. */
export function targetTooLong(): HttpError {
  return new HttpError(414, "the target is over 16 KiB long");
}

/** The first line of a request's head, as ranges of its bytes. */
export interface RequestLine {
  method: string;
  /** The target is `bytes[start..end)`. */
  start: number;
  end: number;
  minor: number;
}

/** The line `bytes[start..end)`, without its CRLF (RFC 9112, section 3); throws HttpError. */
export function parseRequestLine(bytes: Uint8Array, start: number, end: number): RequestLine {
  let at = start;
  while (at < end && TOKEN[bytes[at]]) at++;
  if (at === start || bytes[at] !== 32) throw new HttpError(400, "expected a method and a space");
  const method = methodName(bytes, start, at);
  const targetStart = ++at;
  while (at < end && bytes[at] > 32 && bytes[at] < 127) at++;
  if (at - targetStart > MAX_TARGET) throw targetTooLong();
  if (at === targetStart || bytes[at] !== 32) {
    throw new HttpError(400, "expected a target without spaces, then the HTTP version");
  }
  return { method, start: targetStart, end: at, minor: parseVersion(bytes, at + 1, end) };
}

const METHODS = ["GET", "POST", "HEAD", "PUT", "CONNECT"].map((name) => ({
  name,
  bytes: new TextEncoder().encode(name),
}));

/** The usual methods need no new text. */
function methodName(bytes: Uint8Array, start: number, end: number): string {
  for (const method of METHODS) if (equals(bytes, start, end, method.bytes)) return method.name;
  return latin1(bytes, start, end);
}

const HTTP_1_1 = new TextEncoder().encode("HTTP/1.1");

/** The minor version, 0 or 1: a higher one is understood as 1 (RFC 9110, section 2.5). */
function parseVersion(bytes: Uint8Array, start: number, end: number): number {
  if (equals(bytes, start, end, HTTP_1_1)) return 1;
  const version = latin1(bytes, start, end);
  if (!/^HTTP\/\d\.\d$/.test(version)) throw new HttpError(400, "expected HTTP/1.1 as the version");
  if (version[5] !== "1") throw new HttpError(505, `expected HTTP/1.1, not ${version}`);
  return version[7] === "0" ? 0 : 1;
}

/** Throws HttpError 417 for an expectation other than 100-continue (RFC 9110, section 10.1.1). */
export function checkExpect(bytes: Uint8Array, fields: Field[]): void {
  for (const field of fields) {
    if (field.id === FIELD.expect && valueText(bytes, field).toLowerCase() !== "100-continue") {
      throw new HttpError(417, "the only expectation that can be met is 100-continue");
    }
  }
}

/** Response heads from an origin (RFC 9112, sections 4 and 6.3). Pure. */
import { declaredFraming, type Framing } from "./body.ts";
import { connectionOptions } from "./connection.ts";
import { HttpError } from "./error.ts";
import { equals, type Field, latin1, parseFields, VALUE } from "./fields.ts";

/** A response's head. Field ranges point into `bytes`. */
export interface Response {
  bytes: Uint8Array;
  /** The head's length in bytes. */
  size: number;
  /** Where in `bytes` the body begins. */
  end: number;
  status: number;
  /** The reason phrase, each byte as one character. */
  phrase: string;
  minor: number;
  fields: Field[];
  connectionNames: string[];
  /** True if the origin lets its connection be used again. */
  keepAlive: boolean;
  framing: Framing;
}

/** Parses a whole response head to a request of `method`; throws HttpError 502 for what breaks the rules. */
export function parseResponse(
  bytes: Uint8Array,
  start: number,
  end: number,
  method: string,
): Response {
  try {
    return parse(bytes, start, end, method);
  } catch (error) {
    throw error instanceof HttpError ? badResponse(error) : error;
  }
}

/** What the client is told of a response that breaks a rule. */
export function badResponse({ message }: HttpError): HttpError {
  return new HttpError(502, `the origin's response: ${message}`, "bad_response");
}

function parse(bytes: Uint8Array, start: number, end: number, method: string): Response {
  const lineEnd = bytes.indexOf(13, start);
  const { minor, status, phrase } = parseStatusLine(bytes, start, lineEnd);
  const fields = parseFields(bytes, lineEnd + 2, end - 2);
  const { connectionNames, keepAlive } = connectionOptions(bytes, fields, minor);
  const declared = declaredFraming(bytes, fields, minor);
  const framing = hasNoBody(status, method) ? NONE : declared ?? CLOSE;
  if (status < 200 && saysOfBody(declared)) throw new HttpError(502, `a body in a ${status}`);
  // There should be none in a 204, but what comes behind it could be one.
  const isDoubtful = status === 204 && saysOfBody(declared);
  return {
    bytes,
    size: end - start,
    end,
    status,
    phrase,
    minor,
    fields,
    connectionNames,
    keepAlive: keepAlive && framing.kind !== "close" && !isDoubtful,
    framing,
  };
}

const HTTP_1 = new TextEncoder().encode("HTTP/1.");

/** `HTTP/1.x`, three digits, and a phrase that may be missing together with its space. */
function parseStatusLine(bytes: Uint8Array, start: number, end: number) {
  const minor = bytes[start + 7] - 48;
  let status = 0;
  for (let at = start + 9; at < start + 12; at++) status = status * 10 + digit(bytes[at]);
  const valid = end - start >= 12 && equals(bytes, start, start + 7, HTTP_1) &&
    digit(bytes[start + 7]) >= 0 && bytes[start + 8] === 32 && status >= 100 &&
    (end - start === 12 || bytes[start + 12] === 32) && bytes[end + 1] === 10;
  if (!valid) throw new HttpError(502, "no valid status line");
  for (let at = start + 13; at < end; at++) {
    if (!VALUE[bytes[at]]) throw new HttpError(502, "a control character in the status line");
  }
  return { minor: minor === 0 ? 0 : 1, status, phrase: latin1(bytes, start + 13, end) };
}

/** A decimal digit, or NaN: then nothing is computed from it. */
function digit(byte: number): number {
  return byte >= 48 && byte <= 57 ? byte - 48 : NaN;
}

/** Whether a message that has no body claims one (RFC 9112, section 6.1; RFC 9110, section 8.6). */
function saysOfBody(declared: Framing | null): boolean {
  return declared !== null && !(declared.kind === "length" && declared.length === 0);
}

const NONE: Framing = { kind: "none" };
const CLOSE: Framing = { kind: "close" };

function hasNoBody(status: number, method: string): boolean {
  return method === "HEAD" || status < 200 || status === 204 || status === 304;
}

/** Response heads from an origin (RFC 9112, sections 4 and 6.3). Pure. */
import { declaredFraming, type Framing } from "./body.ts";
import { HttpError } from "./error.ts";
import { type Field, latin1, parseFields } from "./fields.ts";
import { connectionOptions } from "./request.ts";

/** A response's head. Field ranges point into `bytes`. */
export interface Response {
  bytes: Uint8Array;
  /** The head's length in bytes. */
  size: number;
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
    if (!(error instanceof HttpError)) throw error;
    throw new HttpError(502, `the origin's response: ${error.message}`, "bad_response");
  }
}

function parse(bytes: Uint8Array, start: number, end: number, method: string): Response {
  const lineEnd = bytes.indexOf(13, start);
  const line = latin1(bytes, start, lineEnd);
  const match = /^HTTP\/1\.(\d) ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/.exec(line);
  if (!match || bytes[lineEnd + 1] !== 10) throw new HttpError(502, "no valid status line");
  const minor = match[1] === "0" ? 0 : 1;
  const status = Number(match[2]);
  const fields = parseFields(bytes, lineEnd + 2, end - 2);
  const { connectionNames, keepAlive } = connectionOptions(bytes, fields, minor);
  const declared = declaredFraming(bytes, fields, minor);
  const framing = hasNoBody(status, method) ? NONE : declared ?? CLOSE;
  return {
    bytes,
    size: end - start,
    status,
    phrase: match[3] ?? "",
    minor,
    fields,
    connectionNames,
    keepAlive: keepAlive && framing.kind !== "close",
    framing,
  };
}

const NONE: Framing = { kind: "none" };
const CLOSE: Framing = { kind: "close" };

function hasNoBody(status: number, method: string): boolean {
  return method === "HEAD" || status < 200 || status === 204 || status === 304;
}

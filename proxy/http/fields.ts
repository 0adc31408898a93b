/** Header fields as byte ranges of the head they stand in (RFC 9110, section 5; RFC 9112, section 5). Pure. */
import { HttpError } from "./error.ts";

/** Fields that the proxy itself acts on; `other` ones pass through. */
export const FIELD = {
  other: 0,
  host: 1,
  contentLength: 2,
  transferEncoding: 3,
  connection: 4,
  expect: 5,
  via: 6,
  proxyAuthorization: 7,
  /** Hop-by-hop fields with no meaning for this proxy: never forwarded. */
  hop: 8,
  upgrade: 9,
} as const;

const KNOWN: [string, number][] = [
  ["host", FIELD.host],
  ["content-length", FIELD.contentLength],
  ["transfer-encoding", FIELD.transferEncoding],
  ["connection", FIELD.connection],
  ["expect", FIELD.expect],
  ["via", FIELD.via],
  ["proxy-authorization", FIELD.proxyAuthorization],
  ["proxy-connection", FIELD.hop],
  ["keep-alive", FIELD.hop],
  ["te", FIELD.hop],
  ["trailer", FIELD.hop],
  ["upgrade", FIELD.upgrade],
  ["proxy-authenticate", FIELD.hop],
  ["proxy-authentication-info", FIELD.hop],
];
const BY_LENGTH: readonly [string, number][][] = Array.from(
  { length: Math.max(...KNOWN.map(([name]) => name.length)) + 1 },
  (_, length) => KNOWN.filter(([name]) => name.length === length),
);

const CR = 13;
const LF = 10;
const COLON = 58;

/** 1 for the characters of a token (RFC 9110, section 5.6.2). */
export const TOKEN: Uint8Array = table((code) =>
  /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(code))
);
/** 1 for what a field value may hold: visible characters, space, tab, and bytes above ASCII. */
export const VALUE: Uint8Array = table((code) => code === 9 || (code >= 32 && code !== 127));

function table(accept: (code: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => accept(code) ? 1 : 0);
}

/** Largest trailer section, and largest head unless the options say otherwise, in bytes. */
export const MAX_HEAD = 64 << 10;

/** One field: `bytes[line..end)` is the whole line with CRLF, the name and the trimmed value lie in it. */
export interface Field {
  id: number;
  line: number;
  nameEnd: number;
  valueStart: number;
  valueEnd: number;
  end: number;
}

/**
 * The length of a head that starts at `from` and ends with an empty line, or -1 while that is missing.
 * `scanned` says how much of it an earlier call has seen. Throws HttpError 400 for a bare LF and 431
 * for a head over `max` bytes, whole or not.
 */
export function headLength(
  bytes: Uint8Array,
  from: number,
  end: number,
  scanned = 0,
  max = MAX_HEAD,
): number {
  let at = from + Math.max(0, scanned - 3);
  for (;;) {
    at = bytes.indexOf(LF, at);
    if (at < 0 || at >= end) return limited(end - from, max, -1);
    if (at === from || bytes[at - 1] !== CR) throw new HttpError(400, "bare LF in the head");
    if (at - from >= 3 && bytes[at - 2] === LF && bytes[at - 3] === CR) {
      return limited(at + 1 - from, max, at + 1 - from);
    }
    at++;
  }
}

function limited(size: number, max: number, result: number): number {
  if (size <= max) return result;
  throw new HttpError(431, `the head is over ${max} bytes long`);
}

/** Parses field lines, each ended by CRLF, from `start` to `end`; throws HttpError 400. */
export function parseFields(bytes: Uint8Array, start: number, end: number): Field[] {
  const fields: Field[] = [];
  let at = start;
  while (at < end) {
    const field = parseField(bytes, at, end);
    fields.push(field);
    at = field.end;
  }
  return fields;
}

function parseField(bytes: Uint8Array, line: number, end: number): Field {
  let at = line;
  while (at < end && TOKEN[bytes[at]]) at++;
  const nameEnd = at;
  if (bytes[at] !== COLON) throw fieldNameError(bytes, line, at);
  if (nameEnd === line) throw new HttpError(400, "a field has an empty name");
  at++;
  while (bytes[at] === 32 || bytes[at] === 9) at++;
  const valueStart = at;
  while (at < end && VALUE[bytes[at]]) at++;
  if (bytes[at] !== CR || bytes[at + 1] !== LF) {
    throw new HttpError(400, "a control character in a field value");
  }
  let valueEnd = at;
  while (valueEnd > valueStart && (bytes[valueEnd - 1] === 32 || bytes[valueEnd - 1] === 9)) {
    valueEnd--;
  }
  return { id: fieldId(bytes, line, nameEnd), line, nameEnd, valueStart, valueEnd, end: at + 2 };
}

function fieldNameError(bytes: Uint8Array, line: number, at: number): HttpError {
  const blank = bytes[at] === 32 || bytes[at] === 9;
  if (blank && at === line) return new HttpError(400, "a folded field line");
  if (blank) return new HttpError(400, "white space between a field name and its colon");
  return new HttpError(400, "a field line without a valid name and a colon");
}

function fieldId(bytes: Uint8Array, start: number, end: number): number {
  const candidates = BY_LENGTH[end - start];
  if (candidates === undefined) return FIELD.other;
  for (const [name, id] of candidates) if (equalsIgnoreCase(bytes, start, name)) return id;
  return FIELD.other;
}

/** True if the bytes from `start` on spell `lower`, a lower-case text, in any case. */
export function equalsIgnoreCase(bytes: Uint8Array, start: number, lower: string): boolean {
  for (let i = 0; i < lower.length; i++) {
    const byte = bytes[start + i];
    const folded = byte >= 65 && byte <= 90 ? byte | 32 : byte;
    if (folded !== lower.charCodeAt(i)) return false;
  }
  return true;
}

/** True if `bytes[start..end)` are just the other bytes. */
export function equals(bytes: Uint8Array, start: number, end: number, other: Uint8Array): boolean {
  if (end - start !== other.length) return false;
  for (let i = 0; i < other.length; i++) if (bytes[start + i] !== other[i]) return false;
  return true;
}

/** A field's value, each byte as one character. */
export function valueText(bytes: Uint8Array, field: Field): string {
  return latin1(bytes, field.valueStart, field.valueEnd);
}

/** Bytes as text, each byte one character: nothing is lost and nothing decoded. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > SHORT) return longLatin1(bytes, start, end);
  let text = "";
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]);
  return text;
}

/** Up to here one character after the other is the fastest way. */
const SHORT = 12;
/** As many arguments as a call takes for sure. */
const PART = 4096;

function longLatin1(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at += PART) {
    const part = bytes.subarray(at, Math.min(at + PART, end));
    text += String.fromCharCode.apply(null, part as unknown as number[]);
  }
  return text;
}

/** The elements of a comma-separated list, trimmed and in lower case; empty ones are left out. */
export function listElements(value: string): string[] {
  // Not trim(): that takes more for white space than the protocol does, byte 0xA0 for one.
  return value.toLowerCase().split(/[ \t]*,[ \t]*/).filter(Boolean);
}

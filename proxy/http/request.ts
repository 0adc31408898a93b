/** Request heads of a forward proxy (RFC 9112, sections 2 to 5). Pure. */
import { type Address, AddressError, isHost, parseHostPort } from "../net/address.ts";
import { declaredFraming, type Framing } from "./body.ts";
import { HttpError } from "./error.ts";
import {
  FIELD,
  type Field,
  latin1,
  listElements,
  parseFields,
  TOKEN,
  valueText,
} from "./fields.ts";

/** Longest request target, in bytes. */
export const MAX_TARGET = 16 << 10;
/** Most names in Connection: each field is compared with all of them. */
const MAX_CONNECTION_NAMES = 64;

/** A request to a forward proxy. Field ranges point into `bytes`, which the caller keeps unchanged meanwhile. */
export interface Request {
  bytes: Uint8Array;
  method: string;
  /** Where to: the target's authority. */
  target: Address;
  /** What the origin is asked for: a path with query, or `*`; empty for CONNECT. */
  path: string;
  /** The minor version of HTTP/1. */
  minor: number;
  fields: Field[];
  /** Names in Connection besides `close` and `keep-alive`: fields that end here. */
  connectionNames: string[];
  /** True if the client wants its connection kept for a next request. */
  keepAlive: boolean;
  framing: Framing;
}

/** Parses a whole request head, empty line included; throws HttpError with the status to answer. */
export function parseRequest(bytes: Uint8Array, start: number, end: number): Request {
  const lineEnd = bytes.indexOf(13, start);
  const { method, target: text, minor } = parseRequestLine(bytes, start, lineEnd);
  if (bytes[lineEnd + 1] !== 10) throw new HttpError(400, "bare CR in the request line");
  const fields = parseFields(bytes, lineEnd + 2, end - 2);
  checkHost(bytes, fields, minor);
  checkExpect(bytes, fields);
  const { connectionNames, keepAlive } = connectionOptions(bytes, fields, minor);
  const framing = declaredFraming(bytes, fields, minor) ?? { kind: "none" };
  const { target, path } = method === "CONNECT"
    ? { target: authority(text, null), path: "" }
    : absoluteForm(text, method);
  return { bytes, method, target, path, minor, fields, connectionNames, keepAlive, framing };
}

function parseRequestLine(bytes: Uint8Array, start: number, end: number) {
  let at = start;
  while (at < end && TOKEN[bytes[at]]) at++;
  if (at === start || bytes[at] !== 32) throw new HttpError(400, "expected a method and a space");
  const method = latin1(bytes, start, at);
  const targetStart = ++at;
  while (at < end && bytes[at] > 32 && bytes[at] < 127) at++;
  if (at - targetStart > MAX_TARGET) throw new HttpError(414, "the target is over 16 KiB long");
  if (at === targetStart || bytes[at] !== 32) {
    throw new HttpError(400, "expected a target without spaces, then the HTTP version");
  }
  const target = latin1(bytes, targetStart, at);
  const version = latin1(bytes, at + 1, end);
  if (!/^HTTP\/\d\.\d$/.test(version)) throw new HttpError(400, "expected HTTP/1.1 as the version");
  if (version[5] !== "1") throw new HttpError(505, `expected HTTP/1.1, not ${version}`);
  return { method, target, minor: version[7] === "0" ? 0 : 1 };
}

function checkHost(bytes: Uint8Array, fields: Field[], minor: number): void {
  let host: string | null = null;
  for (const field of fields) {
    if (field.id !== FIELD.host) continue;
    if (host !== null) throw new HttpError(400, "Host is repeated");
    host = valueText(bytes, field);
    if (!isHostField(host)) throw new HttpError(400, "Host is not a host name");
  }
  if (host === null && minor > 0) throw new HttpError(400, "Host is missing");
}

/** `host[:port]`, or empty, as a request to a proxy may have it (RFC 9112, section 3.2). */
function isHostField(text: string): boolean {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d{0,5}))?$/.exec(text);
  if (!match || Number(match[2] ?? 0) > 65535) return false;
  const host = match[1];
  if (host.startsWith("[")) return host.includes(":") && isHost(host.slice(1, -1));
  return text === "" || isHost(host);
}

function checkExpect(bytes: Uint8Array, fields: Field[]): void {
  for (const field of fields) {
    if (field.id === FIELD.expect && valueText(bytes, field).toLowerCase() !== "100-continue") {
      throw new HttpError(417, "the only expectation that can be met is 100-continue");
    }
  }
}

/** What Connection (and Proxy-Connection of old clients) says of this hop (RFC 9110, section 7.6.1). */
export function connectionOptions(
  bytes: Uint8Array,
  fields: readonly Field[],
  minor: number,
): { connectionNames: string[]; keepAlive: boolean } {
  const connectionNames: string[] = [];
  let close = false;
  let keep = false;
  for (const field of fields) {
    const isProxyConnection = field.id === FIELD.hop && field.nameEnd - field.line === 16;
    if (field.id !== FIELD.connection && !isProxyConnection) continue;
    for (const name of listElements(valueText(bytes, field))) {
      if (name === "close") close = true;
      else if (name === "keep-alive") keep = true;
      else if (!isProxyConnection) connectionNames.push(name);
    }
  }
  if (connectionNames.length > MAX_CONNECTION_NAMES) {
    throw new HttpError(400, `Connection names more than ${MAX_CONNECTION_NAMES} fields`);
  }
  return { connectionNames, keepAlive: !close && (minor > 0 || keep) };
}

function absoluteForm(text: string, method: string): { target: Address; path: string } {
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)([^#]*)$/.exec(text);
  if (!match) {
    throw new HttpError(
      400,
      "this is a proxy: expected a target such as http://example.com/ without a fragment",
    );
  }
  const [, scheme, host, rest] = match;
  if (scheme.toLowerCase() !== "http") {
    throw new HttpError(400, `expected an http:// target, not ${scheme}://; use CONNECT for TLS`);
  }
  const path = rest.startsWith("/") ? rest : rest === "" && method === "OPTIONS" ? "*" : `/${rest}`;
  return { target: authority(host, 80), path };
}

/** `host[:port]`; without a default the port must be there. No user information (RFC 9110, section 4.2.4). */
function authority(text: string, defaultPort: number | null): Address {
  const hasPort = /:\d*$/.test(text) && !text.endsWith("]");
  const full = hasPort || defaultPort === null ? text : `${text}:${defaultPort}`;
  try {
    return parseHostPort(full.endsWith(":") ? `${full}${defaultPort ?? ""}` : full);
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    throw new HttpError(400, `the target's authority: ${error.message}`);
  }
}

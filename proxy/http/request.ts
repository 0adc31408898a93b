/** Request heads of a forward proxy (RFC 9112, sections 2 to 5). Pure. */
import {
  type Address,
  AddressError,
  formatAddress,
  isHost,
  parseHostPort,
} from "../net/address.ts";
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
import { asksForWebSocket } from "./websocket.ts";

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
  /** The same as text: `host:port`. */
  authority: string;
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
  /** True if it asks to go on as a WebSocket. */
  upgrade: boolean;
}

/** The authority that was parsed last: most requests of a connection go to the same one. */
export class AuthorityMemo {
  #text = "";
  #target: Address = { host: "", port: 0 };
  #authority = "";

  /** The authority of an http URL and its canonical text; throws HttpError 400. */
  parse(text: string): { target: Address; authority: string } {
    if (text !== this.#text || text === "") {
      this.#target = authority(text, 80);
      this.#authority = formatAddress(this.#target);
      this.#text = text;
    }
    return { target: this.#target, authority: this.#authority };
  }
}

/** Parses a whole request head, empty line included; throws HttpError with the status to answer. */
export function parseRequest(
  bytes: Uint8Array,
  start: number,
  end: number,
  memo: AuthorityMemo = new AuthorityMemo(),
): Request {
  const lineEnd = bytes.indexOf(13, start);
  const { method, target: text, minor } = parseRequestLine(bytes, start, lineEnd);
  if (bytes[lineEnd + 1] !== 10) throw new HttpError(400, "bare CR in the request line");
  const fields = parseFields(bytes, lineEnd + 2, end - 2);
  const { target, authority, path } = parseTarget(text, method, memo);
  checkHost(bytes, fields, minor, authority);
  checkExpect(bytes, fields);
  const { connectionNames, keepAlive } = connectionOptions(bytes, fields, minor);
  const framing = declaredFraming(bytes, fields, minor) ?? NO_BODY;
  const upgrade = framing === NO_BODY &&
    asksForWebSocket(method, minor, bytes, fields, connectionNames);
  return {
    bytes,
    method,
    target,
    authority,
    path,
    minor,
    fields,
    connectionNames,
    keepAlive,
    framing,
    upgrade,
  };
}

const NO_BODY: Framing = { kind: "none" };

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
  return { method, target, minor: parseVersion(bytes, at + 1, end) };
}

/** The minor version, 0 or 1: a higher one is understood as 1 (RFC 9110, section 2.5). */
function parseVersion(bytes: Uint8Array, start: number, end: number): number {
  const version = latin1(bytes, start, end);
  if (version === "HTTP/1.1") return 1;
  if (!/^HTTP\/\d\.\d$/.test(version)) throw new HttpError(400, "expected HTTP/1.1 as the version");
  if (version[5] !== "1") throw new HttpError(505, `expected HTTP/1.1, not ${version}`);
  return version[7] === "0" ? 0 : 1;
}

function checkHost(bytes: Uint8Array, fields: Field[], minor: number, authority: string): void {
  let host: string | null = null;
  for (const field of fields) {
    if (field.id !== FIELD.host) continue;
    if (host !== null) throw new HttpError(400, "Host is repeated");
    host = valueText(bytes, field);
    if (host !== authority && !isHostField(host)) {
      throw new HttpError(400, "Host is not a host name");
    }
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

function parseTarget(
  text: string,
  method: string,
  memo: AuthorityMemo,
): { target: Address; authority: string; path: string } {
  if (method === "CONNECT") {
    const target = authority(text, null);
    return { target, authority: formatAddress(target), path: "" };
  }
  const hostStart = text.startsWith("http://") ? 7 : schemeLength(text);
  const hostEnd = endOfAuthority(text, hostStart);
  const { target, authority: host } = memo.parse(text.slice(hostStart, hostEnd));
  const rest = text.slice(hostEnd);
  if (rest.includes("#")) throw notAbsolute();
  const path = rest.startsWith("/") ? rest : rest === "" && method === "OPTIONS" ? "*" : `/${rest}`;
  return { target, authority: host, path };
}

/** The length of `http://` in any case; throws HttpError 400 for anything else. */
function schemeLength(text: string): number {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1];
  if (scheme === undefined) throw notAbsolute();
  if (scheme.toLowerCase() !== "http") {
    throw new HttpError(400, `expected an http:// target, not ${scheme}://; use CONNECT for TLS`);
  }
  return 7;
}

/** Where the path, the query or a fragment begins, or the text's end. */
function endOfAuthority(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 47 || code === 63 || code === 35) return at;
  }
  return text.length;
}

function notAbsolute(): HttpError {
  return new HttpError(
    400,
    "this is a proxy: expected a target such as http://example.com/ without a fragment",
  );
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

/** Request heads of a forward proxy (RFC 9112, sections 2 to 5). Pure. */
import {
  type Address,
  AddressError,
  formatAddress,
  isHost,
  parseHostPort,
} from "../net/address.ts";
import { declaredFraming, type Framing } from "./body.ts";
import { connectionOptions } from "./connection.ts";
import { HttpError } from "./error.ts";
import {
  equals,
  equalsIgnoreCase,
  FIELD,
  type Field,
  latin1,
  parseFields,
  valueText,
} from "./fields.ts";
import {
  checkExpect,
  MAX_TARGET,
  parseRequestLine,
  type RequestLine,
  targetTooLong,
} from "./request_line.ts";
import { asksForWebSocket } from "./websocket.ts";

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
  /** Field lines of this proxy that go on with it, each with CRLF. */
  added: string;
}

/** The authority that was parsed last: most requests of a connection go to the same one. */
export class AuthorityMemo {
  #bytes: Uint8Array = new Uint8Array(0);
  #target: Address = { host: "", port: 0 };
  #authority = "";

  /** The authority of an http URL and its canonical text; throws HttpError 400. */
  parse(bytes: Uint8Array, start: number, end: number): { target: Address; authority: string } {
    if (end === start || !equals(bytes, start, end, this.#bytes)) {
      this.#target = authority(latin1(bytes, start, end), 80);
      this.#authority = formatAddress(this.#target);
      this.#bytes = bytes.slice(start, end);
    }
    return { target: this.#target, authority: this.#authority };
  }

  /** True if these bytes are the ones that were parsed last: a Host that says the same needs no second look. */
  has(bytes: Uint8Array, start: number, end: number): boolean {
    return end > start && equals(bytes, start, end, this.#bytes);
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
  const line = parseRequestLine(bytes, start, lineEnd);
  const { method, minor } = line;
  if (bytes[lineEnd + 1] !== 10) throw new HttpError(400, "bare CR in the request line");
  const fields = parseFields(bytes, lineEnd + 2, end - 2);
  const { target, authority, path } = parseTarget(bytes, line, memo);
  checkHost(bytes, fields, minor, memo);
  checkExpect(bytes, fields);
  const { connectionNames, keepAlive } = connectionOptions(bytes, fields, minor);
  const framing = declaredFraming(bytes, fields, minor) ?? NO_BODY;
  if (method === "CONNECT") checkNoContent(framing);
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
    added: "",
  };
}

/** What a head is refused with that is too large: 414 where the target alone makes it so, else the 431 that it has. */
export function oversized(
  bytes: Uint8Array,
  start: number,
  end: number,
  max: number,
  error: HttpError,
): HttpError {
  const lineEnd = bytes.indexOf(13, start);
  const ended = lineEnd >= 0 && lineEnd < Math.min(end, start + MAX_TARGET, start + max);
  return error.status !== 431 || ended ? error : targetTooLong();
}

const NO_BODY: Framing = { kind: "none" };

/** What follows CONNECT is the tunnel's: a body before it would be read as that by some, and not by others. */
function checkNoContent(framing: Framing): void {
  if (framing.kind === "none" || (framing.kind === "length" && framing.length === 0)) return;
  throw new HttpError(400, "CONNECT has no body");
}

function checkHost(bytes: Uint8Array, fields: Field[], minor: number, memo: AuthorityMemo): void {
  let found = false;
  for (const field of fields) {
    if (field.id !== FIELD.host) continue;
    if (found) throw new HttpError(400, "Host is repeated");
    found = true;
    if (memo.has(bytes, field.valueStart, field.valueEnd)) continue;
    if (!isHostField(valueText(bytes, field))) {
      throw new HttpError(400, "Host is not a host name");
    }
  }
  if (!found && minor > 0) throw new HttpError(400, "Host is missing");
}

/** `host[:port]`, or empty, as a request to a proxy may have it (RFC 9112, section 3.2). */
function isHostField(text: string): boolean {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d{0,5}))?$/.exec(text);
  if (!match || Number(match[2] || 80) === 0 || Number(match[2] ?? 0) > 65535) return false;
  const host = match[1];
  if (host.includes("%")) return false;
  if (host.startsWith("[")) return host.includes(":") && isHost(host.slice(1, -1));
  return text === "" || isHost(host);
}

function parseTarget(
  bytes: Uint8Array,
  { method, start, end }: RequestLine,
  memo: AuthorityMemo,
): { target: Address; authority: string; path: string } {
  if (method === "CONNECT") {
    const target = authority(latin1(bytes, start, end), null);
    return { target, authority: formatAddress(target), path: "" };
  }
  const hostStart = schemeEnd(bytes, start, end);
  const hostEnd = authorityEnd(bytes, hostStart, end);
  const { target, authority: host } = memo.parse(bytes, hostStart, hostEnd);
  const rest = latin1(bytes, hostEnd, end);
  if (rest.includes("#")) throw notAbsolute();
  const path = rest.startsWith("/") ? rest : rest === "" && method === "OPTIONS" ? "*" : `/${rest}`;
  return { target, authority: host, path };
}

/** Where the authority begins, behind `http://` in any case; throws HttpError 400 for anything else. */
function schemeEnd(bytes: Uint8Array, start: number, end: number): number {
  if (end - start >= 7 && equalsIgnoreCase(bytes, start, "http://")) return start + 7;
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(latin1(bytes, start, end))?.[1];
  if (scheme === undefined) throw notAbsolute();
  throw new HttpError(400, `expected an http:// target, not ${scheme}://; use CONNECT for TLS`);
}

/** Where the path, the query or a fragment begins, or the target's end. */
function authorityEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== 47 && bytes[at] !== 63 && bytes[at] !== 35) at++;
  return at;
}

function notAbsolute(): HttpError {
  return new HttpError(
    400,
    "this is a proxy: expected a target such as http://example.com/ without a fragment",
  );
}

/** `host[:port]`; without a default the port must be there. No user information (RFC 9110, section 4.2.4). */
function authority(text: string, defaultPort: number | null): Address {
  // The zone of a link-local address, which is the client's and not this machine's (RFC 9110, section 4.2.1).
  if (text.includes("%")) throw new HttpError(400, "a percent sign in the target's authority");
  const hasPort = /:\d*$/.test(text) && !text.endsWith("]");
  const full = hasPort || defaultPort === null ? text : `${text}:${defaultPort}`;
  try {
    return parseHostPort(full.endsWith(":") ? `${full}${defaultPort ?? ""}` : full);
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    throw new HttpError(400, `the target's authority: ${error.message}`);
  }
}

/** Writes the heads that go on, from the ones that came in. Pure. */
import type { Framing } from "./body.ts";
import { equalsIgnoreCase, FIELD, type Field } from "./fields.ts";
import type { Request } from "./request.ts";
import type { Response } from "./response.ts";

const encoder = new TextEncoder();
const SWITCH = "Connection: Upgrade\r\nUpgrade: websocket\r\n";

const SHORT = 32;

/** Bytes of a head under construction, in the buffer that is given while it suffices. */
class HeadWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(buffer: Uint8Array) {
    this.#bytes = buffer;
  }

  text(text: string): void {
    this.#reserve(text.length);
    // In locals: every write through a field would look the field up again.
    const bytes = this.#bytes;
    const from = this.#length;
    for (let i = 0; i < text.length; i++) bytes[from + i] = text.charCodeAt(i);
    this.#length = from + text.length;
  }

  range(bytes: Uint8Array, start: number, end: number): void {
    const count = end - start;
    this.#reserve(count);
    const to = this.#bytes;
    const from = this.#length;
    // A short copy costs less than a view of what is to be copied.
    if (count > SHORT) to.set(bytes.subarray(start, end), from);
    else for (let i = 0; i < count; i++) to[from + i] = bytes[start + i];
    this.#length = from + count;
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/**
 * The head for the origin: origin-form, Host from the target, no hop-by-hop fields (RFC 9110, section 7.6).
 * It lies in `buffer` if it fits there.
 */
export function encodeRequestHead(
  request: Request,
  via: string,
  buffer: Uint8Array = new Uint8Array(1024),
): Uint8Array {
  const head = new HeadWriter(buffer);
  head.text(request.method);
  head.text(" ");
  head.text(request.path);
  head.text(" HTTP/1.1\r\nHost: ");
  head.text(hostField(request));
  head.text("\r\n");
  passFields(head, request, request.minor === 0 ? oldRequestFieldPasses : requestFieldPasses);
  writeFraming(head, request.framing);
  if (request.upgrade) head.text(SWITCH);
  head.text(request.added);
  writeVia(head, request.minor, via);
  head.text("\r\n");
  return head.finish();
}

function hostField({ target, authority }: Request): string {
  if (target.port !== 80) return authority;
  return target.host.includes(":") ? `[${target.host}]` : target.host;
}

export interface ResponseHeadOptions {
  /** How the body goes on to the client, which may differ from how it comes. */
  framing: Framing;
  /** The minor version of the client's request. */
  clientMinor: number;
  /** Whether the client's connection stays open. */
  keepAlive: boolean;
  via: string;
}

/**
 * The head for the client, with so many bytes of the body as lie behind the response's head; it lies in
 * `buffer` if it fits there.
 */
export function encodeResponseHead(
  response: Response,
  options: ResponseHeadOptions,
  buffer: Uint8Array = new Uint8Array(1024),
  bodyBytes = 0,
): Uint8Array {
  const head = new HeadWriter(buffer);
  const { bytes, end, status, phrase, framing } = response;
  writeStatusLine(head, status, phrase);
  // Content-Length of a response to HEAD or of a 304 says something, though no body follows; a 204
  // must not have it (RFC 9110, section 8.6).
  const saysLength = framing.kind === "none" && status !== 204;
  passFields(head, response, saysLength ? fieldOrLengthPasses : fieldPasses);
  writeFraming(head, options.framing);
  writeVia(head, response.minor, options.via);
  if (!options.keepAlive) head.text("Connection: close\r\n");
  else if (options.clientMinor === 0) head.text("Connection: keep-alive\r\n");
  head.text("\r\n");
  if (bodyBytes > 0) head.range(bytes, end, end + bodyBytes);
  return head.finish();
}

/** An interim response (1xx) for the client: without framing and without a word about the connection. */
export function encodeInterimHead(response: Response, via: string): Uint8Array {
  const head = new HeadWriter(new Uint8Array(1024));
  writeStatusLine(head, response.status, response.phrase);
  passFields(head, response, fieldPasses);
  writeVia(head, response.minor, via);
  head.text("\r\n");
  return head.finish();
}

/** A 101 for the client (RFC 9110, section 15.2.2): Upgrade and Connection are of this hop, and written anew. */
export function encodeSwitchHead(response: Response, via: string): Uint8Array {
  const head = new HeadWriter(new Uint8Array(1024));
  writeStatusLine(head, response.status, response.phrase);
  passFields(head, response, fieldPasses);
  writeVia(head, response.minor, via);
  head.text(SWITCH);
  head.text("\r\n");
  return head.finish();
}

/**
 * Trailer fields that may go on: those that say nothing of framing, routing or this hop (RFC 9110, sections
 * 6.5.1 and 7.6.1). `names` are those that Connection has named.
 */
export function encodeTrailers(
  bytes: Uint8Array,
  fields: readonly Field[],
  names: readonly string[] = [],
): Uint8Array {
  const head = new HeadWriter(new Uint8Array(256));
  for (const field of fields) {
    if (field.id !== FIELD.other || isNamed(bytes, field, names)) continue;
    head.range(bytes, field.line, field.end);
  }
  head.text("\r\n");
  return head.finish();
}

/** A chunk's size line. */
export function encodeChunkSize(size: number): Uint8Array {
  return encoder.encode(`${size.toString(16)}\r\n`);
}

/** The fields of a message that go on. */
function passFields(
  head: HeadWriter,
  { bytes, fields, connectionNames }: Pick<Request, "bytes" | "fields" | "connectionNames">,
  passes: (id: number) => boolean,
): void {
  // Fields lie side by side: what passes goes in runs, with one copy for each.
  let from = 0;
  let to = 0;
  for (const field of fields) {
    if (!passes(field.id) || isNamed(bytes, field, connectionNames)) continue;
    if (field.line !== to) {
      if (to > from) head.range(bytes, from, to);
      from = field.line;
    }
    to = field.end;
  }
  if (to > from) head.range(bytes, from, to);
}

function fieldPasses(id: number): boolean {
  switch (id) {
    case FIELD.hop:
    case FIELD.upgrade:
    case FIELD.proxyAuthorization:
    case FIELD.connection:
    case FIELD.contentLength:
    case FIELD.transferEncoding:
      return false;
  }
  return true;
}

function fieldOrLengthPasses(id: number): boolean {
  return id === FIELD.contentLength || fieldPasses(id);
}

function requestFieldPasses(id: number): boolean {
  return id !== FIELD.host && fieldPasses(id);
}

/** In HTTP/1.0 Expect means nothing (RFC 9110, section 10.1.1), and the request goes on as one of HTTP/1.1. */
function oldRequestFieldPasses(id: number): boolean {
  return id !== FIELD.expect && requestFieldPasses(id);
}

/** True for a field that Connection names, which ends here. */
function isNamed(bytes: Uint8Array, field: Field, names: readonly string[]): boolean {
  if (names.length === 0) return false;
  const length = field.nameEnd - field.line;
  return names.some((name) => name.length === length && equalsIgnoreCase(bytes, field.line, name));
}

// Piece by piece: to join them first would cost more than to write them.
function writeStatusLine(head: HeadWriter, status: number, phrase: string): void {
  head.text("HTTP/1.1 ");
  head.text(String(status));
  head.text(" ");
  head.text(phrase);
  head.text("\r\n");
}

function writeVia(head: HeadWriter, minor: number, via: string): void {
  head.text(minor === 0 ? "Via: 1.0 " : "Via: 1.1 ");
  head.text(via);
  head.text("\r\n");
}

function writeFraming(head: HeadWriter, framing: Framing): void {
  if (framing.kind === "length") {
    head.text("Content-Length: ");
    head.text(String(framing.length));
    head.text("\r\n");
  }
  if (framing.kind === "chunked") head.text("Transfer-Encoding: chunked\r\n");
}

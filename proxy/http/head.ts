/** Writes the heads that go on, from the ones that came in. Pure. */
import { formatAddress } from "../net/address.ts";
import type { Framing } from "./body.ts";
import { equalsIgnoreCase, FIELD, type Field } from "./fields.ts";
import type { Request } from "./request.ts";
import type { Response } from "./response.ts";

const encoder = new TextEncoder();

/** Bytes of a head under construction. */
class HeadWriter {
  #bytes = new Uint8Array(2048);
  #length = 0;

  text(text: string): void {
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i++) this.#bytes[this.#length++] = text.charCodeAt(i);
  }

  range(bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    this.#bytes.set(bytes.subarray(start, end), this.#length);
    this.#length += end - start;
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

/** The head for the origin: origin-form, Host from the target, no hop-by-hop fields (RFC 9110, section 7.6). */
export function encodeRequestHead(request: Request, via: string): Uint8Array {
  const head = new HeadWriter();
  const { target, path, method } = request;
  head.text(`${method} ${path} HTTP/1.1\r\nHost: ${hostField(target)}\r\n`);
  for (const field of request.fields) {
    if (field.id === FIELD.host || field.id === FIELD.proxyAuthorization) continue;
    passField(head, request.bytes, field, request.connectionNames);
  }
  writeFraming(head, request.framing);
  head.text(`Via: 1.${request.minor} ${via}\r\n\r\n`);
  return head.finish();
}

function hostField(target: Request["target"]): string {
  if (target.port !== 80) return formatAddress(target);
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

/** The head for the client. */
export function encodeResponseHead(response: Response, options: ResponseHeadOptions): Uint8Array {
  const head = new HeadWriter();
  const { status, phrase, bytes, fields, framing } = response;
  head.text(`HTTP/1.1 ${status} ${phrase}\r\n`);
  for (const field of fields) {
    // Content-Length of a response to HEAD or of a 304 says something, though no body follows; a 204
    // must not have it (RFC 9110, section 8.6).
    if (framing.kind === "none" && status !== 204 && field.id === FIELD.contentLength) {
      head.range(bytes, field.line, field.end);
    } else passField(head, bytes, field, response.connectionNames);
  }
  writeFraming(head, options.framing);
  head.text(`Via: 1.${response.minor} ${options.via}\r\n`);
  if (!options.keepAlive) head.text("Connection: close\r\n");
  else if (options.clientMinor === 0) head.text("Connection: keep-alive\r\n");
  head.text("\r\n");
  return head.finish();
}

/** An interim response (1xx) for the client: without framing and without a word about the connection. */
export function encodeInterimHead(response: Response, via: string): Uint8Array {
  const head = new HeadWriter();
  head.text(`HTTP/1.1 ${response.status} ${response.phrase}\r\n`);
  for (const field of response.fields) {
    passField(head, response.bytes, field, response.connectionNames);
  }
  head.text(`Via: 1.${response.minor} ${via}\r\n\r\n`);
  return head.finish();
}

/** Trailer fields that may go on: those that say nothing of framing, routing or this hop (RFC 9110, section 6.5.1). */
export function encodeTrailers(bytes: Uint8Array, fields: readonly Field[]): Uint8Array {
  const head = new HeadWriter();
  for (const field of fields) {
    if (field.id === FIELD.other) head.range(bytes, field.line, field.end);
  }
  head.text("\r\n");
  return head.finish();
}

/** A chunk's size line. */
export function encodeChunkSize(size: number): Uint8Array {
  return encoder.encode(`${size.toString(16)}\r\n`);
}

function passField(head: HeadWriter, bytes: Uint8Array, field: Field, names: string[]): void {
  switch (field.id) {
    case FIELD.hop:
    case FIELD.connection:
    case FIELD.contentLength:
    case FIELD.transferEncoding:
      return;
  }
  const length = field.nameEnd - field.line;
  for (const name of names) {
    if (name.length === length && equalsIgnoreCase(bytes, field.line, name)) return;
  }
  head.range(bytes, field.line, field.end);
}

function writeFraming(head: HeadWriter, framing: Framing): void {
  if (framing.kind === "length") head.text(`Content-Length: ${framing.length}\r\n`);
  else if (framing.kind === "chunked") head.text("Transfer-Encoding: chunked\r\n");
}

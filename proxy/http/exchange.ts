import type { BufferPool } from "../net/buffer.ts";
import type { ByteReader } from "../net/reader.ts";
import type { Session } from "../net/session.ts";
import { HttpError } from "./error.ts";
import { headLength } from "./fields.ts";
import { encodeInterimHead } from "./head.ts";
import type { HttpRules } from "./options.ts";
import type { Upstream } from "./pool.ts";
import type { Request } from "./request.ts";
import {
  clientGone,
  copyResponse,
  encodeAnswer,
  outgoing,
  received,
  sendToClient,
  wholeBody,
} from "./respond.ts";
import { badResponse, parseResponse, type Response } from "./response.ts";
import { switchProtocols } from "./upgrade.ts";
import { Upload } from "./upload.ts";

/** One request and its response over one upstream connection. */
export interface Exchange {
  session: Session;
  /** What the client sends. */
  reader: ByteReader;
  request: Request;
  /** The request's head as it goes to the origin. */
  head: Uint8Array;
  /** Where that head lies if it fits; the response's may lie there after it. */
  buffer: Uint8Array;
  upstream: Upstream;
  via: string;
  rules: HttpRules;
  pool: BufferPool;
}

/** How an exchange ended: which of the two connections may carry another, or why a tunnel that it became ended. */
export interface ExchangeEnd {
  keepClient: boolean;
  keepUpstream: boolean;
  tunnel?: string;
}

/** A kept connection that the origin had closed before it saw the request: nothing was answered, try a fresh one. */
export class StaleUpstream extends Error {
  override name = "StaleUpstream";
}

const MAX_INTERIM = 16;

/**
 * Sends the request and passes the response on, both streamed and at the same time. Throws StaleUpstream,
 * HttpError while nothing of the answer has gone out, or Failure when the client's connection cannot go on.
 */
export async function runExchange(exchange: Exchange): Promise<ExchangeEnd> {
  const { request, session, upstream } = exchange;
  const upload = new Upload(exchange);
  session.awaiting = true;
  session.gaveUp = false;
  // Nearly every request is a head alone whose response comes in one read: for that each step here is one
  // promise, the system's own. What is not so usual takes the way of the functions that are called.
  if (request.framing.kind !== "none") upload.start();
  else {
    try {
      const sent = session.throttle === null ? await upstream.conn.write(exchange.head) : 0;
      if (sent < exchange.head.length) await upload.sendRest(sent);
      upload.headSent();
    } catch {
      upload.refused();
    }
  }
  if (upstream.reader.available === 0) await upstream.reader.tryFill();
  const response = finalHead(exchange) ?? await readResponse(exchange, upload);
  session.awaiting = false;
  if (response.status === 101) {
    const tunnel = await switchProtocols(exchange, response);
    return { keepClient: false, keepUpstream: false, tunnel };
  }
  const out = outgoing(response, request);
  const keepClient = request.keepAlive && !session.draining && out.framing.kind !== "close" &&
    (upload.done || response.status < 400);
  const whole = wholeBody(response, upstream.reader.available - response.size);
  const answer = encodeAnswer(exchange, response, whole, {
    framing: out.framing,
    clientMinor: request.minor,
    keepAlive: keepClient,
    via: exchange.via,
    // What lies there has been sent, unless the answer came first.
    buffer: upload.done ? exchange.buffer : undefined,
  });
  if (whole < 0) await copyResponse(exchange, response, out.coding, answer);
  else {
    // The origin has done its part: a client that leaves once it has the last byte is not gone too early.
    session.upstream = null;
    let sent = 0;
    try {
      if (session.throttle === null) sent = await session.client.write(answer);
    } catch {
      throw clientGone();
    }
    if (sent < answer.length) await sendToClient(session, answer.subarray(sent));
    received(session, response.size + whole);
  }
  if (!upload.done) await upload.finish();
  return {
    keepClient: keepClient && upload.ok,
    keepUpstream: response.keepAlive && upload.ok,
  };
}

/** The final response's head if the reader begins with that, and it is whole. */
function finalHead({ upstream: { reader }, request, rules }: Exchange): Response | null {
  const response = parseHead(reader, request.method, 0, rules.maxHeaderSize);
  return response !== null && response.status >= 200 ? response : null;
}

/**
 * Reads the final response's head, or one of 101, and passes on those that come before it. The head's
 * bytes stay in the reader until the caller consumes them.
 */
async function readResponse(exchange: Exchange, upload: Upload): Promise<Response> {
  const { session, request, via, rules } = exchange;
  const { reader } = exchange.upstream;
  let interim = 0;
  for (let scanned = 0;;) {
    const response = parseHead(reader, request.method, scanned, rules.maxHeaderSize);
    if (response === null) {
      scanned = reader.available;
      // A reset says no more than an end does.
      if (!await reader.tryFill()) throw noResponse(exchange, upload, scanned);
      continue;
    }
    if (response.status >= 200) return response;
    if (response.status === 101) {
      if (request.upgrade) return response;
      throw new HttpError(502, "the origin switched protocols unasked", "bad_response");
    }
    if (++interim > MAX_INTERIM) {
      throw new HttpError(502, "too many interim responses", "bad_response");
    }
    if (request.minor > 0) await sendToClient(session, encodeInterimHead(response, via));
    session.record.bytes_received += response.size;
    reader.consume(response.size);
    scanned = 0;
  }
}

/** The head that lies in the reader, or null while it is not whole. */
function parseHead(
  reader: ByteReader,
  method: string,
  scanned: number,
  max: number,
): Response | null {
  const { buffer, start, end } = reader;
  if (start === end) return null;
  const length = responseHeadLength(buffer, start, end, scanned, max);
  return length < 0 ? null : parseResponse(buffer, start, start + length, method);
}

function responseHeadLength(
  bytes: Uint8Array,
  start: number,
  end: number,
  scanned: number,
  max: number,
): number {
  try {
    return headLength(bytes, start, end, scanned, max);
  } catch (error) {
    throw error instanceof HttpError ? badResponse(error) : error;
  }
}

function noResponse({ upstream, session }: Exchange, upload: Upload, received: number): Error {
  if (session.gaveUp) {
    return upload.done
      ? new HttpError(504, "the origin did not answer in time", "response_timeout")
      : new HttpError(408, "the request did not arrive in time", "request_timeout");
  }
  if (upload.failedByClient) return upload.error as Error;
  if (upstream.reused && received === 0) return new StaleUpstream();
  return new HttpError(502, "the origin closed the connection without a response", "target_gone");
}

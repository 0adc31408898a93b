import { Failure } from "../net/failure.ts";
import type { ByteReader } from "../net/reader.ts";
import { closeQuietly, type Session } from "../net/session.ts";
import { writeAll } from "../net/write.ts";
import type { Framing } from "./body.ts";
import { type Coding, copyBody } from "./copy.ts";
import { HttpError } from "./error.ts";
import { headLength } from "./fields.ts";
import { encodeInterimHead, encodeResponseHead } from "./head.ts";
import type { Upstream } from "./pool.ts";
import type { Request } from "./request.ts";
import { parseResponse, type Response } from "./response.ts";

/** One request and its response over one upstream connection. */
export interface Exchange {
  session: Session;
  /** What the client sends. */
  reader: ByteReader;
  request: Request;
  /** The request's head as it goes to the origin. */
  head: Uint8Array;
  upstream: Upstream;
  via: string;
}

/** How an exchange ended: which of the two connections may carry another. */
export interface ExchangeEnd {
  keepClient: boolean;
  keepUpstream: boolean;
}

/** A kept connection that the origin had closed before it saw the request: nothing was answered, try a fresh one. */
export class StaleUpstream extends Error {
  override name = "StaleUpstream";
}

/** How long a client may go on sending a body whose answer is complete, in seconds. */
const LATE_UPLOAD_SECONDS = 30;
const MAX_INTERIM = 16;
const ORIGIN_TAKES_NO_MORE = new Error("the origin takes no more of the request");

/**
 * Sends the request and passes the response on, both streamed and at the same time. Throws StaleUpstream,
 * HttpError while nothing of the answer has gone out, or Failure when the client's connection cannot go on.
 */
export async function runExchange(exchange: Exchange): Promise<ExchangeEnd> {
  const upload = new Upload(exchange);
  upload.start();
  const response = await readResponse(exchange, upload);
  const { framing, coding } = outgoing(response, exchange.request);
  const keepClient = exchange.request.keepAlive && !exchange.session.draining &&
    framing.kind !== "close" && (upload.done || response.status < 400);
  await writeResponse(exchange, response, framing, coding, keepClient);
  await upload.finish();
  return {
    keepClient: keepClient && upload.ok,
    keepUpstream: response.keepAlive && upload.ok,
  };
}

/** The request on its way to the origin, beside the response that may come before it is all sent. */
class Upload {
  done = false;
  /** Why it broke; a broken upload is no failure while the origin answers all the same. */
  error: unknown = null;
  #promise: Promise<void> = Promise.resolve();

  constructor(readonly exchange: Exchange) {}

  get ok(): boolean {
    return this.done && this.error === null;
  }

  start(): void {
    this.#promise = this.#send().catch((error) => {
      const known = error instanceof Failure || error instanceof HttpError;
      this.error = known || error === ORIGIN_TAKES_NO_MORE ? error : new Failure("client_reset");
      // The client is at fault or gone: the origin is not to take half a request for a whole one.
      if (error !== ORIGIN_TAKES_NO_MORE) closeQuietly(this.exchange.upstream.conn);
    }).then(() => {
      this.done = true;
    });
  }

  /** Waits for the rest, once the response is complete. */
  async finish(): Promise<void> {
    if (this.done) return;
    const { session } = this.exchange;
    session.expireIn(LATE_UPLOAD_SECONDS);
    await this.#promise;
    session.expireNever();
  }

  async #send(): Promise<void> {
    const { reader, request, head, upstream, session } = this.exchange;
    const sink = async (bytes: Uint8Array) => {
      if (bytes.length === 0) return;
      try {
        await write(session, upstream.conn, bytes, true);
      } catch {
        throw ORIGIN_TAKES_NO_MORE;
      }
      session.record.bytes_sent += bytes.length;
      session.record.last_activity = Date.now() / 1000;
    };
    await sink(head);
    await copyBody(reader, request.framing, "as-is", sink, "client_gone");
  }
}

async function readResponse(exchange: Exchange, upload: Upload): Promise<Response> {
  const { upstream, session, request, via } = exchange;
  for (let interim = 0; interim <= MAX_INTERIM; interim++) {
    const response = await readHead(exchange, upload);
    if (response.status >= 200) return response;
    if (response.status === 101) {
      throw new HttpError(502, "the origin switched protocols unasked", "bad_response");
    }
    if (request.minor > 0) await writeToClient(session, encodeInterimHead(response, via));
    session.record.bytes_received += response.bytes.length;
    upstream.reader.consume(response.bytes.length);
  }
  throw new HttpError(502, "too many interim responses", "bad_response");
}

/** Reads one response head; its bytes stay in the reader until the caller consumes them. */
async function readHead(exchange: Exchange, upload: Upload): Promise<Response> {
  const { reader } = exchange.upstream;
  for (let scanned = 0;;) {
    const { buffer, start, end } = reader;
    let length: number;
    try {
      length = headLength(buffer, start, end, scanned);
    } catch (error) {
      throw new HttpError(
        502,
        `the origin's response: ${(error as Error).message}`,
        "bad_response",
      );
    }
    if (length > 0) {
      const bytes = buffer.subarray(start, start + length);
      return parseResponse(bytes, 0, length, exchange.request.method);
    }
    scanned = end - start;
    let more = false;
    try {
      more = await reader.fill();
    } catch {
      // A reset says no more than an end does.
    }
    if (!more) throw noResponse(exchange, upload, scanned);
  }
}

function noResponse({ upstream }: Exchange, upload: Upload, received: number): Error {
  if (upload.error instanceof Failure || upload.error instanceof HttpError) return upload.error;
  if (upstream.reused && received === 0) return new StaleUpstream();
  return new HttpError(502, "the origin closed the connection without a response", "target_gone");
}

/** How the body goes on: a client of HTTP/1.1 can always be told whether a body is complete, one of 1.0 cannot. */
function outgoing(response: Response, request: Request): { framing: Framing; coding: Coding } {
  const { framing } = response;
  if (framing.kind === "chunked" && request.minor === 0) {
    return { framing: { kind: "close" }, coding: "unchunk" };
  }
  if (framing.kind === "close" && request.minor > 0) {
    return { framing: { kind: "chunked" }, coding: "chunk" };
  }
  return { framing, coding: "as-is" };
}

async function writeResponse(
  { session, request, upstream, via }: Exchange,
  response: Response,
  framing: Framing,
  coding: Coding,
  keepAlive: boolean,
): Promise<void> {
  const { reader } = upstream;
  const headBytes = response.bytes.length;
  let waiting: Uint8Array | null = encodeResponseHead(response, {
    framing,
    clientMinor: request.minor,
    keepAlive,
    via,
  });
  reader.consume(headBytes);
  let uncounted = headBytes;
  const sink = async (bytes: Uint8Array, passed: number) => {
    uncounted += passed;
    // The head goes out together with the first part of the body.
    const out = waiting ? join(waiting, bytes) : bytes;
    waiting = null;
    if (out.length > 0) await writeToClient(session, out);
    session.record.bytes_received += uncounted;
    session.record.last_activity = Date.now() / 1000;
    uncounted = 0;
  };
  const more = reader.available > 0 && response.framing.kind !== "none";
  if (!more) await sink(EMPTY, 0);
  try {
    await copyBody(reader, response.framing, coding, sink, "target_gone");
    if (waiting) await sink(EMPTY, 0);
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (error instanceof HttpError) throw new Failure("bad_response", error.message);
    throw new Failure("target_reset");
  }
}

const EMPTY = new Uint8Array(0);

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (b.length === 0) return a;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Writes all of it, as fast as the session may. */
function write(
  { throttle, record }: Session,
  conn: Deno.Conn,
  bytes: Uint8Array,
  upward: boolean,
): Promise<void> {
  if (throttle === null) return writeAll(conn, bytes, record);
  return (upward ? throttle.up : throttle.down).write(conn, bytes, record);
}

async function writeToClient(session: Session, bytes: Uint8Array): Promise<void> {
  try {
    await write(session, session.client, bytes, false);
  } catch {
    throw new Failure("client_gone", "the client left before the response was complete");
  }
}

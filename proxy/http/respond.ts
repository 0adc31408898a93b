import { Failure } from "../net/failure.ts";
import type { Session } from "../net/session.ts";
import type { Framing } from "./body.ts";
import { type Coding, copyBody } from "./copy.ts";
import { HttpError } from "./error.ts";
import type { Exchange } from "./exchange.ts";
import { encodeResponseHead, type ResponseHeadOptions } from "./head.ts";
import { paced } from "./paced.ts";
import type { Request } from "./request.ts";
import { badResponse, type Response } from "./response.ts";

/** How a response goes on to the client. */
export interface Outgoing {
  framing: Framing;
  coding: Coding;
}

/** How the body goes on: a client of HTTP/1.1 can always be told whether a body is complete, one of 1.0 cannot. */
export function outgoing({ framing }: Response, request: Request): Outgoing {
  if (framing.kind === "chunked" && request.minor === 0) {
    return { framing: { kind: "close" }, coding: "unchunk" };
  }
  if (framing.kind === "close" && request.minor > 0) {
    return { framing: { kind: "chunked" }, coding: "chunk" };
  }
  return { framing, coding: "as-is" };
}

/** The length of a body that is all there, or -1. */
export function wholeBody({ framing }: Response, available: number): number {
  if (framing.kind === "none") return 0;
  return framing.kind === "length" && framing.length <= available ? framing.length : -1;
}

export interface AnswerOptions extends ResponseHeadOptions {
  /** Where the answer may be written. */
  buffer: Uint8Array | undefined;
}

/** Takes the head from the upstream's reader, with the body if that is `whole`, and writes both for the client. */
export function encodeAnswer(
  { upstream: { reader } }: Exchange,
  response: Response,
  whole: number,
  options: AnswerOptions,
): Uint8Array {
  const body = Math.max(whole, 0);
  const answer = encodeResponseHead(response, options, options.buffer, body);
  reader.consume(response.size + body);
  return answer;
}

/**
 * Passes the body on behind its head; throws Failure where the client cannot be told any more what went
 * wrong, HttpError where nothing has gone out yet.
 */
export async function copyResponse(
  { session, upstream: { reader }, buffer }: Exchange,
  response: Response,
  coding: Coding,
  head: Uint8Array,
): Promise<void> {
  let waiting: Uint8Array | null = head;
  let uncounted = response.size;
  const sink = async (bytes: Uint8Array, passed: number) => {
    uncounted += passed;
    // The head goes out together with the first part of the body.
    const out = waiting ? join(buffer, waiting, bytes) : bytes;
    waiting = null;
    if (out.length > 0) await sendToClient(session, out);
    received(session, uncounted);
    uncounted = 0;
  };
  if (reader.available === 0) await sink(EMPTY, 0);
  try {
    const { framing, connectionNames } = response;
    await copyBody(reader, framing, coding, sink, "target_gone", connectionNames);
    if (waiting) await sink(EMPTY, 0);
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (error instanceof HttpError) {
      throw waiting ? badResponse(error) : new Failure("bad_response", error.message);
    }
    throw new Failure("target_reset");
  }
}

const EMPTY = new Uint8Array(0);

/** Both in one: in the buffer that the head lies in, if the rest fits there too. */
function join(buffer: Uint8Array, head: Uint8Array, rest: Uint8Array): Uint8Array {
  if (rest.length === 0) return head;
  const length = head.length + rest.length;
  const fits = head.buffer === buffer.buffer && length <= buffer.length;
  const both = fits ? buffer : new Uint8Array(length);
  if (!fits) both.set(head);
  both.set(rest, head.length);
  return length === both.length ? both : both.subarray(0, length);
}

/** Counts what has come from the origin and gone to the client. */
export function received(session: Session, bytes: number): void {
  session.record.bytes_received += bytes;
  session.record.last_activity = Date.now() / 1000;
}

/** Writes to the client; throws Failure `client_gone`. */
export async function sendToClient(session: Session, bytes: Uint8Array): Promise<void> {
  try {
    await paced(session, session.client, bytes, false);
  } catch {
    throw clientGone();
  }
}

/** What a write to the client that fails means. */
export function clientGone(): Failure {
  return new Failure("client_gone", "the client left before the response was complete");
}

import type { BufferPool } from "../net/buffer.ts";
import type { Dial } from "../net/dial.ts";
import { Failure, type FailureReason } from "../net/failure.ts";
import type { ByteReader } from "../net/reader.ts";
import type { Session } from "../net/session.ts";
import { HttpError } from "./error.ts";
import { type ExchangeEnd, runExchange, StaleUpstream } from "./exchange.ts";
import { appendForwarded } from "./forwarded.ts";
import { encodeRequestHead } from "./head.ts";
import type { HttpRules } from "./options.ts";
import { discard, type UpstreamPool } from "./pool.ts";
import type { Request } from "./request.ts";

export interface ForwardDeps {
  dial: Dial;
  upstreams: UpstreamPool;
  /** This proxy's name in Via. */
  via: string;
  rules: HttpRules;
  pool: BufferPool;
}

/** Safe to send twice (RFC 9110, section 9.2.2), so that a kept connection found closed does no harm. */
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/**
 * Forwards one request and its response; `onHost` is a client on the proxy's own host. Returns whether the client's connection may carry another.
 * Throws HttpError where the client can still be answered, Failure where it cannot.
 */
export async function forward(
  session: Session,
  onHost: boolean,
  reader: ByteReader,
  request: Request,
  { dial, upstreams, via, rules, pool }: ForwardDeps,
): Promise<ExchangeEnd> {
  const key = request.authority;
  const bodiless = request.framing.kind === "none";
  if (rules.forwarded) appendForwarded(request, session.record.client_ip);
  const buffer = pool.take();
  // Now, since the request's bytes are the reader's, and move on with it.
  const head = encodeRequestHead(request, via, buffer);
  // While the answer is awaited the client is read, so that its leaving is noticed.
  if (bodiless && !request.upgrade) reader.tryFill();
  let upstream = bodiless && IDEMPOTENT.has(request.method) ? upstreams.take(key, onHost) : null;
  let end: ExchangeEnd | null = null;
  try {
    for (;;) {
      upstream ??= upstreams.wrap(key, await dialOrAnswer(session, request, dial), onHost);
      session.upstream = upstream.conn;
      upstream.reader.lane = session.throttle && session.throttle.down;
      try {
        const exchange = { session, reader, request, head, buffer, upstream, via, rules, pool };
        return end = await runExchange(exchange);
      } catch (error) {
        if (!(error instanceof StaleUpstream)) throw error;
      }
      discard(upstream);
      upstream = null;
    }
  } finally {
    pool.give(buffer);
    session.upstream = null;
    session.awaiting = false;
    if (upstream) end?.keepUpstream ? upstreams.put(upstream) : discard(upstream);
  }
}

const STATUS: Partial<Record<FailureReason, number>> = {
  connect_timeout: 504,
  no_descriptors: 503,
  client_denied: 403,
  target_denied: 403,
  dns_busy: 503,
  loop_detected: 508,
};

/** Connects to the request's target; a failure becomes the answer that the client gets. */
export async function dialOrAnswer(
  session: Session,
  request: Request,
  dial: Dial,
): Promise<Deno.TcpConn> {
  try {
    return await dial(request.target, session);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new HttpError(STATUS[error.reason] ?? 502, error.message, error.reason);
  }
}

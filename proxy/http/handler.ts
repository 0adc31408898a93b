import type { CredentialCheck } from "../auth/check.ts";
import type { BufferPool } from "../net/buffer.ts";
import { isLoopback } from "../net/address.ts";
import { Failure, type FailureReason } from "../net/failure.ts";
import { endGently } from "../net/linger.ts";
import { setNoDelay } from "../net/socket_options.ts";
import { ByteReader } from "../net/reader.ts";
import type { Handler, Session } from "../net/session.ts";
import { writeAll } from "../net/write.ts";
import { createAuthorization } from "./authorization.ts";
import { connect } from "./connect.ts";
import { encodeError, HttpError } from "./error.ts";
import { FIELD, headLength, valueText } from "./fields.ts";
import { forward, type ForwardDeps } from "./forward.ts";
import { encodeLastHop, mayGoOn } from "./max_forwards.ts";
import { AuthorityMemo, oversized, parseRequest, type Request } from "./request.ts";
import { checkRules } from "./rules.ts";

export interface HttpOptions extends ForwardDeps {
  auth: CredentialCheck | null;
  pool: BufferPool;
  /** Counts a request that was refused or failed. */
  count: (reason: FailureReason) => void;
}

const HEAD_SECONDS = 10;
const KEEP_ALIVE_SECONDS = 60;

/**
 * Makes the handler of `--mode http`: a forward proxy with keep-alive, and CONNECT tunnels. The options are
 * looked at for each request, so that those which change hold for the next one of each connection.
 */
export function createHttpHandler(options: HttpOptions): Handler {
  const { via } = options;
  const limits: HeadLimits = {
    get maxHeaderSize() {
      return options.rules.maxHeaderSize;
    },
    onLate: (session) => expireHead(session, via),
  };
  return async (session) => {
    let { auth } = options;
    let authorize = createAuthorization(auth)();
    const reader = new ByteReader(session.client, options.pool, session.early);
    session.record.state = "active";
    setNoDelay(session.client);
    reader.onEnd = () => {
      // Between two requests that is a regular end.
      if (session.cancel || session.upstream) session.destroy("client_gone");
    };
    const memo = new AuthorityMemo();
    const onHost = isLoopback(session.clientIp);
    // Of the last request: what was refused on a connection that goes on is told when it ends.
    let outcome = "done";
    try {
      for (;;) {
        reader.lane = session.throttle && session.throttle.up;
        const request = await nextRequest(session, reader, memo, limits);
        if (!request) return outcome;
        session.record.requests++;
        session.record.setTarget(request.authority);
        let keep = false;
        if (auth !== options.auth) authorize = createAuthorization(auth = options.auth)();
        try {
          checkLoop(request, via);
          const user = authorize(request);
          session.record.setUser(
            typeof user === "string" ? user : await unlessGone(reader, request, user),
          );
          checkRules(request, options.rules);
          if (request.method === "CONNECT") {
            return await connect(session, reader, request, options.dial, options.pool);
          }
          if (mayGoOn(request)) {
            const { keepClient, tunnel } = await forward(session, onHost, reader, request, options);
            if (tunnel) return tunnel;
            keep = keepClient;
          } else keep = await answerHere(session, request);
          outcome = "done";
        } catch (error) {
          // Ended from outside: there is nobody to answer, and the target is not to blame.
          if (!(error instanceof HttpError) || session.endReason) throw error;
          keep = await answerError(session, request, error, options);
          outcome = error.reason;
        }
        if (!keep) {
          await endGently(session);
          return "done";
        }
      }
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      await writeAll(session.client, encodeError(error, { via, keepAlive: false })).catch(() => {});
      await endGently(session);
      throw new Failure(error.reason, error.message);
    } finally {
      reader.release();
    }
  };
}

/** Who it is, once that is known, unless the client leaves before. */
function unlessGone(reader: ByteReader, request: Request, user: Promise<string>): Promise<string> {
  // What the client sends meanwhile may move the reader's bytes, or overwrite them.
  request.bytes = request.bytes.slice();
  return reader.unlessEnded(user);
}

/** Answers a request that cannot be served; the connection goes on if nothing of a body is left on it. */
async function answerError(
  session: Session,
  request: Request,
  error: HttpError,
  { via, count }: HttpOptions,
): Promise<boolean> {
  if (!mayKeep(session, request)) throw error;
  count(error.reason);
  const head = request.method === "HEAD";
  await writeAll(session.client, encodeError(error, { via, keepAlive: true, head }));
  return true;
}

/** Answers a request that may go no further. */
async function answerHere(session: Session, request: Request): Promise<boolean> {
  const keep = mayKeep(session, request);
  await writeAll(session.client, encodeLastHop(request, keep));
  return keep;
}

function mayKeep(session: Session, { framing, method, keepAlive }: Request): boolean {
  return framing.kind === "none" && method !== "CONNECT" && keepAlive && !session.draining;
}

/** What a request's head may take. */
interface HeadLimits {
  /** Bytes. */
  readonly maxHeaderSize: number;
  /** Called for a session whose head is not whole in time. */
  onLate: (session: Session) => void;
}

/** The next request's head, or null when the client has no more. */
async function nextRequest(
  session: Session,
  reader: ByteReader,
  memo: AuthorityMemo,
  { maxHeaderSize, onLate }: HeadLimits,
): Promise<Request | null> {
  if (reader.available === 0) {
    if (session.draining) return null;
    // Nothing has begun: meanwhile a drain may end the connection at any time.
    session.idle = true;
    session.expireIn(KEEP_ALIVE_SECONDS, endIdle);
    const more = await reader.tryFill();
    session.idle = false;
    if (!more) return endOf(reader);
  }
  session.expireIn(HEAD_SECONDS, onLate);
  for (let scanned = 0;;) {
    skipEmptyLines(reader);
    const length = requestLength(reader, scanned, maxHeaderSize);
    if (length > 0) {
      session.expireNever();
      const request = parseRequest(reader.buffer, reader.start, reader.start + length, memo);
      reader.consume(length);
      return request;
    }
    scanned = reader.available;
    if (await reader.tryFill()) continue;
    if (scanned === 0) return endOf(reader);
    throw reader.error ?? new Failure("client_gone", "the client left within a request's head");
  }
}

/** The length of the head that begins the unread part, or -1 while its end is missing. */
function requestLength({ buffer, start, end }: ByteReader, scanned: number, max: number): number {
  try {
    return headLength(buffer, start, end, scanned, max);
  } catch (error) {
    throw error instanceof HttpError ? oversized(buffer, start, end, max, error) : error;
  }
}

/** The end between two requests, which is regular unless it is a reset. */
function endOf(reader: ByteReader): null {
  if (reader.error !== null) throw reader.error;
  return null;
}

/** At least one empty line before a request is to be ignored (RFC 9112, section 2.2). */
function skipEmptyLines(reader: ByteReader): void {
  while (
    reader.available >= 2 && reader.buffer[reader.start] === 13 &&
    reader.buffer[reader.start + 1] === 10
  ) {
    reader.consume(2);
  }
}

function endIdle(session: Session): void {
  session.destroy("idle_timeout");
}

function expireHead(session: Session, via: string): void {
  session.endReason ||= "handshake_timeout";
  const error = new HttpError(
    408,
    `no whole request head in ${HEAD_SECONDS} s`,
    "handshake_timeout",
  );
  const answer = encodeError(error, { via, keepAlive: false });
  writeAll(session.client, answer).catch(() => {}).finally(() => session.close());
}

/** Refuses a request that has been here before (RFC 9110, section 7.6.3). */
function checkLoop({ bytes, fields }: Request, via: string): void {
  for (const field of fields) {
    if (field.id === FIELD.via && valueText(bytes, field).includes(via)) {
      throw new HttpError(508, "the request has passed through this proxy before", "loop_detected");
    }
  }
}

import { createCredentialCheck, type Credentials } from "../credentials.ts";
import type { BufferPool } from "../net/buffer.ts";
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
import { AuthorityMemo, parseRequest, type Request } from "./request.ts";

export interface HttpOptions extends ForwardDeps {
  auth: Credentials | null;
  pool: BufferPool;
  /** Counts a request that was refused or failed. */
  count: (reason: FailureReason) => void;
}

const HEAD_SECONDS = 10;
const KEEP_ALIVE_SECONDS = 60;

/** Makes the handler of `--mode http`: a forward proxy with keep-alive, and CONNECT tunnels. */
export function createHttpHandler(options: HttpOptions): Handler {
  const authorize = createAuthorization(options.auth && createCredentialCheck(options.auth));
  return async (session) => {
    const reader = new ByteReader(session.client, options.pool, session.early);
    reader.lane = session.throttle && session.throttle.up;
    session.record.state = "active";
    setNoDelay(session.client);
    reader.onEnd = () => {
      // Between two requests that is a regular end.
      if (session.cancel || session.upstream) session.destroy("client_gone");
    };
    const memo = new AuthorityMemo();
    // Of the last request: what was refused on a connection that goes on is told when it ends.
    let outcome = "done";
    try {
      for (;;) {
        const request = await nextRequest(session, reader, memo);
        if (!request) return outcome;
        session.record.requests++;
        session.record.setTarget(request.authority);
        let keep = false;
        try {
          checkLoop(request, options.via);
          session.record.setUser(authorize(request));
          if (request.method === "CONNECT") {
            return await connect(session, reader, request, options.dial, options.pool);
          }
          const { keepClient, tunnel } = await forward(session, reader, request, options);
          if (tunnel) return tunnel;
          keep = keepClient;
          outcome = "done";
        } catch (error) {
          // Ended from outside: there is nobody to answer, and the target is not to blame.
          if (!(error instanceof HttpError) || session.endReason) throw error;
          keep = await answer(session, request, error, options.count);
          outcome = error.reason;
        }
        if (!keep) {
          await endGently(session);
          return "done";
        }
      }
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      await writeAll(session.client, encodeError(error, false)).catch(() => {});
      await endGently(session);
      throw new Failure(error.reason, error.message);
    } finally {
      reader.release();
    }
  };
}

/** Answers a request that cannot be served; the connection goes on if nothing of a body is left on it. */
async function answer(
  session: Session,
  request: Request,
  error: HttpError,
  count: HttpOptions["count"],
): Promise<boolean> {
  const keep = request.framing.kind === "none" && request.method !== "CONNECT" &&
    request.keepAlive && !session.draining;
  if (!keep) throw error;
  count(error.reason);
  await writeAll(session.client, encodeError(error, true, request.method === "HEAD"));
  return true;
}

/** The next request's head, or null when the client has no more. */
async function nextRequest(
  session: Session,
  reader: ByteReader,
  memo: AuthorityMemo,
): Promise<Request | null> {
  if (reader.available === 0) {
    if (session.draining) return null;
    // Nothing has begun: meanwhile a drain may end the connection at any time.
    session.idle = true;
    session.expireIn(KEEP_ALIVE_SECONDS, () => session.destroy("idle_timeout"));
    const more = await reader.tryFill();
    session.idle = false;
    if (!more) return endOf(reader);
  }
  session.expireIn(HEAD_SECONDS, () => expireHead(session));
  for (let scanned = 0;;) {
    skipEmptyLines(reader);
    const length = headLength(reader.buffer, reader.start, reader.end, scanned);
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

function expireHead(session: Session): void {
  session.endReason ||= "handshake_timeout";
  const error = new HttpError(408, `no whole request head in ${HEAD_SECONDS} s`);
  writeAll(session.client, encodeError(error, false)).catch(() => {}).finally(() =>
    session.close()
  );
}

/** Refuses a request that has been here before (RFC 9110, section 7.6.3). */
function checkLoop({ bytes, fields }: Request, via: string): void {
  for (const field of fields) {
    if (field.id === FIELD.via && valueText(bytes, field).includes(via)) {
      throw new HttpError(508, "the request has passed through this proxy before", "loop_detected");
    }
  }
}

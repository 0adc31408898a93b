import { createCredentialCheck, type Credentials } from "../credentials.ts";
import { type Address, formatAddress, unmapIPv4 } from "../net/address.ts";
import type { BufferPool } from "../net/buffer.ts";
import type { Dial } from "../net/dial.ts";
import { Failure, type FailureReason } from "../net/failure.ts";
import { endGently } from "../net/linger.ts";
import { setNoDelay } from "../net/socket_options.ts";
import { ByteReader } from "../net/reader.ts";
import { relay } from "../net/relay.ts";
import type { Handler, Session } from "../net/session.ts";
import { writeAll } from "../net/write.ts";
import {
  COMMAND,
  encodeMethod,
  encodePasswordStatus,
  encodeReply,
  METHOD,
  parseGreeting,
  parsePassword,
  parseRequest,
  REPLY,
  WireError,
} from "./wire.ts";

export interface Socks5Options {
  /** Without credentials no authentication is asked for, and none is accepted. */
  auth: Credentials | null;
  dial: Dial;
  pool: BufferPool;
}

const HANDSHAKE_SECONDS = 10;

/** Makes the handler of `--mode socks5`: CONNECT as RFC 1928 has it, with RFC 1929 if credentials are set. */
export function createSocks5Handler({ auth, dial, pool }: Socks5Options): Handler {
  const check = auth ? createCredentialCheck(auth) : null;
  return async (session) => {
    const reader = new ByteReader(session.client, pool, session.early);
    setNoDelay(session.client);
    try {
      session.expireIn(HANDSHAKE_SECONDS);
      await authenticate(session, reader, check);
      const target = await readTarget(session, reader);
      session.expireNever();
      const upstream = await connect(session, target, dial);
      // A copy: the reader's buffer goes back to the pool, and little comes so early.
      const early = reader.available > 0 ? reader.view.slice() : undefined;
      reader.release();
      return await relay(session, upstream, pool, early);
    } catch (error) {
      if (error instanceof Failure && error.reason !== "client_gone") await endGently(session);
      throw error;
    } finally {
      reader.release();
    }
  };
}

async function authenticate(
  session: Session,
  reader: ByteReader,
  check: ReturnType<typeof createCredentialCheck> | null,
): Promise<void> {
  const { methods } = await read(reader, parseGreeting);
  const method = check ? METHOD.password : METHOD.none;
  if (!methods.includes(method)) {
    await writeAll(session.client, encodeMethod(METHOD.unacceptable));
    throw new Failure("auth_failed", "no acceptable method");
  }
  await writeAll(session.client, encodeMethod(method));
  if (!check) return;
  const { user, password } = await read(reader, parsePassword);
  const ok = check(user, password);
  if (ok) session.record.setUser(new TextDecoder().decode(user));
  await writeAll(session.client, encodePasswordStatus(ok));
  if (!ok) throw new Failure("auth_failed", "wrong user name or password");
}

async function readTarget(session: Session, reader: ByteReader): Promise<Address> {
  const request = await read(reader, parseRequest);
  session.record.requests++;
  if (request.command !== COMMAND.connect) {
    await refuse(session, REPLY.commandNotSupported, "unsupported");
  }
  if (!request.target) {
    const unsupported = request.reply === REPLY.addressTypeNotSupported;
    return await refuse(session, request.reply, unsupported ? "unsupported" : "bad_request");
  }
  session.record.setTarget(formatAddress(request.target));
  return request.target;
}

async function connect(session: Session, target: Address, dial: Dial): Promise<Deno.TcpConn> {
  try {
    const upstream = await dial(target, session);
    session.connected(upstream);
    const { hostname, port } = upstream.localAddr;
    await writeAll(
      session.client,
      encodeReply(REPLY.succeeded, { host: unmapIPv4(hostname), port }),
    );
    return upstream;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return await refuse(session, REPLIES[error.reason] ?? REPLY.generalFailure, error.reason);
  }
}

const REPLIES: Partial<Record<FailureReason, number>> = {
  connect_refused: REPLY.connectionRefused,
  connect_timeout: REPLY.hostUnreachable,
  host_unreachable: REPLY.hostUnreachable,
  name_not_found: REPLY.hostUnreachable,
  name_error: REPLY.hostUnreachable,
  network_unreachable: REPLY.networkUnreachable,
};

async function refuse(session: Session, reply: number, reason: FailureReason): Promise<never> {
  await writeAll(session.client, encodeReply(reply));
  throw new Failure(reason);
}

/** Reads until the parser has its message, and takes that from the reader. The message lives until the next read. */
async function read<T extends { size: number }>(
  reader: ByteReader,
  parse: (bytes: Uint8Array) => T | null,
): Promise<T> {
  for (;;) {
    let message: T | null;
    try {
      message = parse(reader.view);
    } catch (error) {
      if (error instanceof WireError) throw new Failure("bad_request", error.message);
      throw error;
    }
    if (message) {
      reader.consume(message.size);
      return message;
    }
    // Every message is at most 513 bytes, so the buffer of 4 KiB bounds what a stranger may send.
    if (!await reader.fill()) throw new Failure("client_gone", "the client left in the handshake");
  }
}

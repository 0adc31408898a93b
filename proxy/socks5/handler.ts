import type { CredentialCheck } from "../auth/check.ts";
import { type Address, formatAddress } from "../net/address.ts";
import { Failure, type FailureReason } from "../net/failure.ts";
import { endGently } from "../net/linger.ts";
import { setNoDelay } from "../net/socket_options.ts";
import { ByteReader } from "../net/reader.ts";
import type { Handler, Session } from "../net/session.ts";
import { writeAll } from "../net/write.ts";
import {
  type Answers,
  connectAndRelay,
  type ConnectParts,
  readMessage,
  refuse,
} from "./handshake.ts";
import { serveSocks4 } from "./socks4.ts";
import { associate } from "./udp_associate.ts";
import type { UdpOptions } from "./udp_relay.ts";
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
} from "./wire.ts";

export interface Socks5Options extends ConnectParts {
  /** Without credentials no authentication is asked for, and none is accepted. */
  auth: CredentialCheck | null;
  /** Whether clients of SOCKS4 and 4a are served too. */
  socks4: boolean;
  udp: UdpOptions;
}

const HANDSHAKE_SECONDS = 10;

/**
 * Makes the handler of `--mode socks5`: CONNECT and UDP ASSOCIATE as RFC 1928 has them, with RFC 1929 if
 * credentials are set, and SOCKS4 if asked for.
 */
export function createSocks5Handler({ auth, socks4, udp, ...parts }: Socks5Options): Handler {
  return async (session) => {
    const reader = new ByteReader(session.client, parts.pool, session.early);
    setNoDelay(session.client);
    try {
      session.expireIn(HANDSHAKE_SECONDS);
      if (reader.available === 0 && !await reader.fill()) throw new Failure("client_gone");
      const version = reader.view[0];
      if (version === 4 && socks4) return await serveSocks4(session, reader, auth !== null, parts);
      if (version !== 5) throw new Failure("foreign_protocol", `first byte ${version}`);
      await authenticate(session, reader, auth);
      const { command, target } = await readRequest(session, reader);
      session.expireNever();
      if (command === COMMAND.udpAssociate) {
        return await associate(session, reader, target, ANSWERS, udp);
      }
      session.record.setTarget(formatAddress(target!));
      return await connectAndRelay(session, reader, target!, ANSWERS, parts);
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
  auth: CredentialCheck | null,
): Promise<void> {
  const { methods } = await readMessage(reader, parseGreeting);
  const method = auth ? METHOD.password : METHOD.none;
  if (!methods.includes(method)) {
    await writeAll(session.client, encodeMethod(METHOD.unacceptable));
    throw new Failure("auth_failed", "no acceptable method");
  }
  await writeAll(session.client, encodeMethod(method));
  if (!auth) return;
  const { user, password } = await readMessage(reader, parsePassword);
  const name = new TextDecoder().decode(user);
  const verdict = auth.check(user, password);
  const refusal = typeof verdict === "boolean"
    ? refusalOf(verdict)
    : await reader.unlessEnded(verdict).then(refusalOf, orBusy);
  if (!refusal) session.record.setUser(name);
  await writeAll(session.client, encodePasswordStatus(!refusal));
  if (refusal) throw new Failure(refusal);
}

function refusalOf(ok: boolean): FailureReason | null {
  return ok ? null : "auth_failed";
}

/** Only who is still there gets an answer. */
function orBusy(error: unknown): FailureReason {
  if (error instanceof Failure && error.reason === "auth_busy") return error.reason;
  throw error;
}

/** A request that can be tried. Only that for UDP may come without an address, for there it is no target. */
async function readRequest(
  session: Session,
  reader: ByteReader,
): Promise<{ command: number; target: Address | null }> {
  const request = await readMessage(reader, parseRequest);
  const { command, target } = request;
  session.record.requests++;
  if (command !== COMMAND.connect && command !== COMMAND.udpAssociate) {
    return await refuse(session, encodeReply(REPLY.commandNotSupported), "unsupported");
  }
  if (!target && request.reply === REPLY.addressTypeNotSupported) {
    return await refuse(session, encodeReply(request.reply), "unsupported");
  }
  if (command === COMMAND.connect && (!target || target.port === 0)) {
    return await refuse(session, encodeReply(REPLY.generalFailure), "bad_request");
  }
  return { command, target };
}

const ANSWERS: Answers = {
  granted: (bound) => encodeReply(REPLY.succeeded, bound),
  refused: (reason) => encodeReply(REPLIES[reason] ?? REPLY.generalFailure),
};

const REPLIES: Partial<Record<FailureReason, number>> = {
  loop_detected: REPLY.notAllowed,
  connect_refused: REPLY.connectionRefused,
  // There is no code for a timeout; microsocks gives this one too.
  connect_timeout: REPLY.ttlExpired,
  host_unreachable: REPLY.hostUnreachable,
  name_not_found: REPLY.hostUnreachable,
  name_error: REPLY.hostUnreachable,
  network_unreachable: REPLY.networkUnreachable,
  client_denied: REPLY.notAllowed,
  target_denied: REPLY.notAllowed,
};

import { formatAddress } from "../net/address.ts";
import type { ByteReader } from "../net/reader.ts";
import type { Session } from "../net/session.ts";
import {
  type Answers,
  connectAndRelay,
  type ConnectParts,
  readMessage,
  refuse,
} from "./handshake.ts";
import { encodeSocks4Reply, parseSocks4Request, SOCKS4_REPLY } from "./socks4_wire.ts";
import { COMMAND } from "./wire.ts";

/** The protocol has but one word for every failure, and one for a user who is not let in. */
const ANSWERS: Answers = {
  granted: (bound) => encodeSocks4Reply(SOCKS4_REPLY.granted, bound),
  refused: (reason) =>
    encodeSocks4Reply(
      reason === "auth_failed" ? SOCKS4_REPLY.userRejected : SOCKS4_REPLY.rejected,
    ),
};

/** Serves a client of SOCKS4 or 4a: CONNECT only, and nobody where credentials are asked for, since it has none. */
export async function serveSocks4(
  session: Session,
  reader: ByteReader,
  needsPassword: boolean,
  parts: ConnectParts,
): Promise<string> {
  const { command, target, user } = await readMessage(reader, parseSocks4Request);
  const { record } = session;
  record.requests++;
  if (target) record.setTarget(formatAddress(target));
  if (needsPassword) return await refuse(session, ANSWERS.refused("auth_failed"), "auth_failed");
  record.setUser(new TextDecoder().decode(user));
  if (command !== COMMAND.connect) {
    return await refuse(session, ANSWERS.refused("unsupported"), "unsupported");
  }
  if (!target || target.port === 0) {
    return await refuse(session, ANSWERS.refused("bad_request"), "bad_request");
  }
  session.expireNever();
  return await connectAndRelay(session, reader, target, ANSWERS, parts);
}

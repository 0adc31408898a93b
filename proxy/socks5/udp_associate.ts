import { type Address, unmapIPv4 } from "../net/address.ts";
import { Failure } from "../net/failure.ts";
import type { ByteReader } from "../net/reader.ts";
import type { Session } from "../net/session.ts";
import { openUdp } from "../net/udp.ts";
import { writeAll } from "../net/write.ts";
import { type Answers, refuse } from "./handshake.ts";
import { type UdpOptions, UdpRelay } from "./udp_relay.ts";

/**
 * UDP ASSOCIATE (RFC 1928, section 7): passes datagrams on until the client's connection ends, nothing has
 * moved for the timeout or the proxy drains; returns why it ended. `source` is where the client says that
 * its datagrams will come from. The request itself is the one that the record counts.
 */
export async function associate(
  session: Session,
  reader: ByteReader,
  source: Address | null,
  answers: Answers,
  options: UdpOptions,
): Promise<string> {
  let relay: UdpRelay;
  try {
    relay = new UdpRelay(listenFor(session), session, portOf(source, session), options);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return await refuse(session, answers.refused(error.reason), error.reason);
  }
  try {
    session.record.state = "active";
    const { hostname, port } = relay.addr;
    await writeAll(session.client, answers.granted({ host: hostname, port }));
    endWhenIdle(session, options);
    // Nothing is lost that could have been finished: there is no end to wait for.
    session.idle = true;
    if (session.draining) session.drain();
    // What the client says on its connection means nothing, but its end does.
    do reader.consume(reader.available); while (await reader.fill());
    return "done";
  } catch (error) {
    throw relay.error ?? error;
  } finally {
    relay.close();
  }
}

/** A socket on the address that the client has reached the proxy by, so that it reaches this one too. */
function listenFor(session: Session): Deno.DatagramConn {
  return openUdp(unmapIPv4(session.client.localAddr.hostname));
}

/**
 * The port that datagrams must come from, 0 for that of the first one. A port beside an address that is not
 * the client's own, as behind a NAT, is not the one that is seen here, and a name tells nothing.
 */
function portOf(source: Address | null, { record }: Session): number {
  if (source === null) return 0;
  const { host, port } = source;
  return host === "0.0.0.0" || host === "::" || host === record.client_ip ? port : 0;
}

/** Ends the session once nothing has moved for the timeout, unless what moves only waits for bandwidth. */
function endWhenIdle(session: Session, options: UdpOptions): void {
  const { now = Date.now } = options;
  session.record.last_activity = now() / 1000;
  const check = () => {
    const { timeout } = options;
    const idle = now() / 1000 - session.record.last_activity;
    if (idle >= timeout && !session.throttle?.waiting) session.destroy("idle_timeout");
    else session.expireIn(Math.max(timeout - idle, 0), check);
  };
  session.expireIn(options.timeout, check);
}

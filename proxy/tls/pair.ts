import { Failure } from "../net/failure.ts";
import { closeQuietly } from "../net/close.ts";
import type { Certificate } from "./certificate.ts";

/**
 * Both ends of one TLS server: what is written to `cipher` as TLS is read from `plain` in clear, and the
 * other way round.
 */
export interface TlsPair {
  cipher: Deno.TcpConn;
  plain: Deno.TlsConn;
}

/** Opens a listener on loopback; throws for a certificate or a key that cannot be used. */
export function listenTls({ cert, key }: Certificate): Deno.TlsListener {
  return Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key, tcpBacklog: 16 });
}

/**
 * Makes a TLS server with this certificate; throws Failure where the system gives none. The runtime has
 * TLS servers for accepted connections alone, and no listener of it ever changes its certificate. So each
 * connection of a client gets a listener of its own, behind the one that clients connect to: that one
 * never has to be closed for a new certificate, with clients waiting in its queue. The listener is gone
 * before anybody else could find it.
 */
export async function makeTlsPair(certificate: Certificate): Promise<TlsPair> {
  try {
    using listener = listenTls(certificate);
    const { hostname, port } = listener.addr as Deno.NetAddr;
    const cipher = await Deno.connect({ hostname, port });
    return { cipher, plain: await acceptFrom(listener, cipher) };
  } catch (error) {
    throw new Failure("no_descriptors", `cannot make a TLS server: ${error}`);
  }
}

/** Both ends of a connection on loopback, for TLS that is to be let go of whatever its other end does. */
export async function makePair(): Promise<[Deno.TcpConn, Deno.TcpConn]> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 16 });
  const { hostname, port } = listener.addr;
  const conn = await Deno.connect({ hostname, port });
  return [conn, await acceptFrom(listener, conn)];
}

/** The other end of `conn`, which is closed where there is none; whoever else has connected is sent away. */
async function acceptFrom<Conn extends Deno.Conn>(
  listener: { accept(): Promise<Conn> },
  conn: Deno.TcpConn,
): Promise<Conn> {
  try {
    for (;;) {
      const accepted = await listener.accept();
      if ((accepted.remoteAddr as Deno.NetAddr).port === conn.localAddr.port) return accepted;
      closeQuietly(accepted);
    }
  } catch (error) {
    closeQuietly(conn);
    throw error;
  }
}

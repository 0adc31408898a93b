import { closeQuietly } from "../net/session.ts";
import type { DnsServer } from "./servers.ts";
import type { Open } from "./stream.ts";

/** Opens connections over TCP. */
export function openTcp({ host: hostname, port }: DnsServer): Open {
  return (signal) => Deno.connect({ hostname, port, signal });
}

/** Opens connections over TLS to a server that proves its name (RFC 7858; RFC 8310, the strict profile). */
export function openTls(server: DnsServer, caCerts: string[]): Open {
  const openTransport = openTcp(server);
  return async (signal) => {
    const conn = await openTransport(signal) as Deno.TcpConn;
    const tls = await Deno.startTls(conn, { hostname: server.serverName, caCerts });
    const abort = () => closeQuietly(tls);
    signal.addEventListener("abort", abort);
    try {
      signal.throwIfAborted();
      await tls.handshake();
      return tls;
    } catch (error) {
      closeQuietly(tls);
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  };
}

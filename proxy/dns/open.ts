import { closeQuietly } from "../net/close.ts";
import { setNoDelay } from "../net/socket_options.ts";
import type { DnsServer } from "./servers.ts";
import type { Open } from "./stream.ts";

/** Opens connections over TCP. */
export function openTcp(
  { host: hostname, port }: DnsServer,
): (signal: AbortSignal) => Promise<Deno.TcpConn> {
  return async (signal) => {
    const conn = await Deno.connect({ hostname, port, signal });
    // A second query is not to wait for the first one's acknowledgement.
    setNoDelay(conn);
    return conn;
  };
}

/** Opens connections over TLS to a server that proves its name (RFC 7858; RFC 8310, the strict profile). */
export function openTls(server: DnsServer, caCerts: string[]): Open {
  const openTransport = openTcp(server);
  return async (signal) => {
    const conn = await openTransport(signal);
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

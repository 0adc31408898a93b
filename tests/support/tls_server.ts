import { ConnectionLimits } from "../../proxy/limits.ts";
import { BufferPool } from "../../proxy/net/buffer.ts";
import { acceptLoop } from "../../proxy/net/listener.ts";
import type { Handler } from "../../proxy/net/session.ts";
import { Sessions } from "../../proxy/sessions.ts";
import { Collector } from "../../proxy/stats/collector.ts";
import { acceptTls } from "../../proxy/tls/accept_tls.ts";
import type { CertificateFiles } from "../../proxy/tls/certificate.ts";
import { send } from "./tcp.ts";

/** Sends each byte back, one by one. */
export const echoBytes: Handler = async ({ client }) => {
  const buffer = new Uint8Array(1);
  while (await client.read(buffer)) await send(client, buffer);
  return "done";
};

/** A handler behind TLS on a loopback port, whose time is the test's. */
export function startTlsServer(files: CertificateFiles, handler: Handler) {
  const collector = new Collector();
  const sessions = new Sessions(acceptTls(handler, files, new BufferPool()), collector, {
    connections: new ConnectionLimits({
      maxConnections: 1000,
      maxConnectionsPerClient: null,
      acceptRate: null,
    }),
    bandwidth: null,
    idleTimeout: 0,
    trusted: [],
    gate: null,
  });
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = acceptLoop(listener, {
    onConnection: (conn) => sessions.accept(conn),
    onLost: () => {},
    onPause: () => {},
  });
  return {
    port: listener.addr.port,
    collector,
    tick: (now: number) => sessions.tick(now),
    async stop() {
      listener.close();
      await accepting;
      sessions.drain();
      await sessions.ended(0);
    },
  };
}

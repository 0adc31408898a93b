import { getLogger } from "@logtape/logtape";
import { unmapIPv4 } from "../net/address.ts";
import type { BufferPool } from "../net/buffer.ts";
import type { Dial } from "../net/dial.ts";
import { Failure, type FailureReason } from "../net/failure.ts";
import { setNoDelay } from "../net/socket_options.ts";
import { encodeProxyHeader, type ProxyVersion } from "../net/proxy_protocol.ts";
import { relay } from "../net/relay.ts";
import type { Handler, Session } from "../net/session.ts";
import { writeAll } from "../net/write.ts";
import type { Backend } from "./backend.ts";
import type { Balancer } from "./balancer.ts";

export interface TcpOptions {
  balancer: Balancer;
  /** On how many further backends a connection is tried. */
  retries: number;
  /** The header that tells the backend who the client is; null for none. */
  proxyProtocol: ProxyVersion | null;
  dial: Dial;
  pool: BufferPool;
}

/** Makes the handler of `--mode tcp`: each connection goes to a backend, or to the next one if that fails. */
export function createTcpHandler(options: TcpOptions): Handler {
  const { balancer, retries, proxyProtocol, dial, pool } = options;
  const log = getLogger(["rustproxy", "proxy"]);
  return async (session) => {
    const { record } = session;
    let tried: Backend[] | undefined;
    let next = balancer.pick(record.client_ip);
    for (;;) {
      if (!next) throw new Failure("no_backend", "no backend may be used");
      const backend = next;
      const startedAt = balancer.now();
      record.setTarget(backend.name);
      backend.open(record, startedAt);
      try {
        const upstream = await dial(backend.address, session);
        if (backend.succeeded()) log.info(`Backend ${backend.name} takes connections again`);
        session.connected(upstream);
        if (proxyProtocol) await announce(session, upstream, proxyProtocol);
        return await relay(session, upstream, pool, session.early);
      } catch (error) {
        if (!(error instanceof Failure) || !ITS_FAULT.has(error.reason)) throw error;
        if (backend.failed(startedAt, balancer.now())) {
          log.warn(`Backend ${backend.name} is set aside: ${error.message}`);
        }
        tried = [...tried ?? [], backend];
        const other = tried.length <= retries ? balancer.pick(record.client_ip, tried) : null;
        if (!other || session.endReason) throw error;
        next = other;
      } finally {
        backend.close(record);
      }
    }
  };
}

/** Failures that another backend may not have; want of descriptors and clients that leave are not among them. */
const ITS_FAULT: ReadonlySet<FailureReason> = new Set<FailureReason>([
  "connect_refused",
  "connect_timeout",
  "connect_reset",
  "connect_failed",
  "host_unreachable",
  "network_unreachable",
  "name_not_found",
  "name_error",
]);

/** Tells the backend who the client is, and where it had connected to. */
async function announce(
  { client, record, destination }: Session,
  upstream: Deno.TcpConn,
  version: ProxyVersion,
): Promise<void> {
  const { hostname, port } = client.localAddr;
  const header = encodeProxyHeader(version, {
    source: { host: record.client_ip, port: record.client_port },
    destination: destination ?? { host: unmapIPv4(hostname), port },
  });
  try {
    // What follows the header is not to wait for its acknowledgement.
    setNoDelay(upstream);
    await writeAll(upstream, header);
  } catch {
    throw new Failure("target_gone", "the target closed before the PROXY protocol header");
  }
}

import { getLogger } from "@logtape/logtape";
import { Gate } from "./access/gate.ts";
import { createCredentialCheck, type CredentialCheck } from "./auth/check.ts";
import { WorkerHasher } from "./auth/hasher.ts";
import { type Resolver, resolverFor } from "./dns/resolver.ts";
import { OptionFiles } from "./files.ts";
import { createHttpHandler } from "./http/handler.ts";
import { UpstreamPool } from "./http/pool.ts";
import { ConnectionLimits } from "./limits.ts";
import { acceptProxy } from "./net/accept_proxy.ts";
import { type Address, ListenError } from "./net/address.ts";
import { BufferPool } from "./net/buffer.ts";
import { parseCidr } from "./net/cidr.ts";
import { DatagramBuffers } from "./net/datagram_buffers.ts";
import { createDial, type Dial } from "./net/dial.ts";
import { acceptLoop } from "./net/listener.ts";
import { createOwnAddress, refuseOwn } from "./net/own_address.ts";
import type { Handler } from "./net/session.ts";
import { createBandwidth } from "./net/throttle.ts";
import type { ProxyOptions } from "./options.ts";
import { Sessions } from "./sessions.ts";
import { createSocks5Handler } from "./socks5/handler.ts";
import type { UdpOptions } from "./socks5/udp_relay.ts";
import type { BackendRecord } from "./stats/backend_record.ts";
import { Collector } from "./stats/collector.ts";
import type { ReporterOptions, ReportSource } from "./stats/reporter.ts";
import { Balancer } from "./tcp/balancer.ts";
import { createTcpHandler } from "./tcp/handler.ts";
import { HealthChecker } from "./tcp/health.ts";
import { acceptTls } from "./tls/accept_tls.ts";
import type { CertificateFiles } from "./tls/certificate.ts";

export interface EngineDeps {
  /** This proxy's name in Via. */
  via: string;
  /** Whether other threads listen on the same port; the one that started them tells of files that change. */
  reusePort: boolean;
  /** How connections are numbered, where several threads number those of one proxy. */
  ids?: { first: number; step: number };
  /** Connects to targets; the real one unless a test brings its own. */
  dial?: Dial;
}

/** What serves clients, on one thread or on several; without its reports. */
export interface Serving {
  addr: Deno.NetAddr;
  /** What there is to report. */
  source: ReportSource;
  /** The backends as they are now, in the same order always; empty where there are none. */
  backends(): BackendRecord[];
  /** The part of the reports' bandwidth that is left, where more than one thread reports, … */
  reportShare?: number;
  /** … and the figures for a report's summary. */
  figures?: ReporterOptions["figures"];
  /** Stops accepting, and lets what runs finish. */
  drain(): Promise<void>;
  /** Waits up to the drain timeout for what runs, and closes everything. */
  end(): Promise<void>;
}

const TICK_MS = 250;

/** Listens and serves; throws {@link ListenError} or FileError with nothing left open. */
export function startEngine(options: ProxyOptions, deps: EngineDeps): Serving {
  const { limits } = options;
  const files = new OptionFiles(options, deps.reusePort);
  const listener = listen(options.listen, limits.backlog, deps.reusePort);
  const collector = new Collector(undefined, deps.ids);
  const gate = new Gate(options.access);
  const pool = new BufferPool();
  const upstreams = new UpstreamPool(pool);
  const balancer = options.mode === "tcp" ? new Balancer(options) : null;
  const addr = listener.addr as Deno.NetAddr;
  const resolver = resolverFor(options.dns);
  const auth = createCredentialCheck(options.auth, files.users, () => new WorkerHasher());
  const parts = {
    addr,
    collector,
    pool,
    upstreams,
    balancer,
    gate,
    resolver,
    auth,
    certificate: files.certificate,
  };
  const handler = createHandler(options, deps, parts);
  const sessions = new Sessions(handler, collector, {
    connections: new ConnectionLimits(limits),
    bandwidth: createBandwidth(limits),
    idleTimeout: limits.idleTimeout,
    trusted: options.acceptProxy.map(parseCidr),
    gate: options.access.clients.length > 0 ? gate : null,
  });
  const health = balancer && startHealthChecks(options, deps, balancer, resolver);
  files.watch();
  const accepting = acceptLoop(listener, {
    onConnection: (conn) => sessions.accept(conn),
    onLost: () => collector.count("accept_aborted"),
    onPause: warnOfPauses(collector),
  });
  const ticker = setInterval(() => {
    const now = Date.now();
    sessions.tick(now);
    upstreams.tick(now);
  }, TICK_MS);
  return {
    addr,
    source: collector,
    backends: () => balancer?.records() ?? [],
    async drain() {
      listener.close();
      await accepting;
      sessions.drain();
    },
    async end() {
      await sessions.ended(options.drainTimeout * 1000);
      clearInterval(ticker);
      files.close();
      auth?.close();
      await health?.stop();
      upstreams.close();
      resolver.close();
    },
  };
}

function listen(address: Address, tcpBacklog: number, reusePort: boolean): Deno.TcpListener {
  try {
    return Deno.listen({ hostname: address.host, port: address.port, tcpBacklog, reusePort });
  } catch (error) {
    throw new ListenError("tcp", address, error);
  }
}

/** Counts every pause in accepting, and warns of each kind once. */
function warnOfPauses(collector: Collector): (code: string) => void {
  const log = getLogger(["rustproxy", "proxy"]);
  const warned = new Set<string>();
  return (code) => {
    collector.count(`accept_${code.toLowerCase() || "error"}`);
    if (warned.has(code)) return;
    warned.add(code);
    log.warn(
      `Accepting connections pauses: ${code || "unknown error"}` +
        (code === "EMFILE" ? "; raise the limit of open files (LimitNOFILE, ulimit -n)" : ""),
    );
  };
}

interface Parts {
  /** What is listened on. */
  addr: Deno.NetAddr;
  collector: Collector;
  pool: BufferPool;
  upstreams: UpstreamPool;
  /** Of the tcp mode alone. */
  balancer: Balancer | null;
  gate: Gate;
  resolver: Resolver;
  /** Null where nobody has to say who he is. */
  auth: CredentialCheck | null;
  /** Null where clients speak no TLS. */
  certificate: CertificateFiles | null;
}

function createHandler(options: ProxyOptions, deps: EngineDeps, parts: Parts): Handler {
  const modeHandler = createModeHandler(options, deps, parts);
  const { certificate, pool } = parts;
  const handler = certificate ? acceptTls(modeHandler, certificate, pool) : modeHandler;
  // Before TLS, as balancers that pass it on do it.
  const { acceptProxy: trusted } = options;
  return trusted.length > 0 ? acceptProxy(handler, trusted.map(parseCidr), parts.pool) : handler;
}

function createModeHandler(
  options: ProxyOptions,
  deps: EngineDeps,
  { addr, collector, pool, upstreams, balancer, gate, resolver: { resolve }, auth }: Parts,
): Handler {
  const { mode, retries, proxyProtocol } = options;
  // Where the tcp mode goes was decided with --target.
  const judged = refuseOwn(balancer ? null : gate, createOwnAddress(addr));
  const timeout = options.connectTimeout;
  const dial = deps.dial ?? createDial({ timeout, resolve, gate: judged });
  if (balancer) return createTcpHandler({ balancer, retries, proxyProtocol, dial, pool });
  if (mode === "socks5") {
    const { socks4 } = options;
    const udp = udpOptions(options, collector, gate, resolve);
    return createSocks5Handler({ auth, socks4, dial, pool, udp });
  }
  return createHttpHandler({
    auth,
    dial,
    pool,
    upstreams,
    via: deps.via,
    rules: options.http,
    count: (reason) => collector.count(reason),
  });
}

function udpOptions(
  { udpTimeout, limits }: ProxyOptions,
  collector: Collector,
  gate: Gate,
  resolve: Resolver["resolve"],
): UdpOptions {
  return {
    timeout: Math.min(udpTimeout, limits.idleTimeout || Infinity),
    buffers: new DatagramBuffers(),
    resolve,
    judge: (client, host, ip, port) => gate.target(client, host, ip, port),
    count: (reason) => collector.count(reason),
  };
}

/** A dial of their own, since they have less time than a client's connection. */
function startHealthChecks(
  options: ProxyOptions,
  deps: EngineDeps,
  { backends }: Balancer,
  { resolve }: Resolver,
) {
  const { healthcheck, proxyProtocol } = options;
  if (!healthcheck) return null;
  const dial = deps.dial ?? createDial({ timeout: healthcheck.timeout, resolve });
  return new HealthChecker(backends, healthcheck, { dial, proxyProtocol });
}

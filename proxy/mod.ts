import { getLogger } from "@logtape/logtape";
import { type Address, formatAddress, ListenError, unmapIPv4 } from "./net/address.ts";
import { BufferPool } from "./net/buffer.ts";
import { parseCidr } from "./net/cidr.ts";
import { createDial, type Dial } from "./net/dial.ts";
import { acceptLoop } from "./net/listener.ts";
import { acceptProxy } from "./net/accept_proxy.ts";
import type { Handler } from "./net/session.ts";
import { createBandwidth } from "./net/throttle.ts";
import { Sessions } from "./sessions.ts";
import { createHttpHandler } from "./http/handler.ts";
import { UpstreamPool } from "./http/pool.ts";
import { ConnectionLimits } from "./limits.ts";
import type { ProxyOptions } from "./options.ts";
import { createSocks5Handler } from "./socks5/handler.ts";
import { Collector } from "./stats/collector.ts";
import { type Identity, Reporter } from "./stats/reporter.ts";
import { DatagramSender } from "./stats/sender.ts";
import { Balancer } from "./tcp/balancer.ts";
import { createTcpHandler } from "./tcp/handler.ts";
import { HealthChecker } from "./tcp/health.ts";

export interface ProxyDeps {
  version: string;
  /** This machine's name, as the manager shows it. */
  host: string;
  /** Connects to targets; the real one unless a test brings its own. */
  dial?: Dial;
}

export interface RunningProxy {
  addr: Deno.NetAddr;
  proxyId: string;
  /** Drains up to the drain timeout, reports a last time, and ends. A second call joins the first. */
  stop(): Promise<void>;
}

const TICK_MS = 250;

/** Starts a proxy; throws {@link ListenError} with nothing left open. */
export function startProxy(options: ProxyOptions, deps: ProxyDeps): RunningProxy {
  const log = getLogger(["rustproxy", "proxy"]);
  const { limits } = options;
  const listener = listen(options.listen, limits.backlog);
  const addr = listener.addr as Deno.NetAddr;
  const collector = new Collector();
  const identity = identify(options, deps, addr);
  const pool = new BufferPool();
  const upstreams = new UpstreamPool(pool);
  const balancer = options.mode === "tcp" ? new Balancer(options) : null;
  const parts = { collector, identity, pool, upstreams, balancer };
  const handler = createHandler(options, deps, parts);
  const sessions = new Sessions(handler, collector, {
    connections: new ConnectionLimits(limits),
    bandwidth: createBandwidth(limits),
    idleTimeout: limits.idleTimeout,
    trusted: options.acceptProxy.map(parseCidr),
  });
  const reporter = options.statsTo && startReporter(options, parts);
  const health = balancer && startHealthChecks(options, deps, balancer);

  const warned = new Set<string>();
  const accepting = acceptLoop(listener, {
    onConnection: (conn) => sessions.accept(conn),
    onPause: (code) => {
      collector.count(`accept_${code.toLowerCase() || "error"}`);
      if (warned.has(code)) return;
      warned.add(code);
      log.warn(
        `Accepting connections pauses: ${code || "unknown error"}` +
          (code === "EMFILE" ? "; raise the limit of open files (LimitNOFILE, ulimit -n)" : ""),
      );
    },
  });
  const ticker = setInterval(() => {
    const now = Date.now();
    sessions.tick(now);
    upstreams.tick(now);
  }, TICK_MS);
  log.info(`${options.mode} proxy listening on ${listenText(addr)}`, {
    proxy_id: identity.proxy_id,
    target: options.targets.map(formatAddress).join(","),
    stats_to: options.statsTo ? formatAddress(options.statsTo) : undefined,
  });

  const stop = async () => {
    listener.close();
    await accepting;
    sessions.drain();
    await reporter?.drain();
    await sessions.ended(options.drainTimeout * 1000);
    clearInterval(ticker);
    await health?.stop();
    upstreams.close();
    await reporter?.stop();
    log.info(`${options.mode} proxy on ${listenText(addr)} stopped`);
  };
  let stopping: Promise<void> | null = null;
  return { addr, proxyId: identity.proxy_id, stop: () => stopping ??= stop() };
}

function listen(address: Address, tcpBacklog: number): Deno.TcpListener {
  try {
    return Deno.listen({ hostname: address.host, port: address.port, tcpBacklog });
  } catch (error) {
    throw new ListenError("tcp", address, error);
  }
}

interface Parts {
  collector: Collector;
  identity: Identity;
  pool: BufferPool;
  upstreams: UpstreamPool;
  /** Of the tcp mode alone. */
  balancer: Balancer | null;
}

function createHandler(options: ProxyOptions, deps: ProxyDeps, parts: Parts): Handler {
  const handler = createModeHandler(options, deps, parts);
  const { acceptProxy: trusted } = options;
  return trusted.length > 0 ? acceptProxy(handler, trusted.map(parseCidr), parts.pool) : handler;
}

function createModeHandler(
  options: ProxyOptions,
  deps: ProxyDeps,
  { collector, identity, pool, upstreams, balancer }: Parts,
): Handler {
  const dial = deps.dial ?? createDial({ timeout: options.connectTimeout });
  const { auth, mode, retries, proxyProtocol } = options;
  if (balancer) return createTcpHandler({ balancer, retries, proxyProtocol, dial, pool });
  if (mode === "socks5") return createSocks5Handler({ auth, dial, pool });
  const via = `rustproxy-${identity.boot_id.slice(0, 8)}`;
  return createHttpHandler({
    auth,
    dial,
    pool,
    upstreams,
    via,
    count: (reason) => collector.count(reason),
  });
}

/** A dial of their own, since they have less time than a client's connection. */
function startHealthChecks(options: ProxyOptions, deps: ProxyDeps, { backends }: Balancer) {
  const { healthcheck, proxyProtocol } = options;
  if (!healthcheck) return null;
  const dial = deps.dial ?? createDial({ timeout: healthcheck.timeout });
  return new HealthChecker(backends, healthcheck, { dial, proxyProtocol });
}

function startReporter(options: ProxyOptions, { identity, collector, balancer }: Parts) {
  const sender = new DatagramSender(options.statsTo!);
  const reporter = new Reporter(collector, identity, {
    interval: options.reportInterval,
    send: (bytes) => sender.send(bytes),
    backends: balancer ? () => balancer.records() : undefined,
  });
  reporter.start();
  return {
    drain: () => reporter.drain(),
    stop: async () => {
      await reporter.stop();
      sender.close();
    },
  };
}

function identify(options: ProxyOptions, deps: ProxyDeps, addr: Deno.NetAddr): Identity {
  const listen_addr = listenText(addr);
  const name = options.id ?? `${deps.host}_${options.mode}_${listen_addr}`;
  return {
    proxy_id: name.replace(/[^A-Za-z0-9._-]/g, "_").slice(0, 128),
    boot_id: crypto.getRandomValues(new Uint8Array(16)).toHex(),
    proxy_type: options.mode,
    listen_addr,
    host: deps.host.slice(0, 255),
    version: deps.version,
    start_time: Date.now() / 1000,
  };
}

function listenText(addr: Deno.NetAddr): string {
  return formatAddress({ host: unmapIPv4(addr.hostname), port: addr.port });
}

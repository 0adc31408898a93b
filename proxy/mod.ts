import { getLogger } from "@logtape/logtape";
import { type Address, formatAddress, ListenError, unmapIPv4 } from "./net/address.ts";
import { BufferPool } from "./net/buffer.ts";
import { createDial, type Dial } from "./net/dial.ts";
import { acceptLoop } from "./net/listener.ts";
import type { Handler } from "./net/session.ts";
import { Sessions } from "./sessions.ts";
import { createHttpHandler } from "./http/handler.ts";
import { UpstreamPool } from "./http/pool.ts";
import type { ProxyOptions } from "./options.ts";
import { createSocks5Handler } from "./socks5/handler.ts";
import { Collector } from "./stats/collector.ts";
import { type Identity, Reporter } from "./stats/reporter.ts";
import { DatagramSender } from "./stats/sender.ts";
import { createTcpHandler } from "./tcp/handler.ts";

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
  const listener = listen(options.listen);
  const addr = listener.addr as Deno.NetAddr;
  const collector = new Collector();
  const identity = identify(options, deps, addr);
  const pool = new BufferPool();
  const upstreams = new UpstreamPool(pool);
  const handler = createHandler(options, deps, { collector, identity, pool, upstreams });
  const sessions = new Sessions(handler, collector);
  const reporter = options.statsTo && startReporter(options, identity, collector);

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
    target: options.target ? formatAddress(options.target) : undefined,
    stats_to: options.statsTo ? formatAddress(options.statsTo) : undefined,
  });

  const stop = async () => {
    listener.close();
    await accepting;
    sessions.drain();
    await reporter?.drain();
    await sessions.ended(options.drainTimeout * 1000);
    clearInterval(ticker);
    upstreams.close();
    await reporter?.stop();
    log.info(`${options.mode} proxy on ${listenText(addr)} stopped`);
  };
  let stopping: Promise<void> | null = null;
  return { addr, proxyId: identity.proxy_id, stop: () => stopping ??= stop() };
}

function listen(address: Address): Deno.TcpListener {
  try {
    return Deno.listen({ hostname: address.host, port: address.port });
  } catch (error) {
    throw new ListenError("tcp", address, error);
  }
}

interface Parts {
  collector: Collector;
  identity: Identity;
  pool: BufferPool;
  upstreams: UpstreamPool;
}

function createHandler(
  options: ProxyOptions,
  deps: ProxyDeps,
  { collector, identity, pool, upstreams }: Parts,
): Handler {
  const dial = deps.dial ?? createDial({ timeout: options.connectTimeout });
  const { auth, mode, target } = options;
  if (mode === "tcp") {
    if (!target) throw new TypeError("a tcp proxy needs a target");
    return createTcpHandler(target, dial, pool);
  }
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

function startReporter(options: ProxyOptions, identity: Identity, collector: Collector) {
  const sender = new DatagramSender(options.statsTo!);
  const reporter = new Reporter(collector, identity, {
    interval: options.reportInterval,
    send: (bytes) => sender.send(bytes),
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

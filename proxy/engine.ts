import { getLogger } from "@logtape/logtape";
import { Blocks } from "./access/blocks.ts";
import { Gate } from "./access/gate.ts";
import { createCredentialCheck, type CredentialCheck } from "./auth/check.ts";
import { WorkerHasher } from "./auth/hasher.ts";
import { isSame } from "./control/differences.ts";
import { obey, type Ordered } from "./control/engine_orders.ts";
import type { EngineOrder, Outcome } from "./control/outcome.ts";
import { type Resolver, resolverFor } from "./dns/resolver.ts";
import { Door } from "./door.ts";
import { OptionFiles } from "./files.ts";
import { Handlers } from "./handlers.ts";
import { UpstreamPool } from "./http/pool.ts";
import { ConnectionLimits } from "./limits.ts";
import { type Address, ListenError } from "./net/address.ts";
import { BufferPool } from "./net/buffer.ts";
import { parseCidr } from "./net/cidr.ts";
import { DatagramBuffers } from "./net/datagram_buffers.ts";
import { createDial, type Dial } from "./net/dial.ts";
import { createBandwidth } from "./net/throttle.ts";
import type { Limits, ProxyOptions } from "./options.ts";
import { FileError } from "./reloaded.ts";
import type { Serving } from "./serving.ts";
import { type ClientGate, Sessions } from "./sessions.ts";
import { Collector } from "./stats/collector.ts";
import { Balancer } from "./tcp/balancer.ts";
import { HealthChecker } from "./tcp/health.ts";

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

const TICK_MS = 250;
/** Who was looking a name up when the servers changed gets the answer, if it comes within this time. */
const LOOKUP_MS = 60_000;

/** Listens and serves; throws {@link ListenError} or FileError with nothing left open. */
export function startEngine(options: ProxyOptions, deps: EngineDeps): Serving {
  return new Engine(options, deps);
}

class Engine implements Serving, Ordered {
  readonly source: Collector;
  readonly sessions: Sessions;
  readonly gate: Gate;
  readonly blocks = new Blocks();
  readonly upstreams: UpstreamPool;
  readonly balancer: Balancer | null;
  readonly #deps: EngineDeps;
  readonly #pool = new BufferPool();
  readonly #datagrams = new DatagramBuffers();
  readonly #connections: ConnectionLimits;
  readonly #handlers = new Handlers();
  /** One for all checks that follow each other: those under way go on. */
  readonly #hasher = new WorkerHasher();
  readonly #warned = new Set<string>();
  readonly #ticker: ReturnType<typeof setInterval>;
  #options: ProxyOptions;
  #files: OptionFiles;
  #door: Door;
  #auth: CredentialCheck | null;
  #resolver: Resolver;
  #formerResolvers: { resolver: Resolver; until: number }[] = [];
  #health: HealthChecker | null;

  constructor(options: ProxyOptions, deps: EngineDeps) {
    this.#deps = deps;
    this.#options = options;
    this.#files = new OptionFiles(options, deps.reusePort);
    this.#door = this.#openDoor(options.listen);
    this.source = new Collector(undefined, deps.ids);
    this.gate = new Gate(options.access);
    this.upstreams = new UpstreamPool(this.#pool);
    this.balancer = options.mode === "tcp" ? new Balancer(options) : null;
    this.#resolver = resolverFor(options.dns);
    this.#auth = this.#createAuth();
    this.#connections = new ConnectionLimits(options.limits);
    this.sessions = new Sessions(this.#createHandler(), this.source, {
      connections: this.#connections,
      bandwidth: createBandwidth(options.limits),
      idleTimeout: options.limits.idleTimeout,
      trusted: options.acceptProxy.map(parseCidr),
      gate: this.#clientGate(),
    });
    this.#health = this.#startHealthChecks();
    this.#files.watch();
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
  }

  get addr(): Deno.NetAddr {
    return this.#door.addr;
  }

  get door(): Door {
    return this.#door;
  }

  backends() {
    return this.balancer?.records() ?? [];
  }

  async execute(order: EngineOrder): Promise<Outcome> {
    return await obey(this, order);
  }

  async apply(next: ProxyOptions): Promise<Outcome> {
    let files: OptionFiles;
    const formerDoor = this.#moves(next.listen) ? this.#door : null;
    try {
      // First what may fail: until then nothing has changed.
      files = new OptionFiles(next, this.#deps.reusePort, this.#files);
      if (formerDoor) this.#door = await this.#openDoor(next.listen).likewise(formerDoor);
    } catch (error) {
      if (error instanceof ListenError || error instanceof FileError) {
        return { error: error.message };
      }
      throw error;
    }
    this.#goOver(next, files);
    await formerDoor?.close();
    return { error: "" };
  }

  /** True where this is neither what was asked for before nor what is listened on. */
  #moves(listen: Address): boolean {
    const { hostname: host, port } = this.addr;
    return !isSame(listen, this.#options.listen) && !isSame(listen, { host, port });
  }

  #goOver(next: ProxyOptions, files: OptionFiles): void {
    const before = this.#options;
    const is = (...keys: (keyof ProxyOptions)[]) =>
      keys.some((key) => !isSame(before[key], next[key]));
    this.#options = next;
    this.#files.close(files);
    const newUsers = files.users !== this.#files.users;
    this.#files = files;
    files.watch();
    if (is("access")) {
      this.gate.set(next.access);
      // What one client could have made may lead to where it must not go now.
      this.upstreams.renew();
    }
    if (is("limits")) this.#limit(before.limits, next.limits);
    if (is("targets", "lb")) this.balancer?.set(next.targets, next.lb);
    if (is("dns")) this.#renewResolver();
    if (is("auth") || newUsers) {
      this.#auth?.close();
      this.#auth = this.#createAuth();
    }
    this.sessions.limit({
      gate: this.#clientGate(),
      trusted: next.acceptProxy.map(parseCidr),
    });
    this.sessions.handler = this.#createHandler();
    if (is("healthcheck", "proxyProtocol", "dns")) {
      this.#health?.stop();
      this.#health = this.#startHealthChecks();
    } else this.backendsChanged();
  }

  async drain(): Promise<void> {
    await this.#door.close();
    this.sessions.drain();
  }

  async end(): Promise<void> {
    await this.sessions.ended(this.#options.drainTimeout * 1000);
    clearInterval(this.#ticker);
    this.#files.close();
    this.#auth?.close();
    this.#hasher.close();
    await this.#health?.stop();
    this.upstreams.close();
    this.#resolver.close();
    for (const { resolver } of this.#formerResolvers) resolver.close();
  }

  blocksChanged(): void {
    this.sessions.limit({ gate: this.#clientGate() });
  }

  backendsChanged(): void {
    if (this.balancer) this.#health?.check(this.#checked(this.balancer));
  }

  reload(): Promise<string[]> {
    return this.#files.reload();
  }

  #tick(): void {
    const now = Date.now();
    this.sessions.tick(now);
    this.upstreams.tick(now);
    if (this.blocks.size > 0) {
      this.blocks.expire();
      if (this.blocks.size === 0) this.blocksChanged();
    }
    while (this.#formerResolvers.length > 0 && this.#formerResolvers[0].until < now) {
      this.#formerResolvers.shift()!.resolver.close();
    }
  }

  #openDoor(address: Address): Door {
    return new Door(address, {
      backlog: this.#options.limits.backlog,
      reusePort: this.#deps.reusePort,
      onConnection: (conn) => this.sessions.accept(conn),
      onLost: () => this.source.count("accept_aborted"),
      onPause: (code) => this.#warnOfPause(code),
    });
  }

  /** Counts every pause in accepting, and warns of each kind once. */
  #warnOfPause(code: string): void {
    this.source.count(`accept_${code.toLowerCase() || "error"}`);
    if (this.#warned.has(code)) return;
    this.#warned.add(code);
    getLogger(["rustproxy", "proxy"]).warn(
      `Accepting connections pauses: ${code || "unknown error"}` +
        (code === "EMFILE" ? "; raise the limit of open files (LimitNOFILE, ulimit -n)" : ""),
    );
  }

  /** Who says which clients may use the proxy; null where all may, so that nobody has to be asked. */
  #clientGate(): ClientGate | null {
    const { gate, blocks } = this;
    if (blocks.size === 0) return gate.hasClientRules ? gate : null;
    return { client: (ip) => blocks.client(ip) ?? gate.client(ip) };
  }

  #limit(before: Limits, limits: Limits): void {
    this.#connections.set(limits, this.sessions.permits());
    this.sessions.limit({ idleTimeout: limits.idleTimeout });
    const isSameRate = before.bandwidth === limits.bandwidth &&
      before.bandwidthPerConnection === limits.bandwidthPerConnection;
    if (!isSameRate) this.sessions.limit({ bandwidth: createBandwidth(limits) });
  }

  #renewResolver(): void {
    const until = Date.now() + LOOKUP_MS;
    this.#formerResolvers.push({ resolver: this.#resolver, until });
    this.#resolver = resolverFor(this.#options.dns);
    // Names may lead elsewhere now.
    this.upstreams.renew();
  }

  #createAuth(): CredentialCheck | null {
    const hasher = this.#hasher;
    return createCredentialCheck(this.#options.auth, this.#files.users, () => ({
      verify: (hash, password) => hasher.verify(hash, password),
      // The next check needs it.
      close() {},
    }));
  }

  #createHandler() {
    return this.#handlers.create(this.#options, {
      addr: this.addr,
      via: this.#deps.via,
      dial: this.#deps.dial,
      collector: this.source,
      pool: this.#pool,
      datagrams: this.#datagrams,
      upstreams: this.upstreams,
      balancer: this.balancer,
      gate: this.gate,
      resolver: this.#resolver,
      auth: this.#auth,
      certificate: this.#files.certificate,
    });
  }

  /** Those that health checks are for. */
  #checked({ backends }: Balancer) {
    return backends.filter(({ order }) => order !== "disabled");
  }

  #startHealthChecks(): HealthChecker | null {
    const { healthcheck, proxyProtocol } = this.#options;
    if (!healthcheck || !this.balancer) return null;
    const { resolve } = this.#resolver;
    // A dial of their own, since they have less time than a client's connection.
    const dial = this.#deps.dial ?? createDial({ timeout: healthcheck.timeout, resolve });
    return new HealthChecker(this.#checked(this.balancer), healthcheck, { dial, proxyProtocol });
  }
}

import { type Address, ListenError, unmapIPv4 } from "../../proxy/net/address.ts";
import { closeQuietly } from "../../proxy/net/close.ts";
import type { Cidr } from "../../proxy/net/cidr.ts";
import { acceptLoop } from "../../proxy/net/listener.ts";
import type { Certificate } from "../../proxy/tls/certificate.ts";
import { Buffers } from "./bytes.ts";
import type { Deadlines } from "./deadlines.ts";
import { Link } from "./link.ts";
import type { LinkDeps } from "./link_deps.ts";
import { Places } from "./places.ts";
import { type Refusal, refusalReply, Refusals } from "./refusals.ts";
import { TextFrames } from "./server_socket.ts";
import { TlsFront } from "./tls.ts";

/** The bounds of the HTTP side. */
export interface FrontLimits extends Deadlines {
  /** Connections at a time. */
  connections: number;
  /** The same for each client address; null for 256, and this host without a limit of its own. */
  connectionsPerClient: number | null;
  /** The largest message from a WebSocket client, in bytes. */
  maxMessage: number;
}

export const DEFAULT_LIMITS: FrontLimits = {
  connections: 2_048,
  connectionsPerClient: null,
  maxMessage: 64 * 1024,
  head: 10_000,
  body: 30_000,
  idle: 60_000,
  stall: 30_000,
  linger: 2_000,
};

const TICK_MS = 250;
const CUT_MS = 500;

export interface FrontDeps {
  limits: FrontLimits;
  /** The certificate of the moment, where clients speak TLS. */
  certificate: { readonly value: Certificate } | null;
  /** Networks of reverse proxies. */
  proxies: readonly Cidr[];
  /** Connects to the server behind. */
  dial: () => Promise<Deno.TcpConn>;
  /** Accepting has failed, with this code of the system; it goes on by itself. */
  onPause: (code: string) => void;
}

/**
 * Listens where clients connect, and passes whole requests to a server behind, for that one has no limit
 * and no deadline of any kind. Each connection is known to the server by the port that it comes from.
 */
export class Front {
  readonly addr: Deno.NetAddr;
  readonly refusals = new Refusals();
  readonly #listener: Deno.TcpListener;
  readonly #deps: FrontDeps;
  /** The open connections, and what is under way for clients of reverse proxies. */
  readonly places: Places;
  /** The open ones, each with its end. */
  readonly #links = new Map<Link, Promise<void>>();
  readonly #byPort = new Map<number, Link>();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #accepting: Promise<void>;
  readonly #linkDeps: LinkDeps;

  /** Listens; throws {@link ListenError}. */
  constructor(address: Address, deps: FrontDeps) {
    this.#deps = deps;
    const { limits, certificate } = deps;
    this.places = new Places(limits.connections, limits.connectionsPerClient, deps.proxies);
    this.#linkDeps = {
      deadlines: limits,
      tls: certificate && new TlsFront(certificate),
      buffers: new Buffers(),
      frames: new TextFrames(),
      maxMessage: limits.maxMessage,
      now: () => performance.now(),
      dial: (link) => this.#dial(link),
      refuse: (refusal) => this.refusals.note(refusal),
    };
    try {
      this.#listener = Deno.listen({ hostname: address.host, port: address.port });
    } catch (error) {
      throw new ListenError("tcp", address, error);
    }
    this.addr = this.#listener.addr as Deno.NetAddr;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#accepting = acceptLoop(this.#listener, {
      onConnection: (conn) => this.#take(conn),
      onLost: () => {},
      onPause: (code) => this.#pause(code),
    });
  }

  /** Open connections of clients. */
  get connections(): number {
    return this.places.open;
  }

  /** Whose connection comes from this port to the server behind; undefined where it is not ours. */
  find(port: number): Link | undefined {
    return this.#byPort.get(port);
  }

  /** Takes no more connections. */
  async close(): Promise<void> {
    this.#listener.close();
    await this.#accepting;
  }

  /** Resolves once everything that the server behind has said is on its way to the clients. */
  async delivered(): Promise<void> {
    await Promise.all(Array.from(this.#links.keys(), (link) => link.delivered));
  }

  /** Ends every connection, half a second later where TLS cannot deliver what was said; after {@link close}. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    for (const link of this.#links.keys()) link.close();
    const cut = setTimeout(() => {
      for (const link of this.#links.keys()) link.cut();
    }, CUT_MS);
    await Promise.all(this.#links.values());
    clearTimeout(cut);
  }

  #tick(): void {
    const now = performance.now();
    for (const link of this.#links.keys()) link.tick(now);
  }

  #pause(code: string): void {
    if (code === "EMFILE" || code === "ENFILE") this.refusals.note("no_descriptors");
    this.#deps.onPause(code);
  }

  #take(conn: Deno.TcpConn): void {
    let ip: string;
    try {
      ip = unmapIPv4(conn.remoteAddr.hostname);
      conn.setNoDelay();
    } catch {
      // Gone already.
      return closeQuietly(conn);
    }
    const crowded = this.places.enter(ip);
    if (crowded) return this.#turnAway(conn, crowded);
    const link = new Link(conn, ip, this.#linkDeps);
    const end = link.run().finally(() => {
      this.#links.delete(link);
      this.places.leave(ip);
    });
    this.#links.set(link, end);
  }

  // One write at once, and no wait: whoever floods gets no more than that.
  #turnAway(conn: Deno.TcpConn, refusal: Refusal): void {
    this.refusals.note(refusal);
    // Who waits for TLS could not read it.
    if (this.#linkDeps.tls) return closeQuietly(conn);
    const status = refusal === "too_many_of_client" ? 429 : 503;
    const reply = refusalReply(status, refusal, "Too many connections are open");
    conn.write(reply).catch(() => {}).finally(() => closeQuietly(conn));
  }

  async #dial(link: Link): Promise<Deno.TcpConn> {
    const conn = await this.#deps.dial();
    const { port } = conn.localAddr;
    this.#byPort.set(port, link);
    link.onClose = () => {
      if (this.#byPort.get(port) === link) this.#byPort.delete(port);
    };
    conn.setNoDelay();
    return conn;
  }
}

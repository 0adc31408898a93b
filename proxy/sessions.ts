import { getLogger } from "@logtape/logtape";
import { formatAddress, unmapIPv4 } from "./net/address.ts";
import { type Cidr, isWithin } from "./net/cidr.ts";
import { errorCode, Failure, type FailureReason } from "./net/failure.ts";
import { closeQuietly } from "./net/close.ts";
import { type Admission, type Handler, Session } from "./net/session.ts";
import type { Bandwidth } from "./net/throttle.ts";
import type { ConnectionLimits, Permit, Rejection } from "./limits.ts";
import type { Collector, LiveConnection } from "./stats/collector.ts";

/** Ends that are nobody's failure: a client may leave, a proxy may stop. */
const REGULAR_ENDS = new Set([
  "done",
  "drained",
  "idle_timeout",
  "client_gone",
  "client_reset",
  "drain_timeout",
  "closed_by_operator",
]);

const REJECTIONS: Record<Rejection | ClientRefusal, string> = {
  client_blocked: "its client is blocked for a time",
  client_denied: "--allow and --deny do not let its client in",
  max_connections: "--max-connections is reached",
  max_connections_per_client: "--max-connections-per-client is reached",
  accept_rate: "--accept-rate is reached",
};

/** Why a client may not use the proxy. */
export type ClientRefusal = "client_denied" | "client_blocked";

/** Says which clients may use the proxy. */
export interface ClientGate {
  client(ip: string): ClientRefusal | null;
}

export interface SessionLimits {
  connections: ConnectionLimits;
  /** Null where no bandwidth is limited. */
  bandwidth: Bandwidth | null;
  /** Seconds after which a connection on which nothing moves is closed; 0 for never. */
  idleTimeout: number;
  /** Networks whose connections tell the client by a PROXY protocol header: limits by client wait for it. */
  trusted: readonly Cidr[];
  /** Null where every client may use the proxy. */
  gate: ClientGate | null;
}

/** Keepalive is set for connections that last; the system asks after hours or minutes anyway. */
const KEEP_ALIVE_AFTER_MS = 1000;

/** All connections of a proxy: runs the mode's handler for each and keeps its books. */
export class Sessions {
  readonly #log = getLogger(["rustproxy", "proxy"]);
  /** Asked four times a second: the answer costs more than anything else that a short connection has in books. */
  #logEach = this.#log.isEnabledFor("debug");
  readonly #running = new Map<Session, Permit>();
  readonly #collector: Collector;
  #limits: SessionLimits;
  #onEmpty: (() => void) | null = null;

  /** `handler` is what new connections meet; it may be set to another one at any time. */
  constructor(public handler: Handler, collector: Collector, limits: SessionLimits) {
    this.#collector = collector;
    this.#limits = limits;
  }

  /** Sets other limits. Those on connections alone are for new ones, all others for those that run too. */
  limit(limits: Partial<SessionLimits>): void {
    const before = this.#limits;
    this.#limits = { ...before, ...limits };
    const { bandwidth } = this.#limits;
    if (bandwidth === before.bandwidth) return;
    for (const session of this.#running.keys()) session.slow(bandwidth?.throttle() ?? null);
  }

  /** The permits of all that run. */
  permits(): Iterable<Permit> {
    return this.#running.values();
  }

  /** All that run now and fit. */
  matching(fits: (session: Session) => boolean): Session[] {
    return [...this.#running.keys()].filter(fits);
  }

  /** Why this client may not use the proxy as things are now, or null. */
  refusalOf(ip: string): ClientRefusal | null {
    return this.#limits.gate?.client(ip) ?? null;
  }

  /** Takes over an accepted connection, or closes it where a limit stands against it. */
  accept(conn: Deno.TcpConn): void {
    const { hostname, port } = conn.remoteAddr;
    const ip = unmapIPv4(hostname);
    const { connections, bandwidth, trusted, gate } = this.#limits;
    const toldLater = trusted.length > 0 && isWithin(trusted, ip);
    const denied = gate && !toldLater ? gate.client(ip) : null;
    const permit = denied ?? connections.admit(toldLater ? null : ip);
    if (typeof permit === "string") return this.#reject(conn, permit);
    const session = new Session(conn, this.#collector.open(ip, port), bandwidth?.throttle());
    if (toldLater) session.admission = new GatedAdmission(this, permit);
    this.#running.set(session, permit);
    this.#run(session, permit);
  }

  /** Ends the sessions whose deadline has passed at `now`, in ms. */
  tick(now: number): void {
    this.#logEach = this.#log.isEnabledFor("debug");
    const idleMs = this.#limits.idleTimeout * 1000;
    for (const session of this.#running.keys()) {
      session.checkDeadline(now);
      session.relaying?.findReset();
      if (now - session.record.start_time * 1000 > KEEP_ALIVE_AFTER_MS) session.keepAlive();
      if (idleMs > 0) session.checkIdle(now, idleMs);
    }
    this.#limits.connections.tick();
  }

  /** Lets what runs finish, and ends what is idle. */
  drain(): void {
    for (const session of [...this.#running.keys()]) session.drain();
  }

  /** Waits until every session has ended; those that last longer than `ms` are cut. */
  async ended(ms: number): Promise<void> {
    if (this.#running.size === 0) return;
    const empty = new Promise<void>((resolve) => this.#onEmpty = resolve);
    const timer = setTimeout(() => {
      this.#log.warn(`${this.#running.size} connections outlast the drain timeout and are closed`);
      for (const session of [...this.#running.keys()]) session.destroy("drain_timeout");
    }, ms);
    await empty;
    clearTimeout(timer);
  }

  #reject(conn: Deno.TcpConn, reason: keyof typeof REJECTIONS): void {
    const { hostname, port } = conn.remoteAddr;
    const client = unmapIPv4(hostname);
    closeQuietly(conn);
    this.#collector.reject(reason, client, port);
    // Once, since whoever is rejected may come as often as he likes; the counter says how often.
    if (this.#collector.reasons[reason] === 1) {
      this.#log.warn(`A connection was closed at once: ${REJECTIONS[reason]}`, { client });
    } else if (this.#logEach) {
      this.#log.debug("A connection was closed at once", { client, reason });
    }
  }

  async #run(session: Session, permit: Permit): Promise<void> {
    const { record } = session;
    let reason: string;
    try {
      reason = await this.handler(session);
      if (session.endReason) reason = session.endReason;
      this.#collector.end(record, "closed", reason);
    } catch (error) {
      reason = session.endReason || this.#reasonOf(error);
      // A client that was blocked while it was served; one that is refused for it is told so by its handler.
      const isBlocked = session.endReason === "client_blocked";
      const isRegular = isBlocked || REGULAR_ENDS.has(reason);
      this.#collector.end(record, isRegular ? "closed" : "failed", reason);
    } finally {
      permit[Symbol.dispose]();
      session.close();
      this.#running.delete(session);
      if (this.#running.size === 0) this.#onEmpty?.();
    }
    if (this.#logEach) this.#logEnd(record, reason);
  }

  #logEnd(record: LiveConnection, reason: string): void {
    this.#log.debug("Connection ended", {
      id: record.id,
      client: formatAddress({ host: record.client_ip, port: record.client_port }),
      target: record.target,
      user: record.user,
      bytes_sent: record.bytes_sent,
      bytes_received: record.bytes_received,
      reason,
    });
  }

  #reasonOf(error: unknown): string {
    if (error instanceof Failure) return error.reason;
    const code = errorCode(error);
    if (code === "ECONNRESET" || code === "ENOTCONN") return "client_reset";
    if (code === "EPIPE" || code === "EINVAL") return "client_gone";
    this.#log.error(
      `A connection failed for an unknown reason: ${(error as Error)?.stack ?? error}`,
    );
    return "internal_error";
  }
}

/**
 * Asks the gate that holds when the client is told, and before the limits, so that one that may not use the
 * proxy takes nothing of them.
 */
class GatedAdmission implements Admission {
  constructor(readonly sessions: Sessions, readonly permit: Permit) {}

  identify(ip: string): FailureReason | null {
    return this.sessions.refusalOf(ip) ?? this.permit.identify(ip);
  }
}

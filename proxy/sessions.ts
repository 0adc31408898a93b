import { getLogger } from "@logtape/logtape";
import { formatAddress, unmapIPv4 } from "./net/address.ts";
import { errorCode, Failure } from "./net/failure.ts";
import { type Handler, Session } from "./net/session.ts";
import type { Collector, LiveConnection } from "./stats/collector.ts";

/** Ends that are nobody's failure: a client may leave, a proxy may stop. */
const REGULAR_ENDS = new Set([
  "done",
  "drained",
  "idle_timeout",
  "client_gone",
  "client_reset",
  "drain_timeout",
]);

/** All connections of a proxy: runs the mode's handler for each and keeps its books. */
export class Sessions {
  readonly #log = getLogger(["rustproxy", "proxy"]);
  /** Asked once: the answer costs more than anything else that a short connection has in books. */
  readonly #logEach = this.#log.isEnabledFor("debug");
  readonly #running = new Set<Session>();
  readonly #handler: Handler;
  readonly #collector: Collector;
  #onEmpty: (() => void) | null = null;

  constructor(handler: Handler, collector: Collector) {
    this.#handler = handler;
    this.#collector = collector;
  }

  /** Takes over an accepted connection. */
  accept(conn: Deno.TcpConn): void {
    const { hostname, port } = conn.remoteAddr;
    const session = new Session(conn, this.#collector.open(unmapIPv4(hostname), port));
    this.#running.add(session);
    this.#run(session);
  }

  /** Ends the sessions whose deadline has passed at `now`, in ms. */
  tick(now: number): void {
    for (const session of this.#running) session.checkDeadline(now);
  }

  /** Lets what runs finish, and ends what is idle. */
  drain(): void {
    for (const session of [...this.#running]) session.drain();
  }

  /** Waits until every session has ended; those that last longer than `ms` are cut. */
  async ended(ms: number): Promise<void> {
    if (this.#running.size === 0) return;
    const empty = new Promise<void>((resolve) => this.#onEmpty = resolve);
    const timer = setTimeout(() => {
      this.#log.warn(`${this.#running.size} connections outlast the drain timeout and are closed`);
      for (const session of [...this.#running]) session.destroy("drain_timeout");
    }, ms);
    await empty;
    clearTimeout(timer);
  }

  async #run(session: Session): Promise<void> {
    const { record } = session;
    let reason: string;
    try {
      session.client.setNoDelay(true);
      session.client.setKeepAlive(true);
      reason = await this.#handler(session);
      if (session.endReason) reason = session.endReason;
      this.#collector.end(record, "closed", reason);
    } catch (error) {
      reason = session.endReason || this.#reasonOf(error);
      this.#collector.end(record, REGULAR_ENDS.has(reason) ? "closed" : "failed", reason);
    } finally {
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

import { closeQuietly } from "./close.ts";
import type { LiveConnection } from "../stats/collector.ts";
import type { Address } from "./address.ts";
import type { Cancelable } from "./dial.ts";
import type { FailureReason } from "./failure.ts";
import type { Relaying } from "./relay.ts";
import { setKeepAlive } from "./socket_options.ts";
import type { Throttle } from "./throttle.ts";

/** What a mode does with an accepted connection: returns the reason of its regular end, or throws Failure. */
export type Handler = (session: Session) => Promise<string>;

/** Why a session was ended from outside. */
export type EndReason = FailureReason | "drained" | "idle_timeout" | "closed_by_operator";

/** Where a client is told to that became known only after its connection was taken. */
export interface Admission {
  /** Returns the limit that stands against this client, or null. */
  identify(ip: string): FailureReason | null;
}

/** One accepted connection: its sockets, its record, and what can end it from outside. */
export class Session implements Cancelable {
  cancel: (() => void) | null = null;
  /** The connection towards the target, once there is one. */
  upstream: Deno.TcpConn | null = null;
  /** Bytes of the client that were read before the mode's handler; they come first. */
  early: Uint8Array | undefined = undefined;
  /** Where the client had connected to, if a PROXY protocol header told. */
  destination: Address | null = null;
  /** Set where a PROXY protocol header has yet to tell who the client is. */
  admission: Admission | null = null;
  /** The relay between both connections, while one runs. */
  relaying: Relaying | null = null;
  /** True once the proxy drains: finish what runs, begin nothing. */
  draining = false;
  /** True between two requests, when nothing is lost by closing. */
  idle = false;
  /** True while an answer is awaited that has not begun: when that idles, the client can still be told. */
  awaiting = false;
  /** Set where the connection towards the target was closed since nothing moved while an answer was awaited. */
  gaveUp = false;
  /** Set where the session was ended from outside; goes before the reason that its handler sees. */
  endReason: EndReason | "" = "";
  #closed = false;
  /** The connections that keepalive is on for. */
  #clientKept = false;
  #upstreamKept: Deno.Conn | null = null;
  #deadline = Infinity;
  #onExpire: ((session: Session) => void) | null = null;
  /** What the record said when something was last seen to move, and when that was, in ms. */
  #progress = -1;
  #movedAt = 0;
  #throttle: Throttle | null;

  constructor(
    public client: Deno.TcpConn,
    readonly record: LiveConnection,
    throttle: Throttle | null = null,
  ) {
    this.#throttle = throttle;
  }

  /** Slows the connection; null where no bandwidth is limited. It may be another one at any time. */
  get throttle(): Throttle | null {
    return this.#throttle;
  }

  /** Slows the connection from now on as this does, and no longer as before; what waits goes on at once. */
  slow(throttle: Throttle | null): void {
    const before = this.#throttle;
    this.#throttle = throttle;
    if (this.#closed) throttle?.close();
    this.relaying?.slow(throttle);
    before?.close();
  }

  /** Who the client is, unmapped. */
  get clientIp(): string {
    return this.record.client_ip;
  }

  /** Takes over the connection towards the target; from now on the record is active. */
  connected(upstream: Deno.TcpConn): void {
    this.upstream = upstream;
    this.record.state = "active";
    // Ended while the dial was under way: what came of it has no use any more.
    if (this.#closed) this.close();
  }

  /** Puts a connection over the client's own in its place. */
  wrap(client: Deno.TcpConn): void {
    this.client = client;
    // Ended while it was being made: then so does this one.
    if (this.#closed) closeQuietly(client);
  }

  /** Turns keepalive on where it is not on yet; for sessions that last. */
  keepAlive(): void {
    if (!this.#clientKept) setKeepAlive(this.client);
    this.#clientKept = true;
    if (!this.upstream || this.upstream === this.#upstreamKept) return;
    this.#upstreamKept = this.upstream;
    setKeepAlive(this.upstream);
  }

  /** Ends the session as `handshake_timeout`, or calls `onExpire` first, unless this is called again within `seconds`. */
  expireIn(seconds: number, onExpire: ((session: Session) => void) | null = null): void {
    this.#deadline = Date.now() + seconds * 1000;
    this.#onExpire = onExpire;
  }

  /** Takes the deadline away. */
  expireNever(): void {
    this.#deadline = Infinity;
    this.#onExpire = null;
  }

  /** Ends the session if its deadline has passed at `now` (ms). */
  checkDeadline(now: number): void {
    if (now < this.#deadline) return;
    const onExpire = this.#onExpire;
    this.expireNever();
    if (onExpire) onExpire(this);
    else this.destroy("handshake_timeout");
  }

  /**
   * Ends the session as `idle_timeout` if between ticks that span `ms` nothing has moved either way. A dial,
   * a handshake and the wait for a next request have limits of their own and do not count.
   */
  checkIdle(now: number, ms: number): void {
    const { bytes_sent, bytes_received, last_activity } = this.record;
    const progress = bytes_sent + bytes_received + last_activity;
    if (progress !== this.#progress || !this.#mayIdle) {
      this.#progress = progress;
      this.#movedAt = now;
    } else if (now - this.#movedAt >= ms) this.#idledOut();
  }

  #idledOut(): void {
    if (!this.awaiting || !this.upstream) return this.destroy("idle_timeout");
    this.gaveUp = true;
    this.awaiting = false;
    closeQuietly(this.upstream);
  }

  get #mayIdle(): boolean {
    return this.record.state === "active" && this.cancel === null && this.#deadline === Infinity &&
      !this.#throttle?.waiting;
  }

  /** Asks the session to end when it can; an idle one ends at once. */
  drain(): void {
    this.draining = true;
    if (this.idle) this.destroy("drained");
  }

  /** Ends the session now: cancels a dial, closes both sockets. */
  destroy(reason: EndReason): void {
    this.endReason ||= reason;
    this.cancel?.();
    this.close();
  }

  /** Closes both sockets; harmless when they are closed already. */
  close(): void {
    // Closing twice would throw, which costs more than all the rest of a short connection.
    if (!this.#closed) closeQuietly(this.client);
    this.#closed = true;
    if (this.upstream) closeQuietly(this.upstream);
    this.upstream = null;
    this.#throttle?.close();
  }
}

import { type Address, formatAddress } from "../net/address.ts";
import type { Traffic } from "../net/relay.ts";
import type { BackendRecord } from "../stats/backend_record.ts";
import type { Target } from "./target.ts";

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** A backend as whoever runs the proxy wants it. */
export type BackendOrder = "enabled" | "drained" | "disabled" | "removed";

/** One target of the balancer: whether it can be used, and what it has done since the start. */
export class Backend {
  readonly name: string;
  readonly address: Address;
  weight: number;
  /** Only one that is enabled is chosen. */
  order: BackendOrder = "enabled";
  /** False while the health checks fail. */
  healthy = true;
  /** How long the last health check took that passed; null if the last one did not. */
  checkLatencyMs: number | null = null;
  /** Its credit in the smooth weighted round robin. */
  credit = 0;
  readonly #live = new Set<Traffic>();
  #total = 0;
  #errors = 0;
  #sent = 0;
  #received = 0;
  /** Not zero from a failure until the next success. */
  #pauseMs = 0;
  /** When the pause that the last failure began is over. */
  #pausedUntil = 0;
  /** When it may be used; later than that while a first connection tries it. */
  #asideUntil = 0;

  constructor({ host, port, weight }: Target) {
    this.address = { host, port };
    this.name = formatAddress(this.address);
    this.weight = weight;
  }

  /** Connections that it has now, those being made included. */
  get active(): number {
    return this.#live.size;
  }

  /** True if it is neither down nor set aside at `now`, in ms. */
  isUsable(now: number): boolean {
    return this.healthy && now >= this.#asideUntil;
  }

  /** True from a failure until the next success. */
  get isSetAside(): boolean {
    return this.#pauseMs > 0;
  }

  /** Begins a connection, to be ended with {@link close}. */
  open(connection: Traffic, now: number): void {
    this.#total++;
    this.#live.add(connection);
    // After a pause one connection tries it; the others wait for what becomes of that.
    if (this.#pauseMs > 0 && now >= this.#asideUntil) this.#asideUntil = now + this.#pauseMs;
  }

  /** Ends a connection; its bytes count until then as they stand, and afterwards as they were. */
  close(connection: Traffic): void {
    if (!this.#live.delete(connection)) return;
    this.#sent += connection.bytes_sent;
    this.#received += connection.bytes_received;
  }

  /** A connection was made: it is used again at once. Returns true if it had been set aside. */
  succeeded(): boolean {
    if (this.#pauseMs === 0) return false;
    this.#pauseMs = this.#pausedUntil = this.#asideUntil = 0;
    return true;
  }

  /**
   * A connection that began at `startedAt` could not be made: it is set aside, and again for twice as
   * long if the first try after that fails. Returns true if it was not set aside before. Times in ms.
   */
  failed(startedAt: number, now: number): boolean {
    this.#errors++;
    const first = this.#pauseMs === 0;
    // Those that were under way together, or were made because all others fail too, say nothing new.
    if (!first && startedAt < this.#pausedUntil) return false;
    this.#pauseMs = first ? FIRST_PAUSE_MS : Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
    this.#pausedUntil = this.#asideUntil = now + this.#pauseMs;
    return first;
  }

  /** May be chosen again; what is known of its health is old, and the next connection or check tells. */
  comeBack(): void {
    this.order = "enabled";
    this.healthy = true;
    this.checkLatencyMs = null;
    this.succeeded();
  }

  get #state(): BackendRecord["state"] {
    if (this.order !== "enabled") return this.order;
    return !this.healthy ? "down" : this.isSetAside ? "set_aside" : "up";
  }

  /** What a report says of it. */
  record(): BackendRecord {
    let sent = this.#sent;
    let received = this.#received;
    for (const connection of this.#live) {
      sent += connection.bytes_sent;
      received += connection.bytes_received;
    }
    return {
      name: this.name,
      weight: this.weight,
      state: this.#state,
      active_connections: this.active,
      total_connections: this.#total,
      bytes_sent: sent,
      bytes_received: received,
      errors: this.#errors,
      check_latency_ms: this.checkLatencyMs,
    };
  }
}

import type { ConnectionRecord } from "../../proxy/stats/report.ts";
import { BackendTable } from "./backends.ts";
import { ConnectionTable, type Room } from "./connections.ts";
import { LossWindow } from "./loss.ts";
import { RateMeter } from "./rate.ts";
import type { ProxyState, Report } from "./report.ts";

const OFFLINE_MS = 30_000;
const MAX_REASONS = 200;
const REMEMBERED_BOOTS = 8;

/** The figures that a restart must not set back. */
export interface Totals {
  total_connections: number;
  failed_connections: number;
  rejected_connections: number;
  total_bytes_sent: number;
  total_bytes_received: number;
}

/** One proxy of the fleet: its current boot, and the sums of those before. */
export class ProxyEntry {
  readonly id: string;
  connections: ConnectionTable;
  readonly backends: BackendTable;
  reasons = new Map<string, number>();
  lastSeenMs: number;
  readonly #room: Room;
  #state: ProxyState;
  #shift: number;
  #loss = new LossWindow();
  #rate = new RateMeter();
  #past = noTotals();
  #formerBoots: string[] = [];
  #countedSince: number | null = null;

  constructor({ proxy }: Report, atMs: number, room: Room) {
    this.id = proxy.proxy_id;
    this.connections = new ConnectionTable(room);
    this.backends = new BackendTable(room);
    this.lastSeenMs = atMs;
    this.#room = room;
    this.#state = { ...proxy, seq: -1 };
    this.#shift = shiftOf(proxy, atMs);
  }

  /** The newest report's own words; its times are the proxy's clock, see {@link onManagerClock}. */
  get state(): Readonly<ProxyState> {
    return this.#state;
  }

  get startTime(): number {
    return this.onManagerClock(this.#state.start_time);
  }

  get countedSince(): number {
    return this.#countedSince ?? this.startTime;
  }

  /** Totals of all boots since {@link countedSince}. */
  get totals(): Totals {
    return sum(this.#past, this.#state);
  }

  /** Seconds from its start to `untilMs`. */
  uptime(untilMs: number): number {
    return Math.max(0, Math.round(untilMs - this.startTime * 1000) / 1000);
  }

  /** A time that the proxy reported, in Unix seconds of the manager's clock. */
  onManagerClock(seconds: number): number {
    return Math.max(0, Math.round((seconds + this.#shift) * 1000) / 1000);
  }

  status(nowMs: number): "online" | "stale" | "offline" | "stopped" {
    if (this.#state.state === "stopped") return "stopped";
    const silenceMs = nowMs - this.lastSeenMs;
    const intervalMs = this.#state.interval * 1000;
    if (silenceMs >= Math.max(OFFLINE_MS, 6 * intervalMs)) return "offline";
    return silenceMs >= 2 * intervalMs ? "stale" : "online";
  }

  /** True while the proxy counts as running: online or stale. */
  isUp(nowMs: number): boolean {
    const status = this.status(nowMs);
    return status === "online" || status === "stale";
  }

  /** Bytes a second over the last interval; nothing once it is silent. */
  rates(nowMs: number): { sent: number; received: number } {
    return this.status(nowMs) === "online" ? this.#rate : { sent: 0, received: 0 };
  }

  lossPercent(nowMs: number): number {
    return this.#loss.percent(nowMs);
  }

  /** How many live connections the proxy left out of its reports or found no room here. */
  omitted(nowMs: number): number {
    const refusedAt = this.connections.refusedAtMs;
    const here = refusedAt !== null && nowMs - refusedAt <= this.#liveMs()
      ? Math.max(0, this.#state.active_connections - this.connections.live)
      : 0;
    return Math.max(this.#state.omitted_connections, here);
  }

  /** Takes a report; returns the ids of the connections that changed, or null if it is a former boot's. */
  apply(report: Report, atMs: number): number[] | null {
    const { proxy } = report;
    let changed: number[] = [];
    if (proxy.boot_id !== this.#state.boot_id) {
      if (this.#isFormer(proxy, atMs)) return null;
      changed = this.#startBoot(proxy, atMs);
    }
    this.lastSeenMs = atMs;
    // The quickest datagram tells the difference of the clocks best; slower ones would make times jump.
    this.#shift = Math.min(this.#shift, shiftOf(proxy, atMs));
    if (proxy.seq !== null) this.#loss.receive(proxy.seq, atMs);
    if (this.#isNewer(proxy)) {
      this.#state = proxy;
      const { total_bytes_sent, total_bytes_received, interval } = proxy;
      this.#rate.update(atMs, total_bytes_sent, total_bytes_received, interval * 1000);
    }
    this.#noteReasons(report.reasons);
    this.backends.take(report.backends, proxy.seq ?? 0);
    return changed.concat(this.#takeConnections(report, atMs));
  }

  /** Drops connections that are too old; returns their ids. */
  prune(nowMs: number): number[] {
    return this.connections.prune(nowMs, this.#liveMs());
  }

  #liveMs(): number {
    return 1000 * Math.max(5 * this.#state.refresh_s, 2 * this.#state.interval);
  }

  #isNewer(proxy: ProxyState): boolean {
    const { seq, sent_at } = this.#state;
    return proxy.seq === null || seq === null ? proxy.sent_at >= sent_at : proxy.seq > seq;
  }

  // A boot that has ended stays ended. Its start, on our clock, also tells an earlier one that was
  // never seen; once the current one is silent that is not asked, for clocks can be set back.
  #isFormer(proxy: ProxyState, atMs: number): boolean {
    if (this.#formerBoots.includes(proxy.boot_id)) return true;
    return this.isUp(atMs) && proxy.start_time + shiftOf(proxy, atMs) < this.startTime;
  }

  #startBoot(proxy: ProxyState, atMs: number): number[] {
    this.#countedSince = this.countedSince;
    this.#past = this.totals;
    this.#formerBoots = [...this.#formerBoots, this.#state.boot_id].slice(-REMEMBERED_BOOTS);
    const gone = this.connections.keepOnly(new Set());
    this.connections = new ConnectionTable(this.#room);
    this.backends.clear();
    this.reasons.clear();
    this.#rate.reset();
    this.#loss = new LossWindow();
    this.#shift = shiftOf(proxy, atMs);
    this.#state = { ...proxy, seq: -1 };
    return gone;
  }

  #takeConnections({ connections, complete }: Report, atMs: number): number[] {
    const changed = connections.flatMap((record: ConnectionRecord) =>
      this.connections.upsert(record, atMs)
    );
    if (!complete) return changed;
    return changed.concat(this.connections.keepOnly(new Set(connections.map(({ id }) => id))));
  }

  #noteReasons(reasons: Record<string, number>): void {
    for (const [reason, n] of Object.entries(reasons)) {
      const known = this.reasons.get(reason);
      if (known === undefined && this.reasons.size >= MAX_REASONS) continue;
      this.reasons.set(reason, Math.max(known ?? 0, n));
    }
  }
}

/** Adds figures without leaving the integers that JSON readers can hold. */
export function sum(a: Totals, b: Totals): Totals {
  return {
    total_connections: add(a.total_connections, b.total_connections),
    failed_connections: add(a.failed_connections, b.failed_connections),
    rejected_connections: add(a.rejected_connections, b.rejected_connections),
    total_bytes_sent: add(a.total_bytes_sent, b.total_bytes_sent),
    total_bytes_received: add(a.total_bytes_received, b.total_bytes_received),
  };
}

/** Totals of nothing. */
export function noTotals(): Totals {
  return {
    total_connections: 0,
    failed_connections: 0,
    rejected_connections: 0,
    total_bytes_sent: 0,
    total_bytes_received: 0,
  };
}

/** A sum of counts, at most the largest safe integer. */
export function add(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER);
}

function shiftOf(proxy: ProxyState, atMs: number): number {
  return atMs / 1000 - proxy.sent_at;
}

import { BackendTable } from "./backends.ts";
import { Boots } from "./boots.ts";
import { ProxyClock, shifted } from "./clock.ts";
import { ConnectionTable } from "./connections.ts";
import { Hearing } from "./hearing.ts";
import { ReportedLabels } from "./labels.ts";
import { ReportedLimits } from "./limits.ts";
import { LossWindow } from "./loss.ts";
import { Patience } from "./patience.ts";
import { RateMeter } from "./rate.ts";
import { ReasonCounters } from "./reasons.ts";
import type { ProxyState, Report } from "./report.ts";
import type { Room } from "./room.ts";
import type { SavedProxy } from "./saved.ts";
import type { Totals } from "./totals.ts";

/** Nobody is taken for gone before so long a silence. */
export const OFFLINE_MS = 30_000;
/** A datagram may come this late; one that seems to come later is from a clock that was set. */
const MAX_DELAY_S = 60;

/** One proxy of the fleet: its current boot, and the sums of those before. */
export class ProxyEntry {
  readonly id: string;
  /** Whether it takes orders from here; who knows that sets it. */
  controlled = false;
  /** When it was first heard of, in Unix milliseconds. */
  readonly firstSeenMs: number;
  readonly connections: ConnectionTable;
  readonly backends: BackendTable;
  readonly reasons: ReasonCounters;
  readonly limits = new ReportedLimits();
  readonly labels: ReportedLabels;
  lastSeenMs: number;
  /** Datagrams of it that were taken. */
  datagrams = 0;
  /** Datagrams in its name that were dropped, by reason. */
  readonly dropped = new Map<string, number>();
  #state: ProxyState;
  #clock: ProxyClock;
  #startShift: number;
  #loss = new LossWindow();
  #rate = new RateMeter();
  #patience = new Patience();
  #hearing = new Hearing();
  readonly #boots: Boots;
  #bootSeenMs: number;
  #countedSince: number | null = null;
  /** Known from an earlier run of the manager, and not heard of in this one. */
  #onlyRemembered = false;

  constructor({ proxy }: Report, atMs: number, room: Room) {
    this.id = proxy.proxy_id;
    this.firstSeenMs = this.lastSeenMs = this.#bootSeenMs = atMs;
    this.connections = new ConnectionTable(room);
    this.backends = new BackendTable(room);
    this.reasons = new ReasonCounters(room);
    this.labels = new ReportedLabels(room);
    this.#boots = new Boots(proxy.boot_id);
    this.#clock = new ProxyClock(proxy.sent_at, atMs);
    this.#startShift = this.#clock.shift.seconds;
    this.#state = proxy;
  }

  /** The newest report's own words; its times are the proxy's clock, see {@link onManagerClock}. */
  get state(): Readonly<ProxyState> {
    return this.#state;
  }

  /** In Unix seconds of the manager's clock; no setting of the proxy's moves it. */
  get startTime(): number {
    return shifted(this.#state.start_time, { seconds: this.#startShift });
  }

  get countedSince(): number {
    return this.#countedSince ?? this.startTime;
  }

  /** Totals of all boots since {@link countedSince}. */
  get totals(): Totals {
    return this.#boots.totals;
  }

  /** Datagrams in its name that were dropped. */
  get droppedDatagrams(): number {
    return this.dropped.values().reduce((sum, n) => sum + n, 0);
  }

  /** Seconds from its start to `untilMs`. */
  uptime(untilMs: number): number {
    return Math.max(0, Math.round(untilMs - this.startTime * 1000) / 1000);
  }

  /** A time that the proxy reported just now, in Unix seconds of the manager's clock. */
  onManagerClock(seconds: number): number {
    return shifted(seconds, this.#clock.shift);
  }

  status(nowMs: number): "online" | "stale" | "offline" | "stopped" {
    if (this.#state.state === "stopped") return "stopped";
    if (this.#onlyRemembered) return "offline";
    const silenceMs = nowMs - this.lastSeenMs;
    if (silenceMs >= Math.max(OFFLINE_MS, 6 * this.#intervalMs)) return "offline";
    return this.#isSilent(nowMs) ? "stale" : "online";
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
    const here = refusedAt !== null && nowMs - refusedAt <= this.#patience.ms(nowMs)
      ? Math.max(0, this.#state.active_connections - this.connections.live)
      : 0;
    return Math.max(this.#state.omitted_connections, here);
  }

  /** Takes a report; returns the ids of the connections that changed, or null if it is a former boot's. */
  apply(report: Report, atMs: number): number[] | null {
    const { proxy } = report;
    let changed: number[] = [];
    if (proxy.boot_id !== this.#state.boot_id) {
      if (!this.#succeeds(proxy, atMs)) {
        this.refuse(proxy, "old_boot");
        return null;
      }
      changed = this.#startBoot(proxy, atMs);
    }
    this.datagrams++;
    // A datagram that comes twice is no sign of life.
    const isNew = proxy.seq === null || this.#loss.receive(proxy.seq, atMs);
    if (isNew) this.#onlyRemembered = false;
    if (isNew) this.lastSeenMs = Math.max(this.lastSeenMs, atMs);
    if (isNew) this.#noteClock(proxy, atMs);
    if (isNew && proxy.seq !== null) {
      this.#hearing.note(proxy.seq, proxy.refresh_s * 1000, proxy.interval * 1000, atMs);
    }
    const isNews = this.#isNews(proxy);
    this.#boots.note(proxy);
    if (isNews) this.#takeState(proxy, atMs);
    this.reasons.take(report.reasons);
    this.backends.take(report.backends, proxy.seq ?? 0);
    this.limits.take(report.limits, proxy.seq ?? 0);
    this.labels.take(report.labels);
    return changed.concat(this.#takeConnections(report, atMs, isNews));
  }

  /** Counts a report that is dropped; one of a boot that has ended still makes that boot's totals right. */
  refuse(proxy: ProxyState, reason: string): void {
    if (reason === "old_boot") this.#boots.note(proxy);
    this.drop(reason);
  }

  /** Counts a datagram in its name that was dropped. */
  drop(reason: string): void {
    this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + 1);
  }

  /** What is to outlive the manager. */
  save(): SavedProxy {
    return {
      ...this.#boots.save(),
      state: { ...this.#state, ...this.#boots.current },
      countedSince: this.#countedSince,
      firstSeenMs: this.firstSeenMs,
      lastSeenMs: this.lastSeenMs,
      shift: this.#clock.shift.seconds,
      startShift: this.#startShift,
      labels: this.labels.all,
    };
  }

  /** Counts on from what an earlier run of the manager knew; `heard` says whether this run has heard of it. */
  restore(saved: SavedProxy, heard: boolean): void {
    const { state, shift, startShift } = saved;
    this.#boots.restore(saved, state);
    const startTime = shifted(state.start_time, { seconds: startShift });
    const since = saved.countedSince ?? startTime;
    if (heard) {
      this.#countedSince = Math.min(since, this.countedSince);
      return;
    }
    this.#countedSince = saved.countedSince;
    this.#state = state;
    this.#clock = new ProxyClock(state.sent_at, (state.sent_at + shift) * 1000);
    this.#startShift = startShift;
    this.labels.restore(saved.labels ?? {});
    this.lastSeenMs = saved.lastSeenMs;
    this.#onlyRemembered = true;
  }

  /** Drops connections that are too old; returns their ids. */
  prune(nowMs: number): number[] {
    // Somebody may have set the clock back.
    this.lastSeenMs = Math.min(this.lastSeenMs, nowMs);
    const heardMs = nowMs - this.#hearing.endedBeforeMs;
    return this.connections.prune(nowMs, Math.min(this.#patience.ms(nowMs), heardMs));
  }

  /** Gives all its room back; returns the ids of the connections that went. */
  clear(): number[] {
    this.backends.clear();
    this.reasons.clear();
    this.limits.clear();
    this.labels.clear();
    this.connections.refusedAtMs = null;
    return this.connections.keepOnly(new Set());
  }

  get #intervalMs(): number {
    return this.#state.interval * 1000;
  }

  #isSilent(nowMs: number): boolean {
    return nowMs - this.lastSeenMs >= 2 * this.#intervalMs;
  }

  /** Reports of the original program are not numbered, and come one in an interval. */
  #isNews(proxy: ProxyState): boolean {
    if (proxy.seq !== null) return this.#boots.isNews(proxy);
    const { total_connections, total_bytes_sent, total_bytes_received } = this.#boots.current;
    return proxy.total_connections >= total_connections &&
      proxy.total_bytes_sent >= total_bytes_sent &&
      proxy.total_bytes_received >= total_bytes_received;
  }

  /**
   * Whether a report of another boot means that the current one has ended. In doubt it does not: a boot
   * that lives goes on reporting when the current one is silent, and then takes its place.
   */
  #succeeds(proxy: ProxyState, atMs: number): boolean {
    if (this.#boots.isKnown(proxy.boot_id)) {
      return this.#isSilent(atMs) && this.#boots.isNews(proxy);
    }
    if (!this.isUp(atMs)) return true;
    const ageMs = (proxy.sent_at - proxy.start_time) * 1000;
    if (atMs - ageMs < this.startTime * 1000) return false;
    // Perhaps it comes late from before: so it does if its clock, were it the current boot's, says so.
    const sentAt = this.onManagerClock(proxy.sent_at);
    const isLate = sentAt <= atMs / 1000 && sentAt >= atMs / 1000 - MAX_DELAY_S;
    return !(isLate && sentAt <= this.startTime);
  }

  #startBoot(proxy: ProxyState, atMs: number): number[] {
    this.#countedSince = this.countedSince;
    this.#boots.start(proxy.boot_id);
    this.#rate.reset();
    this.#loss = new LossWindow();
    this.#patience = new Patience();
    this.#hearing = new Hearing();
    this.#clock = new ProxyClock(proxy.sent_at, atMs);
    this.#startShift = this.#clock.shift.seconds;
    this.#bootSeenMs = atMs;
    this.#state = proxy;
    return this.clear();
  }

  #noteClock(proxy: ProxyState, atMs: number): void {
    this.#clock.note(proxy.sent_at, atMs);
    // The first reports may have come late; later on, or by more, it is a clock that was set.
    if (atMs - this.#bootSeenMs > MAX_DELAY_S * 1000) return;
    const gain = this.#startShift - this.#clock.shift.seconds;
    if (gain > 0 && gain <= MAX_DELAY_S) this.#startShift -= gain;
  }

  #takeState(proxy: ProxyState, atMs: number): void {
    this.#state = proxy;
    const { sent_at, refresh_s } = proxy;
    const { total_bytes_sent, total_bytes_received } = this.#boots.current;
    const sentAtMs = sent_at * 1000;
    this.#rate.update(atMs, sentAtMs, total_bytes_sent, total_bytes_received, this.#intervalMs);
    const loss = this.#loss.percent(atMs) / 100;
    this.#patience.note(refresh_s * 1000, this.#intervalMs, loss, atMs);
  }

  #takeConnections({ proxy, connections, complete }: Report, atMs: number, isNews: boolean) {
    if (complete && !isNews) return [];
    const origin = { atMs, order: proxy.seq ?? atMs, shift: this.#clock.shift };
    const changed = connections.flatMap((record) => this.connections.upsert(record, origin));
    if (!complete) return changed;
    return changed.concat(this.connections.keepOnly(new Set(connections.map(({ id }) => id))));
  }
}

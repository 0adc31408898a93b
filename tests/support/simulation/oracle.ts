import { connectionView, connectionViews } from "../../../manager/api/views.ts";
import { type ConnectionRecord, isActive } from "../../../proxy/stats/report.ts";
import type { ManagerRun } from "./manager_host.ts";
import { MAX_DELAY_MS } from "./network.ts";
import type { Totals } from "../../../proxy/stats/collector.ts";
import type { Boot, Truth } from "./proxy_host.ts";
import { TRAFFIC_TICK_MS } from "./traffic.ts";
import { PROXY_ID, type World } from "./world.ts";

/** What was true at some moment. */
export interface Before {
  at: number;
  boot: Boot;
  live: Map<Truth, { sent: number; received: number; requests: number }>;
}

const CUMULATIVE = [
  ...["total_connections", "failed_connections", "rejected_connections"] as const,
  ...["total_bytes_sent", "total_bytes_received"] as const,
];

/** Knows the truth on both sides of the network, and holds one run of a manager against it. */
export class Oracle {
  /** Whether the network is, or was, so bad that live connections may have been dropped. */
  mayDrop = false;
  readonly #world: World;
  readonly #manager: ManagerRun;
  /** The boots that this manager has heard of, in order, each with the newest number that it took. */
  readonly #newest = new Map<Boot, number>();
  readonly #shown = { ...noTotals() };
  readonly #mostRate: number;
  /** The connections of the current boot that are shown. */
  #known: { boot: Boot; ids: Set<number> };

  constructor(world: World, manager: ManagerRun) {
    this.#world = world;
    this.#manager = manager;
    this.#known = { boot: world.boot, ids: new Set() };
    // A rate is made from times of arrival: both ends of a span may be late, and traffic comes in ticks.
    const jitter = (MAX_DELAY_MS + TRAFFIC_TICK_MS) / (0.9 * world.intervalMs);
    this.#mostRate = world.options.link * (1 + jitter);
    manager.registry.onChange((_, id) => id === null || this.#checkKept(id));
  }

  /** A datagram has arrived, and was dropped or not. */
  arrived(seq: number, boot: Boot, reason: string | null): void {
    if (reason === "error") this.#world.faults.add("error", `datagram ${seq} ended in an error`);
    // A former boot's last words may come late, and count all the same.
    if (reason === null || (reason === "old_boot" && this.#newest.has(boot))) {
      this.#newest.set(boot, Math.max(seq, this.#newest.get(boot) ?? -1));
    }
    const totals = this.#manager.get(PROXY_ID)?.totals;
    if (!totals) return;
    for (const field of CUMULATIVE) {
      if (totals[field] < this.#shown[field]) {
        const what = `${field} from ${this.#shown[field]} to ${totals[field]}`;
        this.#world.faults.add("totals ran backwards", what);
      }
      this.#shown[field] = totals[field];
    }
  }

  remember(): Before {
    const { boot, scheduler } = this.#world;
    const live = boot.live.map((truth) => {
      const { sent, received, requests } = truth;
      return [truth, { sent, received, requests }] as const;
    });
    return { at: scheduler.now, boot, live: new Map(live) };
  }

  /**
   * The totals are those of the newest report of each boot, and that report is young. Bytes that move may be told
   * an interval later than those of other connections, so while they do there is a span that is right.
   */
  checkTotals(): void {
    const { boot, faults, scheduler, intervalMs } = this.#world;
    const entry = this.#world.entry();
    const newest = this.#newest.get(boot);
    if (!entry || newest === undefined) return faults.add("unknown", "the proxy is not there");
    const age = scheduler.now - boot.sentTotals[newest].at;
    if (age > 2 * intervalMs) faults.add("totals too old", `the newest is of ${age} ms ago`);
    const [least, most] = [noTotals(), noTotals()];
    for (const [boot, seq] of this.#newest) {
      const sent = boot.sentTotals[seq];
      const before = boot.sentTotals.findLast(({ at }) => at <= sent.at - intervalMs);
      for (const field of CUMULATIVE) {
        most[field] += sent[field];
        least[field] += field.startsWith("total_bytes") ? before?.[field] ?? 0 : sent[field];
      }
    }
    least.active_connections = most.active_connections = boot.sentTotals[newest].active_connections;
    const shown = { ...entry.totals, active_connections: entry.state.active_connections };
    for (const field of [...CUMULATIVE, "active_connections"] as const) {
      if (isWithin(shown[field], least[field], most[field])) continue;
      faults.add("totals wrong", `${field}: ${shown[field]}, not ${least[field]} … ${most[field]}`);
    }
    const status = entry.status(this.#world.managerWall.ms());
    if (status !== "online") faults.add("status wrong", `${status}, not online`);
  }

  /** Rates are neither negative nor more than the link carries. */
  checkRates(): void {
    const rates = this.#world.entry()?.rates(this.#world.managerWall.ms());
    for (const rate of [rates?.sent ?? 0, rates?.received ?? 0]) {
      if (rate >= 0 && rate <= this.#mostRate) continue;
      this.#world.faults.add("rate wrong", `${rate} bytes a second of ${this.#mostRate}`);
    }
  }

  /** Every connection that was live then, and is, is shown as it was or is since. */
  checkLive(before: Before): void {
    const { boot, faults } = this.#world;
    const table = this.#world.entry()?.connections;
    if (!table || before.boot !== boot) return faults.add("unknown", "the proxy is not there");
    for (const [truth, then] of before.live) {
      if (truth.endedAt < Infinity) continue;
      const record = table.get(truth.id);
      if (!record) faults.add("live one missing", describe(truth));
      else if (!isRight(record, truth, then)) faults.add("live one wrong", describe(truth, record));
    }
  }

  /** None that had ended then is live; those that are shown as ended are right. */
  checkAll(before: Before): void {
    const table = this.#world.entry()?.connections;
    for (const record of table?.records() ?? []) this.#checkRecord(record, before.at);
    this.#checkScreen();
  }

  /** With no traffic since long: everything is as it is. */
  checkRest(): void {
    const { boot, faults } = this.#world;
    const entry = this.#world.entry()!;
    const live = Array.from(entry.connections.records()).filter(({ state }) => isActive(state));
    if (live.length !== boot.live.length) {
      faults.add("live ones miscounted", `${live.length}, not ${boot.live.length}`);
    }
    const reasons = Object.fromEntries(entry.reasons);
    for (const reason of new Set([...Object.keys(reasons), ...Object.keys(boot.reasons)])) {
      if (reasons[reason] === boot.reasons[reason]) continue;
      const what = `${reason} × ${reasons[reason]}, not ${boot.reasons[reason]}`;
      faults.add("reasons wrong", what);
    }
    const limits = JSON.stringify(entry.limits.record);
    if (limits !== JSON.stringify(boot.limits)) faults.add("limits wrong", limits);
  }

  #checkRecord(record: ConnectionRecord, since: number): void {
    const { boot, faults } = this.#world;
    const truth = boot.truths.get(record.id);
    if (record.state === "rejected") return;
    if (!truth) return faults.add("never was", JSON.stringify(record));
    if (isActive(record.state)) {
      if (truth.endedAt < since) faults.add("ended one live", describe(truth, record));
    } else if (!isExact(record, truth)) {
      faults.add("ended one wrong", describe(truth, record));
    }
    this.#checkTimes(record, truth);
  }

  /** On the manager's own clock, whatever the proxy's says. */
  #checkTimes(record: ConnectionRecord, truth: Truth): void {
    if (this.#world.stepped) return;
    const { managerWall, scheduler, faults } = this.#world;
    const view = connectionView(this.#world.entry()!, record, managerWall.ms());
    const openedAt = managerWall.ms() - (scheduler.now - truth.openedAt);
    const off = view.start_time * 1000 - openedAt;
    if (Math.abs(off) > MAX_DELAY_MS + 100) faults.add("time wrong", `start off by ${off} ms`);
  }

  /** What a viewer has before him is what the API would tell. */
  #checkScreen(): void {
    const { faults, managerWall } = this.#world;
    const { screen } = this.#manager;
    if (screen === null) return;
    this.#manager.tick();
    const views = connectionViews(this.#world.entry()!, managerWall.ms());
    if (views.length !== screen.connections.size) {
      faults.add("screen wrong", `${screen.connections.size} rows, not ${views.length}`);
    }
    for (const view of views) {
      const row = screen.connections.get(view.id);
      const { bytes_sent, bytes_received, state, active, reason } = view;
      const isSame = row?.bytes_sent === bytes_sent && row.bytes_received === bytes_received &&
        row.state === state && row.active === active && row.reason === reason;
      if (!isSame) faults.add("screen wrong", `${JSON.stringify(row)} is ${JSON.stringify(view)}`);
    }
  }

  #checkKept(id: number): void {
    const { boot, faults, scheduler } = this.#world;
    const entry = this.#world.entry();
    if (this.#manager !== this.#world.manager || entry?.state.boot_id !== boot.id) return;
    if (this.#known.boot !== boot) this.#known = { boot, ids: new Set() };
    const { ids } = this.#known;
    if (entry.connections.get(id)) return void ids.add(id);
    const truth = boot.truths.get(id);
    if (!ids.delete(id) || truth?.endedAt !== Infinity || this.mayDrop) return;
    const what = `${describe(truth)}, opened ${scheduler.now - truth.openedAt} ms ago`;
    faults.add("live one dropped", what);
  }
}

function noTotals(): Totals {
  return {
    ...{ total_connections: 0, active_connections: 0, failed_connections: 0 },
    ...{ rejected_connections: 0, total_bytes_sent: 0, total_bytes_received: 0 },
  };
}

function isRight(
  record: ConnectionRecord,
  truth: Truth,
  then: { sent: number; received: number; requests: number },
): boolean {
  return isActive(record.state) && record.client_ip === truth.client &&
    record.client_port === truth.port && record.target === truth.target &&
    isWithin(record.bytes_sent, then.sent, truth.sent) &&
    isWithin(record.bytes_received, then.received, truth.received) &&
    isWithin(record.requests, then.requests, truth.requests);
}

function isWithin(value: number, from: number, to: number): boolean {
  return value >= from && value <= to;
}

function isExact(record: ConnectionRecord, truth: Truth): boolean {
  return record.state === truth.state && record.reason === truth.reason &&
    record.bytes_sent === truth.sent && record.bytes_received === truth.received &&
    record.requests === truth.requests && record.target === truth.target;
}

function describe(truth: Truth, record?: ConnectionRecord): string {
  const { id, state, openedAt, endedAt, sent, received, requests } = truth;
  const is = { id, state, openedAt, endedAt, sent, received, requests };
  return `${JSON.stringify(is)} shown as ${JSON.stringify(record)}`;
}

import { glob } from "../../proxy/glob.ts";
import { OFFLINE_MS, type ProxyEntry } from "../fleet/proxy.ts";
import type { Registry } from "../registry.ts";
import type { AlertTable, Slot } from "./alert_table.ts";
import { Counters, CountWindow, type Growth } from "./counts.ts";
import { METRICS } from "./metric.ts";
import type { Rule } from "./rule.ts";

/** Where the manager itself was away for so long, proxies had no way to be heard. */
const AWAY_MS = 15_000;

/** A rule, where it looks. */
interface Watch {
  slot: Slot;
  /** Where the rule counts. */
  window: CountWindow | null;
}

interface ProxyWatch {
  entry: ProxyEntry;
  own: Watch[];
  /** Rules that sum up this one and others. */
  shared: FleetWatch[];
  counters: Counters | null;
  /** Backends that are down, as of this version of their table. */
  down: string[];
  backendsVersion: number;
  round: number;
}

interface FleetWatch extends Watch {
  fits: (proxyId: string) => boolean;
  sum: number;
}

export interface WatcherDeps {
  registry: Registry;
  table: AlertTable;
  historyFailed: () => boolean;
}

/** Looks at the fleet once a second, and tells the table what each rule is about. */
export class Watcher {
  readonly #deps: WatcherDeps;
  readonly #proxies = new Map<string, ProxyWatch>();
  #own: { rule: Rule; fits: (proxyId: string) => boolean }[] = [];
  #fleet: FleetWatch[] = [];
  #round = 0;
  #lastMs: number;
  /** Since when proxies could be heard. */
  #listeningMs: number;

  constructor(deps: WatcherDeps, nowMs: number) {
    this.#deps = deps;
    this.#lastMs = this.#listeningMs = nowMs;
  }

  /** Watches by these rules from now on. */
  setRules(rules: readonly Rule[]): void {
    const enabled = rules.filter((rule) => rule.enabled).map((rule) => ({
      rule,
      fits: fitter(rule),
    }));
    this.#own = enabled.filter(({ rule }) => rule.scope === "proxy");
    this.#fleet = enabled.filter(({ rule }) => rule.scope === "fleet")
      .map(({ rule, fits }) => ({ ...this.#watch(rule, ""), fits, sum: 0 }));
    this.#proxies.clear();
  }

  /** One look at everything. */
  tick(nowMs: number): void {
    // A machine that slept, or a thread that hung, heard nobody: that is not the proxies' silence.
    if (nowMs - this.#lastMs > AWAY_MS) this.#listeningMs = nowMs;
    this.#lastMs = nowMs;
    this.#round++;
    for (const watch of this.#fleet) watch.sum = 0;
    for (const entry of this.#deps.registry.proxies()) this.#look(entry, nowMs);
    for (const watch of this.#fleet) this.#lookAtFleet(watch, nowMs);
    this.#forgetGone(nowMs);
    this.#deps.table.endRound(nowMs);
  }

  #look(entry: ProxyEntry, nowMs: number): void {
    let proxy = this.#proxies.get(entry.id);
    if (proxy?.entry !== entry) this.#proxies.set(entry.id, proxy = this.#proxyWatch(entry));
    proxy.round = this.#round;
    const status = entry.status(nowMs);
    const growth = proxy.counters?.take(entry, nowMs) ?? null;
    for (const watch of proxy.own) {
      if (growth) watch.window?.add(growth, nowMs);
      if (watch.slot.rule.metric === "backend_down") {
        this.#lookAtBackends(proxy, watch, status, nowMs);
      } else this.#observe(watch, this.#read(watch, entry, status, nowMs), nowMs);
    }
    for (const watch of proxy.shared) this.#addToFleet(watch, entry, status, growth, nowMs);
  }

  #read({ slot, window }: Watch, entry: ProxyEntry, status: string, nowMs: number): number | null {
    const { metric } = slot.rule;
    if (metric === "offline") return status === "offline" ? this.#whenHeard(entry, 1, nowMs) : 0;
    if (metric === "silence") {
      return status === "stale"
        ? this.#whenHeard(entry, (nowMs - entry.lastSeenMs) / 1000, nowMs)
        : 0;
    }
    if (status === "stopped") return 0;
    // Of one that is offline nobody knows any more than that.
    if (status === "offline") return null;
    switch (metric) {
      case "loss":
        return entry.lossPercent(nowMs);
      case "active_connections":
        return entry.state.active_connections;
      case "bandwidth":
        return bandwidth(entry, nowMs);
      default:
        return rate(slot.rule, window, nowMs);
    }
  }

  /** The value, once the proxy had time to be heard since the manager began to listen. */
  #whenHeard(entry: ProxyEntry, value: number, nowMs: number): number | null {
    const patienceMs = Math.max(OFFLINE_MS, 6 * entry.state.interval * 1000);
    const wasHeard = entry.datagrams > 0 && entry.lastSeenMs >= this.#listeningMs;
    return wasHeard || nowMs - this.#listeningMs >= patienceMs ? value : null;
  }

  #lookAtBackends(proxy: ProxyWatch, { slot }: Watch, status: string, nowMs: number): void {
    const { entry } = proxy;
    const { table } = this.#deps;
    const { backends } = entry;
    if (proxy.backendsVersion !== backends.version) {
      proxy.backendsVersion = backends.version;
      proxy.down = backends.records().flatMap(({ name, state }) => state === "up" ? [] : [name]);
    }
    const known = status !== "offline";
    const down = known && status !== "stopped" ? proxy.down : [];
    // Most of the time all is well, and this is asked of each proxy each second.
    if (down.length === 0 && slot.alerts === null) return;
    this.#refresh(slot);
    for (const name of slot.alerts ? [...slot.alerts.keys()] : []) {
      if (!down.includes(name)) table.observe(slot, name, known ? 0 : null, nowMs);
    }
    for (const name of down) {
      table.observe(slot, name, 1, nowMs);
      this.#refresh(slot);
    }
  }

  #addToFleet(
    watch: FleetWatch,
    entry: ProxyEntry,
    status: string,
    growth: Growth | null,
    nowMs: number,
  ): void {
    if (growth) watch.window?.add(growth, nowMs);
    if (status === "offline" || status === "stopped") return;
    const { metric } = watch.slot.rule;
    if (metric === "active_connections") watch.sum += entry.state.active_connections;
    else if (metric === "bandwidth") watch.sum += bandwidth(entry, nowMs);
  }

  #lookAtFleet(watch: FleetWatch, nowMs: number): void {
    const { rule } = watch.slot;
    const value = rule.metric === "history_failed"
      ? Number(this.#deps.historyFailed())
      : watch.window
      ? rate(rule, watch.window, nowMs)
      : watch.sum;
    this.#observe(watch, value, nowMs);
  }

  #observe({ slot }: Watch, value: number | null, nowMs: number): void {
    if (slot.alerts === null && (value === null || value <= slot.rule.threshold)) return;
    this.#deps.table.observe(slot, "", value, nowMs);
    this.#refresh(slot);
  }

  /** What the table made of it. */
  #refresh(slot: Slot): void {
    slot.alerts = this.#deps.table.slot(slot.rule, slot.proxyId).alerts;
  }

  #proxyWatch(entry: ProxyEntry): ProxyWatch {
    const own = this.#own.filter(({ fits }) => fits(entry.id))
      .map(({ rule }) => this.#watch(rule, entry.id));
    const shared = this.#fleet.filter(({ fits }) => fits(entry.id));
    const counts = [...own, ...shared].some(({ window }) => window !== null);
    const counters = counts ? new Counters() : null;
    return { entry, own, shared, counters, down: [], backendsVersion: -1, round: this.#round };
  }

  #watch(rule: Rule, proxyId: string): Watch {
    const counts = METRICS[rule.metric].kind === "window";
    const window = counts ? new CountWindow(rule.windowMs) : null;
    return { slot: this.#deps.table.slot(rule, proxyId), window };
  }

  /** A proxy that is forgotten has no alert; one that the history has yet to tell of may have. */
  #forgetGone(nowMs: number): void {
    const { registry, table } = this.#deps;
    if (this.#proxies.size > registry.size) {
      for (const [id, { round }] of this.#proxies) {
        if (round !== this.#round) this.#proxies.delete(id);
      }
    }
    if (nowMs - this.#listeningMs < OFFLINE_MS) return;
    table.resolveWhere(({ proxyId }) => proxyId !== "" && !registry.get(proxyId), nowMs);
  }
}

function fitter({ proxies }: Rule): (proxyId: string) => boolean {
  const patterns = proxies.map(glob);
  return (proxyId) => patterns.some((fits) => fits(proxyId));
}

function bandwidth(entry: ProxyEntry, nowMs: number): number {
  const { sent, received } = entry.rates(nowMs);
  return sent + received;
}

function rate(rule: Rule, window: CountWindow | null, nowMs: number): number {
  if (!window) return 0;
  const { connections, failed, refused } = window.sum(nowMs);
  if (rule.metric === "limit_refusals") return refused / rule.windowMs * 60_000;
  return connections >= rule.atLeast ? Math.round(failed / connections * 1000) / 10 : 0;
}

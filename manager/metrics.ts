import { Registry as PromRegistry } from "prom-client";
import { type FleetStats, PROXY_STATUSES, type ProxySummary } from "./api/model.ts";
import { HISTORY_STATES } from "./api/model_history.ts";
import type { Auth } from "./auth/auth.ts";
import { proxySummary } from "./api/views.ts";
import type { Alerts } from "./alerts/alerts.ts";
import type { Totals } from "./fleet/totals.ts";
import type { ControlHub } from "./control/hub.ts";
import type { Health } from "./health.ts";
import { controlSeries } from "./control/metrics.ts";
import type { Registry } from "./registry.ts";
import { counter, gauge, type Series } from "./series.ts";

/** Proxies with series of their own; beyond them only the fleet's figures count. */
export const MAX_LABELLED_PROXIES = 1_000;

/** What Prometheus scrapes. */
export interface Metrics {
  contentType: string;
  render(): Promise<string>;
}

export interface MetricsDeps {
  registry: Registry;
  stats: () => FleetStats;
  viewers: () => number;
  alerts: Pick<Alerts, "config" | "table" | "notifier">;
  /** Unix milliseconds. */
  now: () => number;
  /** None where there are no accounts. */
  auth?: Auth;
  /** The manager's own figures, where it runs. */
  health?: Pick<Health, "render">;
  /** Who takes orders, where the manager gives any. */
  control?: Pick<ControlHub, "connected" | "figures"> | null;
}

/** A scrape is answered with what another got so many milliseconds before. */
const FRESH_MS = 1_000;

/** Metrics of one manager, all read anew at each scrape. */
export function createMetrics(deps: MetricsDeps): Metrics {
  const prom = new PromRegistry();
  const fleet = fleetSeries(prom);
  const proxies = proxySeries(prom);
  const auth = deps.auth && authSeries(prom);
  const control = deps.control ? controlSeries(prom, deps.control) : () => {};
  const render = async () => {
    // Emptied and filled in one go, so that no other scrape sees them half filled.
    prom.resetMetrics();
    fleet(deps);
    proxies(deps);
    control();
    if (deps.auth) auth?.(deps.auth);
    const [own, health] = await Promise.all([prom.metrics(), deps.health?.render() ?? ""]);
    return own + health;
  };
  return { contentType: prom.contentType, render: remembered(render, FRESH_MS) };
}

/** The same, but made once for all who ask within so many milliseconds. */
function remembered(render: () => Promise<string>, ms: number): () => Promise<string> {
  let last: { atMs: number; text: Promise<string> } | null = null;
  return () => {
    const atMs = performance.now();
    if (last && atMs - last.atMs < ms) return last.text;
    const text = render();
    last = { atMs, text };
    text.catch(() => last = null);
    return text;
  };
}

function fleetSeries(prom: PromRegistry): (deps: MetricsDeps) => void {
  const info = gauge(prom, "manager_info", "The manager's version", ["version"]);
  const start = gauge(prom, "manager_start_time_seconds", "When the manager started");
  const viewers = gauge(prom, "manager_viewers", "Dashboards connected over WebSocket");
  const proxies = gauge(prom, "proxies", "Proxies by status", ["status"]);
  const left = gauge(prom, "proxies_without_series", "Proxies left out of the series by proxy");
  const datagrams = counter(prom, "ingest_datagrams_total", "Datagrams received");
  const bytes = counter(prom, "ingest_bytes_total", "Bytes of datagrams received");
  const legacy = counter(prom, "ingest_legacy_total", "Reports in the original program's form");
  const dropped = counter(prom, "ingest_dropped_total", "Datagrams dropped", ["reason"]);
  const sources = gauge(prom, "ingest_sources", "Addresses from which reports were accepted");
  const errors = counter(prom, "ingest_receive_errors_total", "Failed attempts to receive");
  const restarts = counter(
    prom,
    "ingest_receiver_restarts_total",
    "How often the receiving thread died",
  );
  const fleet = fleetCounters(prom);
  const history = historySeries(prom);
  const alerts = alertSeries(prom);
  return ({ registry, stats, now, viewers: countViewers, alerts: known }) => {
    const all = stats();
    fleet(all, registry.forgotten);
    alerts(known);
    history(all.history);
    const { manager_version, manager_uptime, ingest } = all;
    const at = now();
    info(1, { version: manager_version });
    start(at / 1000 - manager_uptime);
    viewers(countViewers());
    const byStatus = new Map<string, number>(PROXY_STATUSES.map((status) => [status, 0]));
    for (const entry of registry.proxies()) {
      byStatus.set(entry.status(at), byStatus.get(entry.status(at))! + 1);
    }
    for (const [status, n] of byStatus) proxies(n, { status });
    left(Math.max(0, registry.size - MAX_LABELLED_PROXIES));
    datagrams(ingest.datagrams);
    bytes(ingest.bytes);
    legacy(ingest.legacy);
    for (const [reason, n] of Object.entries(ingest.dropped)) dropped(n, { reason });
    sources(ingest.sources);
    errors(ingest.receive_errors);
    restarts(ingest.receiver_restarts);
  };
}

/** One that fails is told from one that nobody wants. */
function historySeries(prom: PromRegistry): (history: FleetStats["history"]) => void {
  const state = gauge(prom, "history_state", "1 for the state the history is in", ["state"]);
  const written = gauge(prom, "history_last_write_timestamp_seconds", "When it last wrote");
  const dropped = counter(prom, "history_dropped_total", "Rows or batches not written", ["kind"]);
  return (history) => {
    for (const each of HISTORY_STATES) state(Number(each === history.state), { state: each });
    if (history.last_write !== null) written(history.last_write);
    for (const [kind, n] of Object.entries(history.dropped)) dropped(n, { kind });
  };
}

/** Who logs in, and who is made to wait. */
function authSeries(prom: PromRegistry): (auth: Auth) => void {
  const logins = counter(prom, "logins_total", "Passwords and tokens shown, by how and outcome", [
    "via",
    "outcome",
  ]);
  const sessions = gauge(prom, "sessions", "Sessions that have not ended");
  const locked = gauge(
    prom,
    "login_delays",
    "Pairs of address and account, or token, that wait now",
  );
  const delays = counter(prom, "login_delays_total", "Delays begun, since attempts were wrong");
  return ({ verifier, sessions: { size } }) => {
    const { accounts, tokens } = verifier.lockouts;
    for (const [via, outcomes] of Object.entries(verifier.counts)) {
      for (const [outcome, n] of Object.entries(outcomes)) logins(n, { via, outcome });
    }
    sessions(size);
    locked(accounts.locked + tokens.locked);
    delays(accounts.delays + tokens.delays);
  };
}

/** Names of rules and webhooks are the administrator's own, and few. */
function alertSeries(prom: PromRegistry): (alerts: MetricsDeps["alerts"]) => void {
  const alerts = gauge(prom, "alerts", "Alerts by rule and state", ["rule", "state"]);
  const left = gauge(prom, "alerts_left_out", "Alerts for which there was no room");
  const sent = counter(
    prom,
    "alert_notifications_total",
    "Deliveries to webhooks by outcome; of those dropped, alerts",
    ["webhook", "outcome"],
  );
  return ({ config, table, notifier }) => {
    const counts = new Map(config.rules.map(({ name }) => [name, { pending: 0, firing: 0 }]));
    for (const { rule, phase } of table.active()) counts.get(rule.name)![phase!.state]++;
    for (const [rule, { pending, firing }] of counts) {
      alerts(pending, { rule, state: "pending" });
      alerts(firing, { rule, state: "firing" });
    }
    left(table.leftOut);
    for (const { options: { name: webhook }, counts } of notifier.webhooks) {
      for (const [outcome, n] of Object.entries(counts)) sent(n, { webhook, outcome });
    }
  };
}

/** The fleet's totals: what a proxy has counted stays counted when it is forgotten, as a counter must. */
function fleetCounters(prom: PromRegistry): (stats: FleetStats, forgotten: Totals) => void {
  const active = gauge(prom, "fleet_active_connections", "Connections open now, of all proxies");
  const counters: [Series, keyof Totals][] = [
    [
      counter(prom, "fleet_connections_total", "Connections taken on by all proxies"),
      "total_connections",
    ],
    [
      counter(prom, "fleet_failed_connections_total", "Connections of all proxies that failed"),
      "failed_connections",
    ],
    [
      counter(prom, "fleet_rejected_connections_total", "Connections refused by all proxies"),
      "rejected_connections",
    ],
    [
      counter(prom, "fleet_sent_bytes_total", "Bytes from clients to targets, of all proxies"),
      "total_bytes_sent",
    ],
    [
      counter(prom, "fleet_received_bytes_total", "Bytes from targets to clients, of all proxies"),
      "total_bytes_received",
    ],
  ];
  return (stats, forgotten) => {
    active(stats.active_connections);
    for (const [series, name] of counters) series(stats[name] + forgotten[name]);
  };
}

function labelSeries(prom: PromRegistry): (proxy: ProxySummary) => void {
  const labels = ["proxy_id", "label", "value"];
  const series = gauge(prom, "proxy_labels", "1 for each label of a proxy", labels);
  return ({ proxy_id, labels }) => {
    for (const [label, value] of Object.entries(labels)) series(1, { proxy_id, label, value });
  };
}

function proxySeries(prom: PromRegistry): (deps: MetricsDeps) => void {
  const labels = ["proxy_id", "proxy_type"];
  const all: [Series, (proxy: ProxySummary) => number][] = [
    [
      gauge(prom, "proxy_up", "1 while the proxy reports, 0 once it is offline or stopped", labels),
      ({ status }) => Number(status === "online" || status === "stale"),
    ],
    [
      gauge(prom, "proxy_start_time_seconds", "When the proxy started", labels),
      (proxy) => proxy.start_time,
    ],
    [
      gauge(prom, "proxy_last_seen_seconds", "When the proxy last reported, in Unix time", labels),
      (proxy) => proxy.last_seen,
    ],
    [
      gauge(prom, "proxy_report_loss_ratio", "Share of its datagrams lost in a minute", labels),
      (proxy) => proxy.loss_percent / 100,
    ],
    [
      counter(prom, "proxy_datagrams_total", "Datagrams of the proxy that were taken", labels),
      (proxy) => proxy.datagrams,
    ],
    [
      counter(prom, "proxy_dropped_datagrams_total", "Datagrams in its name dropped", labels),
      (proxy) => proxy.dropped_datagrams,
    ],
    [
      gauge(prom, "proxy_omitted_connections", "Live connections not shown one by one", labels),
      (proxy) => proxy.omitted_connections,
    ],
    [
      gauge(prom, "proxy_active_connections", "Connections open now", labels),
      (proxy) => proxy.active_connections,
    ],
    [
      counter(prom, "proxy_connections_total", "Connections taken on", labels),
      (proxy) => proxy.total_connections,
    ],
    [
      counter(prom, "proxy_failed_connections_total", "Connections that failed", labels),
      (proxy) => proxy.failed_connections,
    ],
    [
      counter(prom, "proxy_rejected_connections_total", "Connections refused by a rule", labels),
      (proxy) => proxy.rejected_connections,
    ],
    [
      counter(prom, "proxy_sent_bytes_total", "Bytes from clients to targets", labels),
      (proxy) => proxy.total_bytes_sent,
    ],
    [
      counter(prom, "proxy_received_bytes_total", "Bytes from targets to clients", labels),
      (proxy) => proxy.total_bytes_received,
    ],
  ];
  const own = labelSeries(prom);
  return ({ registry, now }) => {
    const at = now();
    for (const entry of registry.proxies().take(MAX_LABELLED_PROXIES)) {
      const proxy = proxySummary(entry, at);
      const { proxy_id, proxy_type } = proxy;
      for (const [series, read] of all) series(read(proxy), { proxy_id, proxy_type });
      own(proxy);
    }
  };
}

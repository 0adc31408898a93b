import { type ConnectionRecord, isActive } from "../../proxy/stats/report.ts";
import type { ProxyEntry } from "../fleet/proxy.ts";
import { add, noTotals, sum } from "../fleet/totals.ts";
import type { Registry } from "../registry.ts";
import type { Backend, Connection, FleetStats, LiveConnection, ProxySummary } from "./model.ts";

/** The figures of the fleet that come from the registry alone. */
export type FleetTotals = Omit<
  FleetStats,
  "manager_version" | "manager_uptime" | "ingest" | "history" | "alerts"
>;

/** A proxy as the API shows it at `nowMs`. */
export function proxySummary(entry: ProxyEntry, nowMs: number): ProxySummary {
  const { state } = entry;
  const up = entry.isUp(nowMs);
  const rates = entry.rates(nowMs);
  return {
    proxy_id: entry.id,
    proxy_type: state.proxy_type,
    listen_addr: state.listen_addr,
    host: state.host,
    version: state.version,
    status: entry.status(nowMs),
    draining: up && state.state === "draining",
    labels: entry.labels.all,
    controlled: entry.controlled,
    ...entry.totals,
    active_connections: up ? state.active_connections : 0,
    rate_sent: rates.sent,
    rate_received: rates.received,
    start_time: entry.startTime,
    // A proxy that is gone is not running any longer: its time ends with its last word.
    uptime: entry.uptime(up ? nowMs : entry.lastSeenMs),
    last_report: entry.onManagerClock(state.sent_at),
    last_seen: entry.lastSeenMs / 1000,
    counted_since: entry.countedSince,
    interval: state.interval,
    loss_percent: entry.lossPercent(nowMs),
    datagrams: entry.datagrams,
    dropped_datagrams: entry.droppedDatagrams,
    omitted_connections: up ? entry.omitted(nowMs) : 0,
  };
}

/** All proxies, in the order in which they first reported. */
export function proxySummaries(registry: Registry, nowMs: number): ProxySummary[] {
  return Array.from(registry.proxies(), (entry) => proxySummary(entry, nowMs));
}

/** A connection as the API shows it; none is active once its proxy is gone. */
export function connectionView(
  entry: ProxyEntry,
  record: ConnectionRecord,
  nowMs: number,
): Connection {
  return {
    ...record,
    ...entry.connections.times(record.id),
    active: isActive(record.state) && entry.isUp(nowMs),
  };
}

/** The same for a viewer who follows it. */
export function liveConnection(
  entry: ProxyEntry,
  record: ConnectionRecord,
  nowMs: number,
): LiveConnection {
  const reported = entry.connections.seenAtMs(record.id) / 1000;
  return { ...connectionView(entry, record, nowMs), reported };
}

/** A proxy's connections: active ones first, then the newest first. */
export function connectionViews(entry: ProxyEntry, nowMs: number): Connection[] {
  return Array.from(entry.connections.records(), (record) => connectionView(entry, record, nowMs))
    .sort((a, b) =>
      Number(b.active) - Number(a.active) || b.start_time - a.start_time || b.id - a.id
    );
}

/** The same for a viewer who follows them. */
export function liveConnections(entry: ProxyEntry, nowMs: number): LiveConnection[] {
  return connectionViews(entry, nowMs).map((view) => ({
    ...view,
    reported: entry.connections.seenAtMs(view.id) / 1000,
  }));
}

/** A proxy's backends as the API shows them; none has a connection once the proxy is gone. */
export function backendViews(entry: ProxyEntry, nowMs: number): Backend[] {
  const up = entry.isUp(nowMs);
  return entry.backends.records().map((record) => ({
    ...record,
    active_connections: up ? record.active_connections : 0,
  }));
}

/** The fleet as one: totals of all, rates and active connections of those that are up. */
export function fleetTotals(registry: Registry, nowMs: number): FleetTotals {
  let totals = noTotals();
  let active = 0;
  let connections = 0;
  let sent = 0;
  let received = 0;
  for (const entry of registry.proxies()) {
    totals = sum(totals, entry.totals);
    if (!entry.isUp(nowMs)) continue;
    active++;
    connections = add(connections, entry.state.active_connections);
    const rates = entry.rates(nowMs);
    sent += rates.sent;
    received += rates.received;
  }
  return {
    total_proxies: registry.size,
    active_proxies: active,
    ...totals,
    active_connections: connections,
    rate_sent: sent,
    rate_received: received,
  };
}

import { type AppDeps, createApp } from "../../manager/api/app.ts";
import { Alerts } from "../../manager/alerts/alerts.ts";
import { AuditLog } from "../../manager/audit.ts";
import type { HttpClient } from "../../manager/http/client.ts";
import { isForwarded } from "../../manager/http/forwarded.ts";
import type { FleetStats } from "../../manager/api/model.ts";
import { fleetTotals } from "../../manager/api/views.ts";
import { HistoryClient } from "../../manager/history/client.ts";
import { Live } from "../../manager/live.ts";
import { createMetrics } from "../../manager/metrics.ts";
import { Registry } from "../../manager/registry.ts";
import { ingestFigures, T0 } from "./reports.ts";

/** A client on the manager's own host. */
export const LOCAL: HttpClient = {
  ip: "127.0.0.1",
  peer_ip: "127.0.0.1",
  port: 50_000,
  secure: false,
  forwarded: false,
  host: null,
  closed: false,
  upgrade: () => null,
  allow() {},
  cutSoon() {},
};

/** A manager's HTTP side without a port, at `T0`, 60 s after its start. */
export function setUpApp(overrides: Partial<AppDeps> = {}) {
  const registry = overrides.registry ?? new Registry();
  const now = () => T0;
  const history = overrides.history ??
    new HistoryClient(null, { registry, now, maxProxies: 10_000 });
  const alerts = overrides.alerts ?? new Alerts(null, {
    ...{ registry, now, version: "0.1.0", historyFailed: () => false },
    ...{ event: () => {}, keep: () => {} },
  });
  const ingest = ingestFigures({ datagrams: 5, bytes: 500, legacy: 1, dropped: { not_json: 2 } });
  const stats = (): FleetStats => ({
    manager_version: "0.1.0",
    manager_uptime: 60,
    ...fleetTotals(registry, now()),
    ingest,
    history: history.state,
    alerts: alerts.counts,
  });
  const live = new Live(registry, stats, now);
  const metrics = createMetrics({ registry, stats, now, alerts, viewers: () => live.viewers });
  const version = "0.1.0";
  const audit = new AuditLog({ now });
  const deps = {
    ...{ registry, now, stats, live, audit, alerts, metrics, history, version, control: null },
    publicHosts: [],
  };
  const app = createApp({ ...deps, dashboard: new Map(), ...overrides });
  const request = async (path: string, init: RequestInit = {}) => {
    const given = init.headers as Record<string, string>;
    const headers: Record<string, string> = { host: "localhost:13337", ...given };
    const client = { ...LOCAL, forwarded: isForwarded((name) => headers[name] ?? null) };
    return await app.request(path, { ...init, headers }, { client });
  };
  const get = (path: string, headers: Record<string, string> = {}) => request(path, { headers });
  return { ...deps, app, request, get };
}

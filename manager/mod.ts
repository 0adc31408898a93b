import { getLogger } from "@logtape/logtape";
import { formatAddress } from "../proxy/net/address.ts";
import { openCertificate } from "../proxy/tls/certificate.ts";
import { steadyClock } from "./clock.ts";
import { Auth } from "./auth/auth.ts";
import { AuditLog } from "./audit.ts";
import { Alerts, type AlertsDeps } from "./alerts/alerts.ts";
import { applyOptions, type ManagerApplied, openRules } from "./apply.ts";
import { createApp } from "./api/app.ts";
import { ControlHub } from "./control/hub.ts";
import { readDashboard } from "./api/dashboard.ts";
import type { FleetStats } from "./api/model.ts";
import { SESSION_COOKIE } from "./api/who.ts";
import { fleetTotals } from "./api/views.ts";
import { HistoryClient } from "./history/client.ts";
import { Ingest } from "./ingest.ts";
import { IngestStats } from "./ingest_stats.ts";
import { Live } from "./live.ts";
import { Health } from "./health.ts";
import { createMetrics } from "./metrics.ts";
import type { ManagerOptions } from "./options.ts";
import { ReceiverThread } from "./receiver/thread.ts";
import { Registry } from "./registry.ts";
import { SealCheck } from "./sealed/check.ts";
import { keysOf, openKeys } from "./sealed/keys.ts";
import { type Handler, HttpServer } from "./server.ts";
import { exposureWarnings } from "./warnings.ts";

export { DataDirError } from "./history/data_dir.ts";

const TICK_MS = 1_000;

export interface ManagerDeps {
  version: string;
  /** The built dashboard, read once at start. */
  dashboardDir: URL;
  /** Unix milliseconds of a clock that does not run backwards. */
  now?: () => number;
  /** What its threads run, if not the program's own worker. */
  worker?: URL;
  /** How webhooks are told, other than usual. */
  webhooks?: AlertsDeps["webhooks"];
}

/** A manager that listens on both its ports. */
export interface RunningManager {
  addr: Deno.NetAddr;
  statsAddr: Deno.NetAddr;
  /** Goes over to other options as far as that takes no restart; never rejects. Where it fails, nothing has changed. */
  apply(options: ManagerOptions): ManagerApplied;
  /** Ends viewers with 1001 and closes everything. */
  stop(): Promise<void>;
}

/**
 * Starts a manager; throws {@link ListenError}, FileError, or {@link DataDirError} where a directory that
 * was asked for cannot be used, with nothing left open.
 */
export async function startManager(
  options: ManagerOptions,
  deps: ManagerDeps,
): Promise<RunningManager> {
  const { version, now = steadyClock() } = deps;
  const startedAt = now();
  const registry = new Registry({ maxProxies: options.maxProxies });
  const keys = openKeys(options);
  const certificate = options.tls && openCertificate(options.tls, { by: "manager" });
  const orderKeys = options.control
    ? keysOf(options.control.keys, options.control.file, "--control-key-file")
    : null;
  const control = orderKeys && new ControlHub({
    keys: orderKeys.value,
    now,
    onChange: (proxyId, isControlled) => registry.setControlled(proxyId, isControlled),
  });
  const rules = openRules(options);
  const check = keys && new SealCheck(keys.value, deps.now ?? Date.now);
  const ingest = new Ingest(registry, now, check);
  const receiver = new ReceiverThread(
    { listen: options.statsListen, rate: options.statsRate, keys: keys?.value },
    (bytes, source, ageMs, seal) => ingest.handle(bytes, source, ageMs, seal) === null,
    deps.worker,
  );
  const arrived = new IngestStats(ingest.counters, receiver);
  const stats = (): FleetStats => ({
    manager_version: version,
    manager_uptime: Math.max(0, now() - startedAt) / 1000,
    ...fleetTotals(registry, now()),
    ingest: arrived.figures(),
    history: history.state,
    alerts: alerts.counts,
  });
  const { maxProxies } = options;
  const publicHosts = [...options.publicHosts];
  const worker = deps.worker;
  const history = new HistoryClient(options.history, { registry, now, maxProxies, worker });
  const alerts = new Alerts(rules, {
    ...{ registry, now, version, webhooks: deps.webhooks },
    historyFailed: () => history.state.state === "failed",
    event: (kind, proxyId, detail) => history.addEvent(kind, proxyId, detail),
    keep: (text) => history.keepText("alerts", text),
  });
  const live = new Live(registry, stats, now);
  const audit = new AuditLog({ now, keep: (entry) => history.keep(entry) });
  const auth = options.auth ? new Auth(options.auth, { audit }) : undefined;
  const health = new Health(() => server);
  const viewers = () => live.viewers;
  const metrics = createMetrics({ registry, stats, now, viewers, alerts, auth, health, control });
  const dashboard = await readDashboard(deps.dashboardDir);
  const app = createApp({
    ...{ registry, stats, now, live, audit, alerts, metrics, history, dashboard, publicHosts },
    ...{ version, auth, control, cookieName: `${SESSION_COOKIE}_${options.listen.port}` },
    noteRequest: (route, method, status, s) => health.noteRequest(route, method, status, s),
    noteError: (code) => server.refusals.noteError(code),
    basePath: options.basePath,
    hsts: options.hsts,
  });

  // Before the HTTP server: once that answers, all is up, signals included. And before the first report
  // the history, so that totals go on where an earlier run left them.
  let server: HttpServer;
  try {
    await history.start();
    audit.startBehind(history.lastAuditId);
    alerts.start(history.keptText("alerts"));
    await receiver.start();
    const answer: Handler = (request, client) => app.fetch(request, { client });
    const exposure = { certificate, proxies: options.trustedProxies };
    server = new HttpServer(options.listen, answer, options.http, exposure);
  } catch (error) {
    receiver.stop();
    await Promise.all([alerts.stop(), history.stop()]);
    throw error;
  }
  const statsAddr = receiver.addr;
  keys?.follow((keys) => {
    check?.setKeys(keys);
    receiver.setKeys(keys);
  });
  certificate?.watch();
  auth?.follow();
  orderKeys?.follow((keys) => control?.setKeys(keys));
  const log = getLogger(["rustproxy", "manager"]);
  const url = `${options.tls ? "https" : "http"}://${text(server.addr)}${options.basePath}`;
  log.info(
    `manager listening on ${url}, statistics on udp ${text(statsAddr)}`,
    { sealed: keys ? true : undefined, gives_orders: control ? true : undefined },
  );
  const { hostname } = server.addr;
  const listening = { url, hostname, stats: text(statsAddr), statsHostname: statsAddr.hostname };
  for (const warning of exposureWarnings(options, listening)) log.warn(warning);
  health.start();
  const parts = { arrived, registry, alerts, live, history, auth, control };
  const timer = setInterval(() => tick(parts, now()), TICK_MS);
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    clearInterval(timer);
    keys?.close();
    certificate?.close();
    auth?.close();
    orderKeys?.close();
    health.stop();
    receiver.stop();
    live.stop();
    control?.stop();
    await Promise.all([server.stop(), alerts.stop(), history.stop()]);
    log.info(`manager on ${url} stopped`);
  };
  return {
    addr: server.addr,
    statsAddr,
    apply: (next) => {
      const { options: now, ...applied } = applyOptions(options, next, {
        alerts,
        auth,
        publicHosts,
      });
      options = now;
      return applied;
    },
    stop: () => stopped ??= stop(),
  };
}

interface Parts {
  arrived: IngestStats;
  registry: Registry;
  alerts: Alerts;
  live: Live;
  history: HistoryClient;
  auth?: Auth;
  control: ControlHub | null;
}

function tick(parts: Parts, nowMs: number): void {
  const { arrived, registry, alerts, live, history, auth, control } = parts;
  try {
    arrived.tick(nowMs);
    registry.tick(nowMs);
    auth?.sweep();
    alerts.tick(nowMs);
    live.flush();
    history.tick();
    control?.tick(nowMs);
  } catch (error) {
    getLogger(["rustproxy", "manager"]).error("Cannot update the fleet: {error}", { error });
  }
}

function text({ hostname, port }: Deno.NetAddr): string {
  return formatAddress({ host: hostname, port });
}

import { getLogger } from "@logtape/logtape";
import { type Address, formatAddress, ListenError } from "../proxy/net/address.ts";
import { createApp } from "./api/app.ts";
import { readDashboard } from "./api/dashboard.ts";
import type { FleetStats } from "./api/model.ts";
import { fleetTotals } from "./api/views.ts";
import { Ingest } from "./ingest.ts";
import { Live } from "./live.ts";
import { createMetrics } from "./metrics.ts";
import type { ManagerOptions } from "./options.ts";
import { Registry } from "./registry.ts";
import { HttpServer } from "./server.ts";

const TICK_MS = 1_000;

export interface ManagerDeps {
  version: string;
  /** The built dashboard, read once at start. */
  dashboardDir: URL;
  /** Unix milliseconds. */
  now?: () => number;
}

/** A manager that listens on both its ports. */
export interface RunningManager {
  addr: Deno.NetAddr;
  statsAddr: Deno.NetAddr;
  /** Ends viewers with 1001 and closes everything. */
  stop(): Promise<void>;
}

/** Starts a manager; throws {@link ListenError} with nothing left open where a port is taken. */
export async function startManager(
  options: ManagerOptions,
  deps: ManagerDeps,
): Promise<RunningManager> {
  const { version, now = Date.now } = deps;
  const startedAt = now();
  const registry = new Registry();
  const ingest = new Ingest(registry, now);
  const stats = (): FleetStats => ({
    manager_version: version,
    manager_uptime: Math.max(0, now() - startedAt) / 1000,
    ...fleetTotals(registry, now()),
    ingest: ingest.counters,
  });
  const live = new Live(registry, stats, now);
  const metrics = createMetrics({ registry, stats, now, viewers: () => live.viewers });
  const dashboard = await readDashboard(deps.dashboardDir);
  const { publicHosts } = options;
  const app = createApp({ registry, stats, now, live, metrics, dashboard, publicHosts, version });

  const server = new HttpServer(options.listen, (request) => app.fetch(request));
  let socket: Deno.DatagramConn;
  try {
    socket = listenUdp(options.statsListen);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const statsAddr = socket.addr as Deno.NetAddr;
  const log = getLogger(["rustproxy", "manager"]);
  log.info(
    `manager listening on http://${text(server.addr)}, statistics on udp ${text(statsAddr)}`,
  );
  const receiving = ingest.run(socket);
  const timer = setInterval(() => tick(registry, live, now()), TICK_MS);
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    clearInterval(timer);
    ingest.stop();
    socket.close();
    await receiving;
    live.stop();
    await server.stop();
    log.info(`manager on http://${text(server.addr)} stopped`);
  };
  return {
    addr: server.addr,
    statsAddr,
    stop: () => stopped ??= stop(),
  };
}

function tick(registry: Registry, live: Live, nowMs: number): void {
  try {
    registry.tick(nowMs);
    live.flush();
  } catch (error) {
    getLogger(["rustproxy", "manager"]).error("Cannot update the fleet: {error}", { error });
  }
}

function listenUdp(address: Address): Deno.DatagramConn {
  try {
    return Deno.listenDatagram({
      hostname: address.host,
      port: address.port,
      transport: "udp",
    });
  } catch (error) {
    throw new ListenError("udp", address, error);
  }
}

function text({ hostname, port }: Deno.NetAddr): string {
  return formatAddress({ host: hostname, port });
}

import type {
  Backend,
  FleetStats,
  LiveConnection,
  ProxySummary,
  ServerMessage,
} from "../../manager/api/model.ts";
import type { Sample } from "../../dashboard/state/series.ts";
import { alertFigures, historyFigures, ingestFigures } from "../support/reports.ts";

/** The fleet's figures in a message. */
export function stats(overrides: Partial<FleetStats> = {}): FleetStats {
  return {
    manager_version: "0.1.0",
    manager_uptime: 100,
    total_proxies: 1,
    active_proxies: 1,
    total_connections: 10,
    active_connections: 2,
    failed_connections: 0,
    rejected_connections: 0,
    total_bytes_sent: 1000,
    total_bytes_received: 2000,
    rate_sent: 10,
    rate_received: 20,
    ingest: ingestFigures(),
    history: historyFigures(),
    alerts: alertFigures(),
    ...overrides,
  };
}

/** A proxy in a message. */
export function proxy(overrides: Partial<ProxySummary> = {}): ProxySummary {
  return {
    proxy_id: "edge-1",
    proxy_type: "http",
    listen_addr: "127.0.0.1:8080",
    host: "edge",
    version: "0.1.0",
    status: "online",
    draining: false,
    labels: {},
    controlled: false,
    total_connections: 10,
    active_connections: 2,
    failed_connections: 0,
    rejected_connections: 0,
    total_bytes_sent: 1000,
    total_bytes_received: 2000,
    rate_sent: 1,
    rate_received: 2,
    start_time: 1000,
    uptime: 100,
    last_report: 1100,
    last_seen: 1100,
    counted_since: 1000,
    interval: 5,
    loss_percent: 0,
    datagrams: 0,
    dropped_datagrams: 0,
    omitted_connections: 0,
    ...overrides,
  };
}

/** A live connection in a message. */
export function connection(overrides: Partial<LiveConnection> = {}): LiveConnection {
  return {
    id: 1,
    client_ip: "192.0.2.1",
    client_port: 50_000,
    target: "example.com:443",
    bytes_sent: 100,
    bytes_received: 200,
    start_time: 1000,
    last_activity: 1100,
    active: true,
    state: "active",
    user: "",
    reason: "",
    requests: 0,
    reported: 1100,
    ...overrides,
  };
}

/** A backend in a message. */
export function backend(overrides: Partial<Backend> = {}): Backend {
  return {
    name: "192.0.2.10:80",
    weight: 1,
    state: "up",
    active_connections: 2,
    total_connections: 9,
    bytes_sent: 100,
    bytes_received: 200,
    errors: 1,
    check_latency_ms: 0.4,
    ...overrides,
  };
}

type Message<T extends ServerMessage["type"]> = Extract<ServerMessage, { type: T }>;

/** The first message after a connection opens. */
export function snapshot(overrides: Partial<Message<"snapshot">> = {}): Message<"snapshot"> {
  return { type: "snapshot", seq: 1, time: 1100, stats: stats(), proxies: [proxy()], ...overrides };
}

/** What has changed since. */
export function delta(overrides: Partial<Message<"delta">> = {}): Message<"delta"> {
  const empty = { proxies: [], removed: [] };
  return { type: "delta", seq: 2, time: 1101, stats: stats(), ...empty, ...overrides };
}

/** A proxy's connections. */
export function connections(
  overrides: Partial<Message<"connections">> = {},
): Message<"connections"> {
  const none = { full: true, upsert: [], removed: [], omitted: 0 };
  return { type: "connections", proxy_id: "edge-1", ...none, ...overrides };
}

/** A moment of a chart. */
export function sample(
  at: number,
  sent: number | null,
  received: number | null = sent,
  overrides: Partial<Sample> = {},
): Sample {
  return { at, sent, received, active: null, proxies: null, ...overrides };
}

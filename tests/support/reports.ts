import type { BackendRecord } from "../../proxy/stats/backend_record.ts";
import type { LabelsPart } from "../../proxy/stats/labels_record.ts";
import type { LimitsRecord } from "../../proxy/stats/limits_record.ts";
import type { ConnectionRecord, Summary } from "../../proxy/stats/report.ts";
import { encodeConnections } from "../../proxy/stats/report.ts";
import type { FleetStats, Ingest as IngestFigures } from "../../manager/api/model.ts";
import type { ProxyState, Report } from "../../manager/fleet/report.ts";

/** A history that is off. */
export function historyFigures(): FleetStats["history"] {
  const dropped = { series: 0, log: 0, events: 0, audit: 0, batches: 0 };
  return { state: "off", reason: "--no-history", since: 0, last_write: null, dropped };
}

/** Nothing is wrong. */
export function alertFigures(): FleetStats["alerts"] {
  return { firing: 0, pending: 0, unacknowledged: 0 };
}

/** When the tests' clocks begin, in Unix milliseconds. */
export const T0 = 1_800_000_000_000;

/** A boot id of this one digit. */
export const boot = (digit: string): string => digit.repeat(32);

/** A proxy that started 100 s before `T0` and reports at `T0`. */
export function summary(overrides: Partial<Summary> = {}): Summary {
  return {
    v: 1,
    proxy_id: "edge-1",
    boot_id: boot("a"),
    seq: 0,
    sent_at: T0 / 1000,
    interval: 5,
    refresh_s: 5,
    state: "running",
    proxy_type: "http",
    listen_addr: "127.0.0.1:8080",
    host: "edge",
    version: "0.1.0",
    start_time: T0 / 1000 - 100,
    total_connections: 10,
    active_connections: 2,
    total_bytes_sent: 1000,
    total_bytes_received: 2000,
    rejected_connections: 1,
    failed_connections: 3,
    omitted_connections: 0,
    ...overrides,
  };
}

/** A live connection that began 10 s before `T0`. */
export function connection(overrides: Partial<ConnectionRecord> = {}): ConnectionRecord {
  return {
    id: 1,
    client_ip: "192.0.2.1",
    client_port: 50_000,
    target: "example.com:443",
    bytes_sent: 100,
    bytes_received: 200,
    start_time: T0 / 1000 - 10,
    last_activity: T0 / 1000 - 1,
    state: "active",
    user: "",
    reason: "",
    requests: 1,
    ...overrides,
  };
}

/** A report as the registry takes it. */
export function report(
  proxy: Partial<ProxyState> = {},
  connections: ConnectionRecord[] = [],
  reasons: Record<string, number> = {},
  backends: BackendRecord[] = [],
  limits: LimitsRecord | null = null,
  labels: LabelsPart | null = null,
): Report {
  const { v: _, ...defaults } = summary();
  const lists = { connections, reasons, backends, limits, labels };
  return { proxy: { ...defaults, ...proxy }, complete: false, ...lists };
}

/** The limits that an http proxy has if nobody sets any. */
export function limits(overrides: Partial<LimitsRecord> = {}): LimitsRecord {
  return {
    max_connections: 8000,
    max_connections_per_client: null,
    accept_rate: null,
    idle_timeout: null,
    bandwidth: null,
    bandwidth_per_connection: null,
    connect_timeout: 10,
    drain_timeout: 10,
    max_header_size: 65_536,
    max_body_size: null,
    ...overrides,
  };
}

/** A backend that is up and in use. */
export function backend(overrides: Partial<BackendRecord> = {}): BackendRecord {
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

/** A datagram with these connections, as a proxy sends it. */
export function datagram(
  overrides: Partial<Summary> = {},
  connections: ConnectionRecord[] = [],
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(encodeConnections(summary(overrides), connections, 0, 60_000).bytes);
}

/** A report of the original program, of a proxy that started 100 s before `T0`. */
export function legacyReport(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    proxy_id: "socks5_0.0.0.0:1080",
    proxy_type: "Socks5",
    listen_addr: "0.0.0.0:1080",
    total_connections: 2,
    active_connections: 1,
    total_bytes_sent: 10,
    total_bytes_received: 20,
    connections: [legacyConnection(), legacyConnection({ client_ip: "[2001:db8::1]:40001" })],
    start_time: T0 / 1000 - 100,
    last_report: T0 / 1000,
    ...overrides,
  };
}

/** A connection in a report of the original program. */
export function legacyConnection(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    client_ip: "192.0.2.7:40000",
    target: "example.org:80",
    bytes_sent: 0,
    bytes_received: 0,
    start_time: T0 / 1000 - 20,
    last_activity: T0 / 1000 - 20,
    active: true,
    ...overrides,
  };
}

/** Any value as the JSON bytes of a datagram. */
export function jsonBytes(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** What arrived at a manager, as its API shows it. */
export function ingestFigures(overrides: Partial<IngestFigures> = {}): IngestFigures {
  return {
    datagrams: 0,
    bytes: 0,
    legacy: 0,
    dropped: {},
    datagrams_per_s: 0,
    bytes_per_s: 0,
    sources: 0,
    receive_errors: 0,
    receiver_restarts: 0,
    ...overrides,
  };
}

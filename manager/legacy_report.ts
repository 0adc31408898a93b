/**
 * The report of the original program: one JSON object with all connections, not numbered, with no
 * boot and no connection ids, closed connections included for ever.
 */
import { z } from "zod";
import { unmapIPv4 } from "../proxy/net/address.ts";
import type { ConnectionRecord } from "../proxy/stats/report.ts";
import { KEEP_CLOSED_MS, MAX_CLOSED_PER_PROXY } from "./fleet/connections.ts";
import type { Report } from "./fleet/report.ts";

/** The original sends one datagram each 5 seconds, and does not say so in it. */
const INTERVAL_S = 5;

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const time = z.number().min(0).max(1e11);

const connectionSchema = z.object({
  client_ip: z.string().max(1024),
  target: z.string().max(1024),
  bytes_sent: count,
  bytes_received: count,
  start_time: time,
  last_activity: time,
  active: z.boolean(),
});
type LegacyConnection = z.infer<typeof connectionSchema>;

/** `proxy_id` is kept as it is, so it may hold more than ours, but no control character, and nothing that no URL holds. */
export const legacyReportSchema = z.object({
  proxy_id: z.string().min(1).max(300).regex(/^[^\p{Cc}\p{Cs}]+$/u),
  proxy_type: z.string().min(1).max(64),
  listen_addr: z.string().max(300),
  total_connections: count,
  active_connections: count,
  total_bytes_sent: count,
  total_bytes_received: count,
  connections: z.array(connectionSchema).max(2000),
  start_time: time,
  last_report: time.optional(),
});
export type LegacyReport = z.infer<typeof legacyReportSchema>;

/** The original's report, received at `atMs`, as the registry takes it. A restart shows in `start_time`. */
export function fromLegacy(report: LegacyReport, atMs: number): Report {
  const { connections, last_report, ...summary } = report;
  const sentAt = last_report && last_report >= report.start_time ? last_report : atMs / 1000;
  return {
    proxy: {
      ...summary,
      proxy_type: report.proxy_type.toLowerCase(),
      boot_id: `start-${report.start_time}`,
      seq: null,
      sent_at: sentAt,
      interval: INTERVAL_S,
      refresh_s: INTERVAL_S,
      state: "running",
      host: "",
      version: "",
      failed_connections: 0,
      rejected_connections: 0,
      omitted_connections: 0,
    },
    connections: toRecords(connections, sentAt),
    complete: true,
    reasons: {},
    backends: [],
    limits: null,
    labels: null,
  };
}

function toRecords(connections: LegacyConnection[], sentAt: number): ConnectionRecord[] {
  const times = new Map<string, number>();
  const records = connections.map((connection) => {
    const key = JSON.stringify([connection.client_ip, connection.target, connection.start_time]);
    // Two requests of one client connection in the same second look alike; their order is stable.
    const nth = times.get(key) ?? 0;
    times.set(key, nth + 1);
    return toRecord(connection, stableNumber(`${key}${nth}`));
  });
  const live = records.filter(({ state }) => state === "active");
  const closed = records
    .filter(({ state }) => state === "closed")
    .filter(({ last_activity }) => sentAt - last_activity <= KEEP_CLOSED_MS / 1000)
    .sort((a, b) => b.last_activity - a.last_activity)
    .slice(0, MAX_CLOSED_PER_PROXY);
  return [...live, ...closed];
}

function toRecord(connection: LegacyConnection, id: number): ConnectionRecord {
  const { active, client_ip, target, ...figures } = connection;
  const [, v6, plain, port] = /^(?:\[([^\]]*)\]|(.*?))(?::(\d{1,5}))?$/s.exec(client_ip) ?? [];
  const clientPort = Number(port ?? 0);
  return {
    ...figures,
    id,
    client_ip: unmapIPv4(v6 ?? plain ?? client_ip).slice(0, 64),
    client_port: clientPort <= 65535 ? clientPort : 0,
    target: target.slice(0, 300),
    state: active ? "active" : "closed",
    user: "",
    reason: "",
    requests: 0,
  };
}

/** A number of 53 bits that is the same for the same text each time (cyrb53, two 32-bit hashes mixed). */
function stableNumber(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}

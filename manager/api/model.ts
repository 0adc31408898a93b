/**
 * The contract between the manager and whoever reads it: REST replies and WebSocket messages.
 * Declared once; the API validates and documents with it, the dashboard takes its types from it.
 * Times are Unix seconds on the manager's clock, durations seconds, sizes bytes, rates bytes a second.
 */
import { z } from "@hono/zod-openapi";
import { BACKEND_STATES } from "../../proxy/stats/backend_record.ts";
import { CONNECTION_STATES } from "../../proxy/stats/report.ts";
import { alertCountsSchema } from "./model_alerts.ts";
import { historyStateSchema } from "./model_history.ts";
import { fleetConnectionsSchema } from "./model_live.ts";

export const PROXY_STATUSES = ["online", "stale", "offline", "stopped"] as const;
export type ProxyStatus = (typeof PROXY_STATUSES)[number];

const count = z.number().int().min(0);
const time = z.number().min(0);
const rate = z.number().min(0);

/** A proxy without its connections. Totals are those of all boots since `counted_since`. */
export const proxySummarySchema = z.object({
  proxy_id: z.string(),
  proxy_type: z.string(),
  listen_addr: z.string(),
  host: z.string(),
  version: z.string(),
  status: z.enum(PROXY_STATUSES),
  draining: z.boolean(),
  labels: z.record(z.string(), z.string()).openapi({
    description: "what was said of it with --label, by name",
  }),
  controlled: z.boolean().openapi({ description: "it takes orders from this manager now" }),
  total_connections: count,
  active_connections: count,
  failed_connections: count,
  rejected_connections: count,
  total_bytes_sent: count,
  total_bytes_received: count,
  rate_sent: rate,
  rate_received: rate,
  start_time: time,
  uptime: z.number().min(0),
  last_report: time,
  last_seen: time,
  counted_since: time,
  interval: z.number().min(0).openapi({ description: "seconds between two reports" }),
  loss_percent: z.number().min(0).max(100).openapi({
    description: "share of its datagrams that did not arrive in the last minute",
  }),
  datagrams: count.openapi({ description: "its datagrams that were taken" }),
  dropped_datagrams: count.openapi({ description: "datagrams in its name that were dropped" }),
  omitted_connections: count.openapi({
    description: "live connections that it left out of its reports, or that found no room here",
  }),
}).openapi("ProxySummary");
export type ProxySummary = z.infer<typeof proxySummarySchema>;

export const connectionSchema = z.object({
  id: count,
  client_ip: z.string(),
  client_port: z.number().int().min(0).max(65535),
  target: z.string(),
  bytes_sent: count,
  bytes_received: count,
  start_time: time,
  last_activity: time,
  active: z.boolean(),
  state: z.enum(CONNECTION_STATES),
  user: z.string(),
  reason: z.string(),
  requests: count,
}).openapi("Connection");
export type Connection = z.infer<typeof connectionSchema>;

/** A connection in a message, with when it was last reported: what its rate is counted over. */
const liveConnectionSchema = connectionSchema.extend({ reported: time });
export type LiveConnection = z.infer<typeof liveConnectionSchema>;

/** One backend of a tcp proxy. Its figures are those of the proxy's current boot. */
export const backendSchema = z.object({
  name: z.string().openapi({ description: "host:port" }),
  weight: count,
  state: z.enum(BACKEND_STATES).openapi({
    description:
      "down by its health checks, set_aside since a connection to it failed; drained and " +
      "disabled ones get no new connections, removed ones are no backends any more",
  }),
  active_connections: count,
  total_connections: count,
  bytes_sent: count,
  bytes_received: count,
  errors: count.openapi({ description: "connections that could not be made" }),
  check_latency_ms: z.number().min(0).nullable().openapi({
    description: "how long the last health check took; null if there was none or it failed",
  }),
}).openapi("Backend");
export type Backend = z.infer<typeof backendSchema>;

const limit = z.number().min(0).nullable();

/** The limits of a proxy's current boot; null is no limit. */
export const limitsSchema = z.object({
  max_connections: limit,
  max_connections_per_client: limit,
  accept_rate: limit.openapi({ description: "new connections a second of one client" }),
  idle_timeout: limit,
  bandwidth: limit.openapi({ description: "bytes a second of the whole proxy, each way" }),
  bandwidth_per_connection: limit,
  connect_timeout: limit,
  drain_timeout: limit,
  max_header_size: limit.openapi({ description: "of an http proxy; else null" }),
  max_body_size: limit.openapi({ description: "of an http proxy; else null" }),
}).openapi("Limits");
export type Limits = z.infer<typeof limitsSchema>;

/** What arrived over UDP, and what was dropped and why. */
export const ingestSchema = z.object({
  datagrams: count,
  bytes: count,
  legacy: count.openapi({ description: "reports in the original program's form" }),
  dropped: z.record(z.string(), count).openapi({ description: "dropped datagrams by reason" }),
  datagrams_per_s: rate.openapi({ description: "over the last 10 s, dropped ones included" }),
  bytes_per_s: rate,
  sources: count.openapi({ description: "addresses from which reports were accepted" }),
  receive_errors: count.openapi({ description: "failed attempts to receive" }),
  receiver_restarts: count.openapi({ description: "how often the receiving thread died" }),
}).openapi("Ingest");
export type Ingest = z.infer<typeof ingestSchema>;

/** The fleet as one. Active connections leave out offline and stopped proxies; totals include them. */
export const fleetStatsSchema = z.object({
  manager_version: z.string(),
  manager_uptime: z.number().min(0),
  total_proxies: count,
  active_proxies: count,
  total_connections: count,
  active_connections: count,
  failed_connections: count,
  rejected_connections: count,
  total_bytes_sent: count,
  total_bytes_received: count,
  rate_sent: rate,
  rate_received: rate,
  ingest: ingestSchema,
  history: historyStateSchema,
  alerts: alertCountsSchema,
}).openapi("FleetStats");
export type FleetStats = z.infer<typeof fleetStatsSchema>;

/** `GET /api/stats`. */
export const statsReplySchema = fleetStatsSchema.extend({
  proxies: z.array(proxySummarySchema),
}).openapi("StatsReply");

/** `GET /api/proxy/:id`. */
export const proxyReplySchema = proxySummarySchema.extend({
  reasons: z.record(z.string(), count).openapi({
    description: "failed and rejected connections of the current boot by reason",
  }),
  dropped: z.record(z.string(), count).openapi({
    description: "datagrams in its name that were dropped, by reason",
  }),
  backends: z.array(backendSchema).openapi({ description: "of a tcp proxy; else empty" }),
  limits: limitsSchema.nullable().openapi({
    description:
      "those of the whole proxy, with null for no limit; null as long as none is reported",
  }),
  connections: z.array(connectionSchema),
  connections_total: count,
  connections_omitted: count.openapi({
    description: "connections that are not in this reply, or that the proxy did not report",
  }),
}).openapi("ProxyReply");

/** `GET /api/health`. */
export const healthReplySchema = z.object({
  status: z.literal("healthy"),
  timestamp: time,
}).openapi("Health");

/** Every error of the API. */
export const errorReplySchema = z.object({
  error: z.object({ code: z.string(), message: z.string() }),
}).openapi("Error");
export type ErrorReply = z.infer<typeof errorReplySchema>;

/**
 * What the manager sends over `/ws`. `seq` is the number of the manager's last delta, the same for
 * every viewer: a snapshot says at which it stands, and each delta after it is one more.
 */
export const serverMessageSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("snapshot"),
    seq: count,
    time,
    stats: fleetStatsSchema,
    proxies: z.array(proxySummarySchema),
  }),
  z.object({
    type: z.literal("delta"),
    seq: count,
    time,
    stats: fleetStatsSchema,
    proxies: z.array(proxySummarySchema),
    removed: z.array(z.string()),
  }),
  z.object({
    type: z.literal("connections"),
    proxy_id: z.string(),
    full: z.boolean(),
    upsert: z.array(liveConnectionSchema),
    removed: z.array(count),
    omitted: count,
    /** All of them, where they have changed and in a full message; else absent. */
    backends: z.array(backendSchema).optional(),
    /** Counters of the current boot by reason; all of them, where they have changed, as above. */
    reasons: z.record(z.string(), count).optional(),
    /** The limits, as above; null where the proxy has not reported them. */
    limits: limitsSchema.nullable().optional(),
  }),
  fleetConnectionsSchema,
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;

/** Whose connections a viewer wants to hear of: one proxy's, or with null the whole fleet's. */
const topic = z.string().min(1).max(300).nullable();

/** What a viewer sends over `/ws`. */
export const clientMessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("subscribe"), proxy_id: topic }),
  z.object({ type: z.literal("unsubscribe"), proxy_id: topic }),
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;

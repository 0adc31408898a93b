/** The contract of the routes that tell of the past. Times are Unix seconds, sizes bytes. */
import { z } from "@hono/zod-openapi";
import { CONNECTION_STATES } from "../../proxy/stats/report.ts";
import { EVENT_KINDS, USAGE_KINDS } from "../history/batch.ts";

const count = z.number().int().min(0);
const time = z.number().min(0);

export const HISTORY_STATES = ["on", "opening", "failed", "off"] as const;

/** Whether the fleet is being remembered; part of `GET /api/stats`. */
export const historyStateSchema = z.object({
  state: z.enum(HISTORY_STATES).openapi({
    description: "off by --no-history, failed where it is on but cannot be written now",
  }),
  reason: z.string().openapi({ description: "why it is not on; else empty" }),
  since: time,
  last_write: time.nullable().openapi({ description: "null if there was none" }),
  dropped: z.object({
    ...{ series: count, log: count, events: count, audit: count, batches: count },
  }).openapi({
    description: "what was not written since the manager started: rows by kind, whole batches",
  }),
}).openapi("HistoryState");

/** What was observed in one step. A step in which nothing was observed has no point. */
export const historyPointSchema = z.object({
  time: time.openapi({ description: "the begin of the step" }),
  bytes_sent: count,
  bytes_received: count,
  connections: count.openapi({ description: "those that began, failed ones among them" }),
  failed: count,
  rejected: count,
  active: z.number().min(0).nullable().openapi({ description: "the mean of what was reported" }),
  active_max: count.nullable(),
}).openapi("HistoryPoint");

/** What one of the busiest proxies did in one step. */
export const proxyPointSchema = z.object({
  time: time.openapi({ description: "the begin of the step" }),
  bytes_sent: count,
  bytes_received: count,
}).openapi("ProxyPoint");

/** One of the busiest proxies; what all others did is what is left of the fleet's points. */
export const proxySeriesSchema = z.object({
  proxy_id: z.string(),
  points: z.array(proxyPointSchema),
}).openapi("ProxySeries");

/** `GET /api/history`. */
export const historyReplySchema = z.object({
  proxy_id: z.string().nullable().openapi({ description: "null for the whole fleet" }),
  from: time,
  to: time,
  step: count.openapi({ description: "seconds" }),
  points: z.array(historyPointSchema),
  busiest: z.array(proxySeriesSchema).optional().openapi({
    description: "with `by=proxy`: the busiest proxies of this time, the busiest first",
  }),
}).openapi("HistoryReply");
export type HistoryReply = z.infer<typeof historyReplySchema>;
export type HistoryPoint = z.infer<typeof historyPointSchema>;

/** Who used how much. */
export const topEntrySchema = z.object({
  key: z.string(),
  bytes: count.openapi({ description: "both ways, at least" }),
  error_bytes: count.openapi({ description: "how much more it may be at most" }),
}).openapi("TopEntry");

/** `GET /api/top`. */
export const topReplySchema = z.object({
  by: z.enum(USAGE_KINDS),
  proxy_id: z.string().nullable(),
  from: time.openapi({ description: "the begin of the first clock hour that counts" }),
  to: time,
  entries: z.array(topEntrySchema),
  others_bytes: count.openapi({
    description: "what any one that is not listed may have used at most",
  }),
}).openapi("TopReply");

export type TopReply = z.infer<typeof topReplySchema>;

/** One connection of the log. */
export const loggedConnectionSchema = z.object({
  proxy_id: z.string(),
  id: count,
  client_ip: z.string(),
  client_port: count,
  target: z.string(),
  user: z.string(),
  state: z.enum(CONNECTION_STATES),
  reason: z.string(),
  bytes_sent: count,
  bytes_received: count,
  requests: count,
  start_time: time,
  end_time: time.openapi({ description: "when the manager heard of its end" }),
}).openapi("LoggedConnection");

/** `GET /api/log`. */
export const logReplySchema = z.object({
  connections: z.array(loggedConnectionSchema).openapi({ description: "the newest first" }),
  next: z.string().nullable().openapi({
    description: "the cursor of the next page, which may be there even if this one is not full; " +
      "null where there is none",
  }),
}).openapi("LogReply");
export type LogReply = z.infer<typeof logReplySchema>;

/** Something that happened. */
export const eventSchema = z.object({
  id: count,
  time,
  kind: z.enum(EVENT_KINDS),
  proxy_id: z.string().openapi({ description: "empty where it is not about a proxy" }),
  detail: z.string(),
}).openapi("FleetEvent");

/** `GET /api/events`. */
export const eventsReplySchema = z.object({
  events: z.array(eventSchema).openapi({ description: "in the order in which they happened" }),
  next: count.openapi({ description: "the `since` that gives what comes after these" }),
  complete: z.boolean().openapi({
    description: "false where only the newest are known, since there is no history",
  }),
}).openapi("EventsReply");
export type EventsReply = z.infer<typeof eventsReplySchema>;

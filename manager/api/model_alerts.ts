/** The contract of the alerts' routes. Times are Unix seconds, durations seconds. */
import { z } from "@hono/zod-openapi";
import { METRIC_NAMES } from "../alerts/metric.ts";
import { SEVERITIES } from "../alerts/rule.ts";

export const ALERT_STATES = ["pending", "firing", "resolved"] as const;

const count = z.number().int().min(0);
const time = z.number().min(0);

/** How many alerts there are; part of `GET /api/stats`. */
export const alertCountsSchema = z.object({
  firing: count,
  pending: count,
  unacknowledged: count.openapi({ description: "firing ones that nobody has taken note of" }),
}).openapi("AlertCounts");

export const alertRuleSchema = z.object({
  name: z.string(),
  metric: z.enum(METRIC_NAMES),
  severity: z.enum(SEVERITIES),
  scope: z.enum(["proxy", "fleet"]),
  threshold: z.number().openapi({ description: "it fires above; 0 of what only is or is not" }),
  clear: z.number().openapi({ description: "it is over at this or below" }),
  unit: z.string(),
  for_s: z.number().openapi({ description: "how long it must be above the threshold" }),
  keep_s: z.number().openapi({ description: "how long it must be clear until it is over" }),
  proxies: z.array(z.string()).openapi({ description: "patterns of the proxies' ids" }),
  enabled: z.boolean(),
  description: z.string(),
}).openapi("AlertRule");

export const alertSchema = z.object({
  id: z.string(),
  rule: z.string(),
  severity: z.enum(SEVERITIES),
  state: z.enum(ALERT_STATES),
  proxy_id: z.string().openapi({ description: "empty for the fleet" }),
  subject: z.string().openapi({ description: "the backend, or empty" }),
  value: z.number().openapi({ description: "the last that was too high" }),
  threshold: z.number(),
  unit: z.string(),
  since: time,
  fired_at: time.nullable(),
  resolved_at: time.nullable(),
  summary: z.string(),
  acknowledged: z.object({ by: z.string(), at: time }).nullable(),
  silenced: z.boolean(),
  silenced_until: time.nullable().openapi({
    description: "null where it is not silenced, or has no end",
  }),
}).openapi("Alert");

export const silenceSchema = z.object({
  id: z.string(),
  rule: z.string().nullable().openapi({ description: "null for any" }),
  proxy_id: z.string().nullable().openapi({
    description: "an id, or a pattern with `*`; null for any",
  }),
  until: time,
  by: z.string(),
  comment: z.string(),
}).openapi("AlertSilence");

export const webhookSchema = z.object({
  name: z.string(),
  target: z.string().openapi({ description: "its host; the rest may be a secret" }),
  waiting: count.openapi({ description: "alerts that it is still to be told of" }),
  last: z.object({ time, ok: z.boolean(), detail: z.string() }).nullable(),
}).openapi("AlertWebhook");

/** `GET /api/alerts`. */
export const alertsReplySchema = z.object({
  rules: z.array(alertRuleSchema),
  alerts: z.array(alertSchema).openapi({
    description: "firing ones first, then pending, then those that are over; the newest first",
  }),
  silences: z.array(silenceSchema),
  webhooks: z.array(webhookSchema),
  left_out: count.openapi({ description: "alerts that are not in this reply" }),
}).openapi("AlertsReply");
export type AlertsReply = z.infer<typeof alertsReplySchema>;

/** `POST /api/alerts/silences`. */
export const silenceRequestSchema = z.object({
  rule: z.string().min(1).max(64).optional(),
  proxy_id: z.string().min(1).max(300).optional(),
  seconds: z.number().min(1).max(30 * 86_400),
  comment: z.string().max(300).default(""),
}).openapi("AlertSilenceRequest");
export type SilenceRequest = z.input<typeof silenceRequestSchema>;

/** `POST /api/alerts/webhooks/{name}/test`. */
export const webhookTestSchema = z.object({
  ok: z.boolean(),
  status: z.number().int().nullable().openapi({ description: "null where nobody answered" }),
  detail: z.string(),
  seconds: z.number().min(0),
}).openapi("AlertWebhookTest");
export type WebhookTest = z.infer<typeof webhookTestSchema>;

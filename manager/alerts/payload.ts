import { createHmac } from "node:crypto";
import type { MetricName } from "./metric.ts";
import type { Severity } from "./rule.ts";
import type { WebhookOptions } from "./webhook_schema.ts";

/** An alert as receivers get it. Times are Unix seconds. */
export interface Notice {
  /** Of this time that it fires; its `firing` and its `resolved` have the same. */
  id: string;
  /** The same each time that the same rule fires for the same proxy and subject. */
  key: string;
  state: "firing" | "resolved";
  rule: string;
  metric: MetricName;
  severity: Severity;
  proxy_id: string;
  subject: string;
  value: number;
  threshold: number;
  unit: string;
  since: number;
  fired_at: number;
  resolved_at: number | null;
  summary: string;
  description: string;
}

/** What is sent at once. */
export interface Delivery {
  /** The same at each attempt. */
  id: string;
  /** Unix seconds. */
  time: number;
  test: boolean;
  alerts: readonly Notice[];
}

/** The version of the JSON body; a new one where something is taken away. */
const VERSION = 1;

/** The body of a delivery in the form that a receiver wants. */
export function encodeDelivery(
  delivery: Delivery,
  { format }: Pick<WebhookOptions, "format">,
): string {
  return JSON.stringify(
    format === "slack" ? slackText(delivery) : { version: VERSION, ...delivery },
  );
}

/** As `X-RustProxy-Signature` has it; `atS` is in Unix seconds. */
export function signature(secret: string, body: string, atS: number): string {
  const hash = createHmac("sha256", secret).update(`${atS}.${body}`).digest("hex");
  return `t=${atS},v1=${hash}`;
}

function slackText({ test, alerts }: Delivery): { text: string } {
  if (test) return { text: "This is a test of RustProxy's alerts." };
  return { text: alerts.map(slackLine).join("\n") };
}

function slackLine({ state, severity, summary, rule }: Notice): string {
  const word = state === "firing" ? `*Firing* (${severity})` : "*Resolved*";
  return `${word}: ${escapeSlack(summary)} [${rule}]`;
}

/** What Slack reads as links, mentions and entities. */
function escapeSlack(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

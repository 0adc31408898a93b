import { z } from "zod";
import { type Alert, type AlertTable, MAX_ALERTS } from "./alert_table.ts";
import type { Rule } from "./rule.ts";
import { MAX_SILENCES, type Silences } from "./silences.ts";

/** What of the alerts outlives the manager: what fires, so that it is not told again, and who wants silence. */
const savedSchema = z.object({
  alerts: z.array(z.object({
    id: z.string(),
    rule: z.string(),
    metric: z.string(),
    proxy_id: z.string(),
    subject: z.string(),
    since_ms: z.number(),
    fired_ms: z.number(),
    value: z.number(),
    summary: z.string(),
    acknowledged: z.object({ by: z.string(), atMs: z.number() }).nullable(),
    told: z.boolean(),
  })).max(MAX_ALERTS),
  silences: z.array(z.object({
    id: z.string(),
    rule: z.string().nullable(),
    proxyId: z.string().nullable(),
    untilMs: z.number(),
    by: z.string(),
    comment: z.string(),
  })).max(MAX_SILENCES),
});

/** As one text. */
export function saveAlerts(table: AlertTable, silences: Silences): string {
  const alerts = [...table.active()].filter(({ firedMs }) => firedMs !== null).map((alert) => ({
    id: alert.id,
    rule: alert.rule.name,
    metric: alert.rule.metric,
    proxy_id: alert.proxyId,
    subject: alert.subject,
    since_ms: alert.sinceMs,
    fired_ms: alert.firedMs!,
    value: alert.value,
    summary: alert.summary,
    acknowledged: alert.acknowledged,
    told: alert.told,
  }));
  const saved: z.infer<typeof savedSchema> = { alerts, silences: [...silences.all] };
  return JSON.stringify(saved);
}

/** Goes on with what {@link saveAlerts} wrote, where there are still such rules; a text that is none changes nothing. */
export function restoreAlerts(
  text: string,
  rules: readonly Rule[],
  table: AlertTable,
  silences: Silences,
): void {
  const saved = parse(text);
  for (const { rule: name, metric, proxy_id: proxyId, ...alert } of saved?.alerts ?? []) {
    const rule = rules.find((rule) => rule.name === name && rule.metric === metric && rule.enabled);
    if (!rule) continue;
    const { id, subject, since_ms: sinceMs, fired_ms: firedMs, ...rest } = alert;
    const restored: Alert = {
      ...{ id, rule, proxyId, subject, sinceMs, firedMs, resolvedMs: null, ...rest },
      phase: { state: "firing", sinceMs, clearMs: null },
    };
    table.restore(restored);
  }
  for (const silence of saved?.silences ?? []) silences.add(silence);
}

function parse(text: string): z.infer<typeof savedSchema> | null {
  try {
    return savedSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

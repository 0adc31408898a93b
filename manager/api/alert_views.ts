import type { Alert } from "../alerts/alert_table.ts";
import type { Alerts } from "../alerts/alerts.ts";
import { METRICS } from "../alerts/metric.ts";
import type { Rule } from "../alerts/rule.ts";
import type { Silence } from "../alerts/silences.ts";
import type { ALERT_STATES, AlertsReply } from "./model_alerts.ts";

/** Which alerts are wanted; what is left out does not matter. */
export interface AlertFilter {
  state?: (typeof ALERT_STATES)[number];
  severity?: string;
  proxy_id?: string;
  limit: number;
}

type AlertView = AlertsReply["alerts"][number];

/** Everything that is known of alerts, as the API shows it at `nowMs`. */
export function alertsReply(alerts: Alerts, filter: AlertFilter, nowMs: number): AlertsReply {
  const { config, table, silences, notifier } = alerts;
  const active = [...table.active()];
  const all = [
    ...newestFirst(active.filter(({ firedMs }) => firedMs !== null)),
    ...newestFirst(active.filter(({ firedMs }) => firedMs === null)),
    ...table.resolved.toReversed(),
  ].filter((alert) => isWanted(alert, filter));
  return {
    rules: config.rules.map(ruleView),
    alerts: all.slice(0, filter.limit).map((alert) => alertView(alert, alerts, nowMs)),
    silences: silences.all.map(silenceView),
    webhooks: notifier.webhooks.map(({ options: { name }, target, waiting, last }) => {
      return { name, target, waiting, last };
    }),
    left_out: table.leftOut + Math.max(0, all.length - filter.limit),
  };
}

function newestFirst(alerts: Alert[]): Alert[] {
  return alerts.toSorted((a, b) => b.sinceMs - a.sinceMs);
}

function isWanted(alert: Alert, { state, severity, proxy_id }: AlertFilter): boolean {
  return (state === undefined || stateOf(alert) === state) &&
    (severity === undefined || alert.rule.severity === severity) &&
    (proxy_id === undefined || alert.proxyId === proxy_id);
}

function stateOf(alert: Alert): AlertView["state"] {
  return alert.phase?.state ?? "resolved";
}

function alertView(alert: Alert, { silences }: Alerts, nowMs: number): AlertView {
  const { rule, acknowledged } = alert;
  const until = alert.phase ? silences.until(alert, nowMs) : null;
  return {
    id: alert.id,
    rule: rule.name,
    severity: rule.severity,
    state: stateOf(alert),
    proxy_id: alert.proxyId,
    subject: alert.subject,
    value: alert.value,
    threshold: rule.threshold,
    unit: METRICS[rule.metric].unit,
    since: alert.sinceMs / 1000,
    fired_at: seconds(alert.firedMs),
    resolved_at: seconds(alert.resolvedMs),
    summary: alert.summary,
    acknowledged: acknowledged && { by: acknowledged.by, at: acknowledged.atMs / 1000 },
    silenced: until !== null,
    silenced_until: until === Infinity ? null : seconds(until),
  };
}

function ruleView(rule: Rule): AlertsReply["rules"][number] {
  const { name, metric, severity, scope, threshold, clear, enabled, description } = rule;
  return {
    ...{ name, metric, severity, scope, threshold, clear, enabled, description },
    unit: METRICS[metric].unit,
    for_s: rule.forMs / 1000,
    keep_s: rule.keepMs / 1000,
    proxies: [...rule.proxies],
  };
}

/** A silence as the API shows it. */
export function silenceView(silence: Silence): AlertsReply["silences"][number] {
  const { id, rule, proxyId, untilMs, by, comment } = silence;
  return { id, rule, proxy_id: proxyId, until: untilMs / 1000, by, comment };
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}

import type { Alert } from "./alert_table.ts";
import { METRICS } from "./metric.ts";
import type { Notice } from "./payload.ts";
import { TIMING, Webhook, type WebhookDeps } from "./webhook.ts";
import type { WebhookOptions } from "./webhook_schema.ts";

const STOP_MS = 2_000;

/** Brings alerts to those who are to be told. */
export class Notifier {
  #webhooks: Webhook[] = [];
  readonly #deps: WebhookDeps;

  constructor(deps: Partial<WebhookDeps> & Pick<WebhookDeps, "version">) {
    this.#deps = {
      fetch: (...args) => fetch(...args),
      wall: Date.now,
      clock: SYSTEM_CLOCK,
      random: Math.random,
      timing: TIMING,
      ...deps,
    };
  }

  get webhooks(): readonly Webhook[] {
    return this.#webhooks;
  }

  /** Tells these from now on; one of a known name goes on with what waits for it. */
  setWebhooks(all: readonly WebhookOptions[]): void {
    const before = this.#webhooks;
    this.#webhooks = all.map((options) => {
      const known = before.find((webhook) => webhook.options.name === options.name);
      if (known) known.options = options;
      return known ?? new Webhook(options, this.#deps);
    });
    for (const webhook of before) if (!this.#webhooks.includes(webhook)) webhook.stop(0);
  }

  find(name: string): Webhook | undefined {
    return this.#webhooks.find(({ options }) => options.name === name);
  }

  /** Has all be told who want to hear of it. */
  tell(alert: Alert): void {
    const notice = noticeOf(alert);
    for (const webhook of this.#webhooks) {
      if (webhook.options.severities.includes(alert.rule.severity)) webhook.send(notice);
    }
  }

  /** Lets what is on its way arrive within two seconds, and ends. */
  async stop(): Promise<void> {
    await Promise.all(this.#webhooks.map((webhook) => webhook.stop(STOP_MS)));
  }
}

const SYSTEM_CLOCK = {
  now: () => performance.now(),
  after(ms: number, wake: () => void) {
    const timer = setTimeout(wake, ms);
    return () => clearTimeout(timer);
  },
};

function noticeOf({ id, rule, proxyId, subject, ...alert }: Alert): Notice {
  const { name, metric, severity, threshold, description } = rule;
  return {
    id,
    key: [name, proxyId, subject].join("/"),
    state: alert.resolvedMs === null ? "firing" : "resolved",
    rule: name,
    ...{ metric, severity, proxy_id: proxyId, subject, value: alert.value, threshold },
    unit: METRICS[metric].unit,
    since: alert.sinceMs / 1000,
    fired_at: alert.firedMs! / 1000,
    resolved_at: alert.resolvedMs === null ? null : alert.resolvedMs / 1000,
    summary: alert.summary,
    description,
  };
}

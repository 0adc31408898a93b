import { Alerts, type AlertsDeps, type ConfigSource } from "../../manager/alerts/alerts.ts";
import { type AlertConfig, DEFAULT_CONFIG } from "../../manager/alerts/config.ts";
import { BASE, type Rule } from "../../manager/alerts/rule.ts";
import type { WebhookOptions } from "../../manager/alerts/webhook_schema.ts";
import { Registry } from "../../manager/registry.ts";
import type { BackendRecord } from "../../proxy/stats/backend_record.ts";
import type { ProxyState } from "../../manager/fleet/report.ts";
import { report, T0 } from "./reports.ts";

/** A rule that fires as soon as a proxy has more than ten connections. */
export function rule(overrides: Partial<Rule> = {}): Rule {
  return {
    ...{ ...BASE, name: "busy", metric: "active_connections", threshold: 10, clear: 10 },
    keepMs: 0,
    ...overrides,
  };
}

/** A webhook that nobody listens for. */
export function webhookOptions(overrides: Partial<WebhookOptions> = {}): WebhookOptions {
  return {
    name: "hook",
    url: "http://127.0.0.1:9/secret-path",
    secret: null,
    format: "json",
    severities: ["warning", "critical"],
    ...overrides,
  };
}

/** Rules that a test exchanges, as a file would be. */
export class FakeSource implements ConfigSource {
  onChange: (() => void) | null = null;
  value: AlertConfig;

  constructor(value: Partial<AlertConfig>) {
    this.value = { ...DEFAULT_CONFIG, ...value };
  }

  set(value: Partial<AlertConfig>): void {
    this.value = { ...this.value, ...value };
    this.onChange?.();
  }

  watch(): void {}
  close(): void {}
}

/** Alerts over a registry on a clock that {@link AlertBench.run} moves; what they tell and keep is collected. */
export class AlertBench {
  readonly registry = new Registry();
  readonly source: FakeSource;
  readonly alerts: Alerts;
  /** What was told to the history, as `kind proxy_id`. */
  readonly events: string[] = [];
  kept: string | null = null;
  historyFailed = false;
  nowMs = T0;
  #ids = 0;
  #seq = 0;

  constructor(config: Partial<AlertConfig> = {}, deps: Partial<AlertsDeps> = {}) {
    this.source = new FakeSource(config);
    this.alerts = new Alerts(this.source, {
      registry: this.registry,
      now: () => this.nowMs,
      historyFailed: () => this.historyFailed,
      event: (kind, proxyId) => this.events.push(`${kind} ${proxyId}`),
      keep: (text) => this.kept = text,
      version: "0.1.0",
      newId: () => `alert-${++this.#ids}`,
      ...deps,
    });
    this.alerts.start(null);
  }

  /** This proxy reports now. */
  hear(
    state: Partial<ProxyState> = {},
    reasons: Record<string, number> = {},
    backends: BackendRecord[] = [],
  ): void {
    const now = { seq: this.#seq++, sent_at: this.nowMs / 1_000 };
    this.registry.apply(report({ ...now, ...state }, [], reasons, backends), this.nowMs);
  }

  /** Lets so many seconds pass, tick by tick; `each` runs before each of them. */
  run(seconds: number, each: () => void = () => {}): void {
    for (let i = 0; i < seconds; i++) {
      this.nowMs += 1_000;
      each();
      this.registry.tick(this.nowMs);
      this.alerts.tick(this.nowMs);
    }
  }

  /** What holds now, as `rule proxy_id subject state`. */
  get states(): string[] {
    return [...this.alerts.table.active()].map(({ rule, proxyId, subject, phase }) =>
      [rule.name, proxyId, subject, phase!.state].filter((part) => part !== "").join(" ")
    );
  }
}

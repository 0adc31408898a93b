import { getLogger } from "@logtape/logtape";
import type { Registry } from "../registry.ts";
import { type Alert, AlertTable } from "./alert_table.ts";
import { type AlertConfig, DEFAULT_CONFIG } from "./config.ts";
import { Notifier } from "./notifier.ts";
import { restoreAlerts, saveAlerts } from "./saved.ts";
import { type Silence, Silences } from "./silences.ts";
import { Watcher } from "./watcher.ts";
import type { WebhookDeps } from "./webhook.ts";

/** Of more alerts that begin or end at once, the log and the events tell only how many. */
const MAX_TOLD = 50;

/** Rules that may change while they are in use. */
export interface ConfigSource {
  readonly value: AlertConfig;
  onChange: (() => void) | null;
  watch(): unknown;
  close(): void;
}

/** Rules that stay as they are; null for the default ones. */
export function fixedRules(config: AlertConfig | null): ConfigSource | null {
  return config && { value: config, onChange: null, watch() {}, close() {} };
}

export interface AlertsDeps {
  registry: Registry;
  /** Unix milliseconds. */
  now: () => number;
  historyFailed: () => boolean;
  /** Keeps an event. */
  event: (kind: "alert_firing" | "alert_resolved", proxyId: string, detail: string) => void;
  /** Keeps a text for the next run. */
  keep: (text: string) => void;
  version: string;
  webhooks?: Partial<WebhookDeps>;
  newId?: () => string;
}

/** How many alerts there are. */
export interface AlertCounts {
  firing: number;
  pending: number;
  /** Firing ones that nobody has taken note of. */
  unacknowledged: number;
}

/** The manager's alerts: rules, what they found, who is told and who wants silence. */
export class Alerts {
  readonly table: AlertTable;
  readonly silences = new Silences();
  readonly notifier: Notifier;
  readonly #deps: AlertsDeps;
  #source: ConfigSource | null;
  #isFollowing = false;
  readonly #watcher: Watcher;
  readonly #log = getLogger(["rustproxy", "alerts"]);
  #config: AlertConfig = DEFAULT_CONFIG;
  /** What began or ended since the last round. */
  #changes: Alert[] = [];
  #isDirty = false;

  /** With no source of rules it watches by the default ones. */
  constructor(source: ConfigSource | null, deps: AlertsDeps) {
    const { registry, historyFailed, newId, version, webhooks } = deps;
    this.#deps = deps;
    this.#source = source;
    this.table = new AlertTable({ onChange: (alert) => this.#changes.push(alert), newId });
    this.#watcher = new Watcher({ registry, table: this.table, historyFailed }, deps.now());
    this.notifier = new Notifier({ ...webhooks, version });
    this.#configure(source?.value ?? DEFAULT_CONFIG);
  }

  get config(): AlertConfig {
    return this.#config;
  }

  get counts(): AlertCounts {
    const counts = { firing: 0, pending: 0, unacknowledged: 0 };
    for (const { firedMs, acknowledged } of this.table.active()) {
      if (firedMs === null) counts.pending++;
      else counts.firing++;
      if (firedMs !== null && !acknowledged) counts.unacknowledged++;
    }
    return counts;
  }

  /** Follows the file of rules from now on, and goes on with what an earlier run kept. */
  start(kept: string | null): void {
    if (kept !== null) {
      const { rules } = this.#config;
      restoreAlerts(kept, rules, this.table, this.silences);
      // The rules may have been changed meanwhile.
      this.table.setRules(rules, this.#deps.now());
      this.#watcher.setRules(rules);
    }
    this.#isFollowing = true;
    this.#follow();
  }

  /** Watches by other rules from now on; null for the default ones. */
  setSource(source: ConfigSource | null): void {
    this.#source?.close();
    this.#source = source;
    this.#configure(source?.value ?? DEFAULT_CONFIG);
    if (this.#isFollowing) this.#follow();
  }

  /** One look at the fleet; to be called once a second. */
  tick(nowMs: number): void {
    this.#watcher.tick(nowMs);
    if (this.silences.expire(nowMs)) this.#isDirty = true;
    this.#tellChanges();
    this.#tellOthers(nowMs);
    this.#keep();
  }

  /** Notes that somebody knows of it. */
  acknowledge(id: string, by: string): "done" | "not_found" | "not_firing" {
    const alert = this.table.find(id);
    if (!alert) return "not_found";
    if (alert.phase?.state !== "firing") return "not_firing";
    alert.acknowledged ??= { by, atMs: this.#deps.now() };
    this.#isDirty = true;
    return "done";
  }

  /** Has nobody told for so many seconds; null where too many silences are kept already. */
  silence(asked: Omit<Silence, "id" | "untilMs">, seconds: number): Silence | null {
    const id = crypto.getRandomValues(new Uint8Array(8)).toHex();
    const silence = { ...asked, id, untilMs: this.#deps.now() + seconds * 1000 };
    if (!this.silences.add(silence)) return null;
    this.#isDirty = true;
    return silence;
  }

  /** Ends a silence before its time; the silence, or null where there is none. */
  unsilence(id: string): Silence | null {
    const silence = this.silences.remove(id);
    if (silence) this.#isDirty = true;
    return silence;
  }

  /** Lets what is on its way arrive, two seconds at most, and ends. */
  async stop(): Promise<void> {
    this.#source?.close();
    this.#keep();
    await this.notifier.stop();
  }

  #follow(): void {
    if (!this.#source) return;
    this.#source.onChange = () => this.#configure(this.#source!.value);
    this.#source.watch();
  }

  #configure(config: AlertConfig): void {
    this.#config = config;
    this.table.setRules(config.rules, this.#deps.now());
    this.#watcher.setRules(config.rules);
    this.silences.setTimeZone(config.timeZone);
    this.notifier.setWebhooks(config.webhooks);
  }

  #keep(): void {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    this.#deps.keep(saveAlerts(this.table, this.silences));
  }

  #tellChanges(): void {
    const changes = this.#changes;
    this.#changes = [];
    if (changes.length === 0) return;
    this.#isDirty = true;
    for (const alert of changes.slice(0, MAX_TOLD)) this.#record(alert);
    const more = changes.length - MAX_TOLD;
    if (more > 0) this.#log.warn(`${more} more alerts have begun or ended at once`);
    for (const alert of changes) {
      // Who was told of a beginning is told of the end, silence or not.
      if (alert.resolvedMs !== null && alert.told) this.notifier.tell(alert);
    }
  }

  #record(alert: Alert): void {
    const { rule, proxyId, summary, resolvedMs } = alert;
    const detail = `${rule.name} (${rule.severity}): ${summary}`;
    if (resolvedMs === null) this.#log.warn(`Alert ${detail}`);
    else this.#log.info(`Alert over: ${detail}`);
    this.#deps.event(resolvedMs === null ? "alert_firing" : "alert_resolved", proxyId, detail);
  }

  /** Those that fire and that nobody has heard of: new ones, and those whose silence is over. */
  #tellOthers(nowMs: number): void {
    for (const alert of this.table.active()) {
      if (alert.told || alert.firedMs === null || alert.acknowledged) continue;
      if (this.silences.until(alert, nowMs) !== null) continue;
      alert.told = true;
      this.#isDirty = true;
      this.notifier.tell(alert);
    }
  }
}

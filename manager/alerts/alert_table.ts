import { glob } from "../../proxy/glob.ts";
import { describe } from "./metric.ts";
import { advance, type Phase } from "./phase.ts";
import type { Rule } from "./rule.ts";

/** Alerts that are pending or firing at a time, and those that are over and still shown. */
export const MAX_ALERTS = 1_000;
export const MAX_RESOLVED = 500;
const KEEP_RESOLVED_MS = 24 * 3_600_000;

/** One rule that holds, or has held, for one proxy, backend or the fleet. Times are Unix milliseconds. */
export interface Alert {
  readonly id: string;
  rule: Rule;
  /** Empty for the fleet. */
  readonly proxyId: string;
  /** The backend, or empty. */
  readonly subject: string;
  /** Null once it is over. */
  phase: Phase | null;
  sinceMs: number;
  firedMs: number | null;
  resolvedMs: number | null;
  value: number;
  summary: string;
  acknowledged: { by: string; atMs: number } | null;
  /** Whether somebody was told that it fires. */
  told: boolean;
}

/** What a rule watches: its alerts by subject, null while there are none. */
export interface Slot {
  readonly rule: Rule;
  readonly proxyId: string;
  alerts: Map<string, Alert> | null;
}

export interface AlertTableDeps {
  /** Called when an alert begins to fire, and when one that fired is over. */
  onChange: (alert: Alert) => void;
  newId?: () => string;
}

/** All alerts of a manager, bounded. */
export class AlertTable {
  /** Those that hold, by what watches them. */
  readonly #active = new Map<string, Map<string, Alert>>();
  #size = 0;
  #resolved: Alert[] = [];
  #leftOut = 0;
  #leavingOut = 0;
  readonly #onChange: (alert: Alert) => void;
  readonly #newId: () => string;

  constructor({ onChange, newId = randomId }: AlertTableDeps) {
    this.#onChange = onChange;
    this.#newId = newId;
  }

  /** Those for which there was no room at the last look. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** Pending and firing ones. */
  *active(): Generator<Alert> {
    for (const alerts of this.#active.values()) yield* alerts.values();
  }

  /** Those that are over, the newest last. */
  get resolved(): readonly Alert[] {
    return this.#resolved;
  }

  find(id: string): Alert | undefined {
    return this.active().find((alert) => alert.id === id) ??
      this.#resolved.find((alert) => alert.id === id);
  }

  /** A place for what this rule finds; it takes over what is known already. */
  slot(rule: Rule, proxyId: string): Slot {
    return { rule, proxyId, alerts: this.#active.get(slotKey(rule, proxyId)) ?? null };
  }

  /** Takes a value in; null is one that is not known. */
  observe(slot: Slot, subject: string, value: number | null, nowMs: number): void {
    const alert = slot.alerts?.get(subject);
    if (!alert && (value === null || !(value > slot.rule.threshold))) return;
    const phase = advance(alert?.phase ?? null, value, slot.rule, nowMs);
    if (phase === "resolved") return this.#resolve(alert!, nowMs);
    if (phase === null) return this.#remove(alert!);
    const held = alert ?? this.#add(slot, subject, nowMs);
    if (!held) return;
    const fires = phase.state === "firing" && held.firedMs === null;
    held.phase = phase;
    if (value !== null && (value > slot.rule.clear || fires)) this.#describe(held, value);
    if (!fires) return;
    held.firedMs = nowMs;
    this.#onChange(held);
  }

  /** To be called behind each round of {@link observe}. */
  endRound(nowMs: number): void {
    this.#leftOut = this.#leavingOut;
    this.#leavingOut = 0;
    const [oldest] = this.#resolved;
    if (oldest && nowMs - oldest.resolvedMs! >= KEEP_RESOLVED_MS) this.#resolved.shift();
  }

  /** Ends those that nothing watches any longer. */
  resolveWhere(isGone: (alert: Alert) => boolean, nowMs: number): void {
    for (const alert of [...this.active()]) {
      if (!isGone(alert)) continue;
      if (alert.firedMs === null) this.#remove(alert);
      else this.#resolve(alert, nowMs);
    }
  }

  /** Goes on with other rules: what one of the same name still means goes on, the rest is over. */
  setRules(rules: readonly Rule[], nowMs: number): void {
    const byName = new Map(rules.map((rule) => [rule.name, rule]));
    this.resolveWhere((alert) => !fits(byName.get(alert.rule.name), alert), nowMs);
    for (const alert of this.active()) alert.rule = byName.get(alert.rule.name)!;
  }

  /** Takes over what an earlier run knew to fire. */
  restore(alert: Alert): void {
    const known = this.#active.get(slotKey(alert.rule, alert.proxyId));
    if (!known?.has(alert.subject) && this.#size < MAX_ALERTS) this.#insert(alert);
  }

  #add({ rule, proxyId }: Slot, subject: string, nowMs: number): Alert | null {
    if (this.#size >= MAX_ALERTS) {
      this.#leavingOut++;
      return null;
    }
    const alert: Alert = {
      ...{ id: this.#newId(), rule, proxyId, subject, phase: null, sinceMs: nowMs },
      ...{
        firedMs: null,
        resolvedMs: null,
        value: 0,
        summary: "",
        acknowledged: null,
        told: false,
      },
    };
    this.#insert(alert);
    return alert;
  }

  #insert(alert: Alert): void {
    const key = slotKey(alert.rule, alert.proxyId);
    let alerts = this.#active.get(key);
    if (!alerts) this.#active.set(key, alerts = new Map());
    alerts.set(alert.subject, alert);
    this.#size++;
  }

  #remove(alert: Alert): void {
    const key = slotKey(alert.rule, alert.proxyId);
    const alerts = this.#active.get(key)!;
    alerts.delete(alert.subject);
    if (alerts.size === 0) this.#active.delete(key);
    this.#size--;
  }

  #resolve(alert: Alert, nowMs: number): void {
    this.#remove(alert);
    alert.phase = null;
    alert.resolvedMs = nowMs;
    this.#resolved.push(alert);
    if (this.#resolved.length > MAX_RESOLVED) this.#resolved.shift();
    this.#onChange(alert);
  }

  #describe(alert: Alert, value: number): void {
    if (alert.value === value) return;
    alert.value = value;
    alert.summary = describe(alert.rule.metric, alert);
  }
}

/** Whether a rule still means what this alert is about. */
function fits(rule: Rule | undefined, { rule: before, proxyId }: Alert): boolean {
  if (!rule?.enabled || rule.metric !== before.metric || rule.scope !== before.scope) return false;
  return proxyId === "" || rule.proxies.some((pattern) => glob(pattern)(proxyId));
}

function slotKey(rule: Rule, proxyId: string): string {
  return `${rule.name}\n${proxyId}`;
}

function randomId(): string {
  return crypto.getRandomValues(new Uint8Array(8)).toHex();
}

import { glob } from "../../proxy/glob.ts";
import type { Alert } from "./alert_table.ts";
import { minutesLeft, weekClock } from "./windows.ts";

/** Silences that somebody asked for, at a time. */
export const MAX_SILENCES = 100;

/** Somebody wants to hear nothing for a time. */
export interface Silence {
  id: string;
  /** A rule's name; null for any. */
  rule: string | null;
  /** A pattern of proxies' ids; null for any, and for what is about none. */
  proxyId: string | null;
  /** Unix milliseconds. */
  untilMs: number;
  by: string;
  comment: string;
}

/** Who is not told of what, and until when. */
export class Silences {
  #asked: Silence[] = [];
  #weekClock = weekClock("UTC");
  /** The minute of the week, as of this moment. */
  #minute = { atMs: NaN, value: 0 };

  get all(): readonly Silence[] {
    return this.#asked;
  }

  /** In which time zone the rules' own times are meant. */
  setTimeZone(timeZone: string): void {
    this.#weekClock = weekClock(timeZone);
    this.#minute.atMs = NaN;
  }

  /** False where there are too many. */
  add(silence: Silence): boolean {
    if (this.#asked.length >= MAX_SILENCES) return false;
    this.#asked.push(silence);
    return true;
  }

  remove(id: string): Silence | null {
    const at = this.#asked.findIndex((silence) => silence.id === id);
    return at < 0 ? null : this.#asked.splice(at, 1)[0];
  }

  /** Drops those that are over; false where there was none. */
  expire(nowMs: number): boolean {
    const before = this.#asked.length;
    this.#asked = this.#asked.filter(({ untilMs }) => untilMs > nowMs);
    return this.#asked.length < before;
  }

  /** Until when nobody is told of this, in Unix milliseconds; Infinity for good, null where everybody is. */
  until({ rule, proxyId }: Pick<Alert, "rule" | "proxyId">, nowMs: number): number | null {
    if (rule.silence === "always") return Infinity;
    let until = 0;
    for (const silence of this.#asked) {
      if (silence.rule !== null && silence.rule !== rule.name) continue;
      if (silence.proxyId !== null && !glob(silence.proxyId)(proxyId)) continue;
      until = Math.max(until, silence.untilMs);
    }
    if (rule.silence !== "never") {
      const left = minutesLeft(rule.silence, this.#minuteOf(nowMs));
      if (left > 0) until = Math.max(until, (Math.floor(nowMs / 60_000) + left) * 60_000);
    }
    return until > nowMs ? until : null;
  }

  #minuteOf(nowMs: number): number {
    if (this.#minute.atMs !== nowMs) this.#minute = { atMs: nowMs, value: this.#weekClock(nowMs) };
    return this.#minute.value;
  }
}

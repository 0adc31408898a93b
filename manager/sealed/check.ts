import { getLogger } from "@logtape/logtape";
import type { ProxyState } from "../fleet/report.ts";
import type { StatsKey } from "./keys.ts";
import type { Seal } from "./unsealer.ts";

/** Why an opened report is not believed. */
export type SealCheckDrop = "header_mismatch" | "wrong_key" | "stale_time" | "old_boot";

/** How far a report's `sent_at` may be from the manager's clock. */
export const MAX_AGE_MS = 300_000;
/** Proxies whose latest boot is kept: more than a fleet has at a time. */
export const MAX_REMEMBERED = 20_000;

/** Of one reason there is a line in the log at most so often: recorded reports may be played at any rate. */
const WARN_AGAIN_MS = 60_000;

const MEANING: Record<SealCheckDrop, string> = {
  header_mismatch: "boot_id or seq are not those of its header",
  wrong_key: "it has a key of its own, or the key is another proxy's",
  stale_time: "its clock is more than 5 minutes from this one, or it is a replay",
  old_boot: "by its clock it started before an earlier start, or it is a replay",
};

interface Boot {
  id: string;
  /** Unix seconds of the proxy's clock. */
  start: number;
}

/**
 * Whether an opened report is what its header says, comes from who it says, and is of now. Together
 * with the windows of the Unsealer this bounds replays: what was sent more than five minutes ago is
 * never taken, nor what is of another boot than the proxy's latest. A manager that restarts has
 * forgotten both (one whose receiving thread dies, the windows), and takes reports of the last five
 * minutes once more; they are cumulative and numbered, so that they show nothing but what was true
 * then, until the proxy's next report.
 */
export class SealCheck {
  #bound = new Set<string>();
  readonly #latest = new Map<string, Boot>();
  readonly #warnedAtMs = new Map<SealCheckDrop, number>();
  readonly #log = getLogger(["rustproxy", "manager"]);
  readonly #now: () => number;
  readonly #max: number;

  /** `now` is Unix milliseconds as the system's clock has them, set as it may be: proxies go by theirs. */
  constructor(keys: readonly StatsKey[], now: () => number, max = MAX_REMEMBERED) {
    this.#now = now;
    this.#max = max;
    this.setKeys(keys);
  }

  /** Takes these keys from now on. */
  setKeys(keys: readonly StatsKey[]): void {
    this.#bound = new Set(keys.flatMap(({ boundTo }) => boundTo ?? []));
  }

  /** Why this report, which was sealed so and arrived `ageMs` ago, is dropped; null if it is not. */
  check(seal: Seal, proxy: ProxyState, ageMs = 0): SealCheckDrop | null {
    const now = this.#now();
    const drop = this.#judge(seal, proxy, now - ageMs);
    if (drop) this.#warn(drop, proxy.proxy_id, now);
    return drop;
  }

  #judge({ bootId, seq, boundTo }: Seal, proxy: ProxyState, nowMs: number): SealCheckDrop | null {
    if (proxy.boot_id !== bootId || proxy.seq !== seq) return "header_mismatch";
    if (boundTo === null ? this.#bound.has(proxy.proxy_id) : boundTo !== proxy.proxy_id) {
      return "wrong_key";
    }
    if (Math.abs(proxy.sent_at * 1000 - nowMs) > MAX_AGE_MS) return "stale_time";
    // No later boot could begin after one that is yet to begin.
    if (proxy.start_time * 1000 - nowMs > MAX_AGE_MS) return "stale_time";
    return this.#isLatest(proxy) ? null : "old_boot";
  }

  #warn(drop: SealCheckDrop, proxyId: string, nowMs: number): void {
    if (Math.abs(nowMs - (this.#warnedAtMs.get(drop) ?? -Infinity)) < WARN_AGAIN_MS) return;
    this.#warnedAtMs.set(drop, nowMs);
    this.#log.warn(`Dropped a sealed report of ${proxyId} as ${drop}: ${MEANING[drop]}`);
  }

  #isLatest({ proxy_id, boot_id: id, start_time: start }: ProxyState): boolean {
    const latest = this.#latest.get(proxy_id);
    if (latest && latest.id !== id && start <= latest.start) return false;
    this.#latest.delete(proxy_id);
    this.#latest.set(proxy_id, { id, start: latest?.id === id ? latest.start : start });
    if (this.#latest.size > this.#max) {
      const [longestSilent] = this.#latest.keys();
      this.#latest.delete(longestSilent);
    }
    return true;
  }
}

import type { LimitsRecord } from "../../proxy/stats/limits_record.ts";

/** The limits of one boot of a proxy, as the newest report has them. */
export class ReportedLimits {
  /** One more with each change. */
  version = 0;
  #record: LimitsRecord | null = null;
  #seq = -1;

  /** Null as long as none are reported. */
  get record(): LimitsRecord | null {
    return this.#record;
  }

  /** Takes what datagram `seq` says of them; null and what is older than known change nothing. */
  take(record: LimitsRecord | null, seq: number): void {
    if (record === null || seq < this.#seq) return;
    this.#seq = seq;
    if (JSON.stringify(record) === JSON.stringify(this.#record)) return;
    this.#record = record;
    this.version++;
  }

  /** Forgets them. */
  clear(): void {
    this.#record = null;
    this.#seq = -1;
    this.version++;
  }
}

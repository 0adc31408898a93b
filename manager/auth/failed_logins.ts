import { TokenBucket } from "../../proxy/net/token_bucket.ts";
import type { Audit, AuditNote } from "../audit.ts";

/** Entries at once, and the seconds after which there may be a further one. */
export const BURST = 20;
export const EVERY_S = 60;

/** Failed logins in the audit log, but never so many that they push out what somebody did. */
export class FailedLogins {
  readonly #audit: Audit;
  readonly #now: () => number;
  /** A token is an entry; the rate is whole for a clock of seconds counted as milliseconds. */
  readonly #bucket: TokenBucket;
  #left = 0;

  /** `now` gives milliseconds of a clock that does not run backwards. */
  constructor(audit: Audit, now: () => number) {
    this.#audit = audit;
    this.#now = () => Math.floor(now() / EVERY_S);
    this.#bucket = new TokenBucket(1, BURST, this.#now());
  }

  /** Takes down one of them, or counts it for the next that is taken down. */
  note(note: AuditNote): void {
    if (!this.#bucket.tryTake(this.#now())) {
      this.#left++;
      return;
    }
    const more = this.#left === 0 ? [] : [`${this.#left} more were not taken down before`];
    const detail = [...(note.detail ? [note.detail] : []), ...more].join("; ");
    this.#left = 0;
    this.#audit.note({ ...note, detail });
  }
}

import type { AuditEntry } from "./batch.ts";

/** Entries that can wait to be written. */
export const MAX_WAITING = 1_000;

/** Entries of the audit log on their way to the database. */
export class AuditRecorder {
  dropped = 0;
  #waiting: AuditEntry[] = [];

  add(entry: AuditEntry): void {
    this.#waiting.push(entry);
    if (this.#waiting.length <= MAX_WAITING) return;
    this.#waiting.shift();
    this.dropped++;
  }

  /** Those not written yet. */
  unwritten(): AuditEntry[] {
    return [...this.#waiting];
  }

  /** Notes up to where they are written. */
  written(id: number): void {
    this.#waiting = this.#waiting.filter((entry) => entry.id > id);
  }
}

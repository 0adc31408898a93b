import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { AuditEntry } from "./batch.ts";

const MAX_ENTRIES = 100_000;

/** Who did what. */
export class AuditStore {
  readonly #insert: StatementSync;
  readonly #last: StatementSync;
  readonly #since: StatementSync;
  readonly #newest: StatementSync;
  readonly #prune: StatementSync;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare(
      "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    );
    this.#last = db.prepare("SELECT max(id) AS id FROM audit");
    this.#since = db.prepare("SELECT * FROM audit WHERE id > ? ORDER BY id LIMIT ?");
    this.#newest = db.prepare("SELECT * FROM audit ORDER BY id DESC LIMIT ?");
    this.#prune = db.prepare(`DELETE FROM audit WHERE time_ms < ? OR
      id <= (SELECT id FROM audit ORDER BY id DESC LIMIT 1 OFFSET ?)`);
  }

  get lastId(): number {
    return Number(this.#last.get()?.id ?? 0);
  }

  /** Adds those that are not in it yet. */
  write(entries: readonly AuditEntry[]): void {
    for (const { id, time, actor, client_ip, action, target, outcome, detail } of entries) {
      const ms = Math.round(time * 1000);
      this.#insert.run(id, ms, actor, client_ip, action, target, outcome, detail);
    }
  }

  /** Those behind `since`, or the newest; in the order in which they happened. */
  read(since: number | null, limit: number): AuditEntry[] {
    const rows = since === null
      ? this.#newest.all(limit).toReversed()
      : this.#since.all(since, limit);
    return rows.map((row) => ({
      id: Number(row.id),
      time: Number(row.time_ms) / 1000,
      actor: String(row.actor),
      client_ip: String(row.client_ip),
      action: String(row.action),
      target: String(row.target),
      outcome: String(row.outcome),
      detail: String(row.detail),
    }));
  }

  /** Deletes what is older than `seconds`, or beyond the most that is kept. */
  prune(seconds: number, nowMs: number): void {
    this.#prune.run(nowMs - seconds * 1000, MAX_ENTRIES);
  }
}

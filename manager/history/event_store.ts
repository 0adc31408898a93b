import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { EventKind, FleetEvent } from "./batch.ts";

const MAX_EVENTS = 100_000;

/** Which events; those behind `since` or the newest of all that are left, and at most `limit`. */
export interface EventQuestion {
  since: number | null;
  /** Only older ones than this. */
  before?: number;
  /** Of every proxy where none is named. */
  proxy?: string;
  /** Of every kind where none is named. */
  kinds?: readonly EventKind[];
  limit: number;
}

/** What happened in the fleet. */
export class EventStore {
  readonly #insert: StatementSync;
  readonly #last: StatementSync;
  readonly #since: StatementSync;
  readonly #newest: StatementSync;
  readonly #prune: StatementSync;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare("INSERT INTO event VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
    this.#last = db.prepare("SELECT max(id) AS id FROM event");
    const select =
      `SELECT * FROM event WHERE id > ? AND (? IS NULL OR id < ?) AND (? IS NULL OR proxy_id = ?)
      AND (? IS NULL OR kind IN (SELECT value FROM json_each(?))) ORDER BY id`;
    this.#since = db.prepare(`${select} LIMIT ?`);
    this.#newest = db.prepare(`${select} DESC LIMIT ?`);
    this.#prune = db.prepare(`DELETE FROM event WHERE time_ms < ? OR
      id <= (SELECT id FROM event ORDER BY id DESC LIMIT 1 OFFSET ?)`);
  }

  get lastId(): number {
    return Number(this.#last.get()?.id ?? 0);
  }

  /** Adds those that are not in it yet. */
  write(events: readonly FleetEvent[]): void {
    for (const { id, time, kind, proxy_id, detail } of events) {
      this.#insert.run(id, Math.round(time * 1000), kind, proxy_id, detail);
    }
  }

  /** In the order in which they happened. */
  read({ since, before, proxy: name, kinds: wanted, limit }: EventQuestion): FleetEvent[] {
    // A lone surrogate has become another character on its way into the database.
    const proxy = name?.toWellFormed() ?? null;
    const kinds = wanted ? JSON.stringify(wanted) : null;
    const parameters = [
      ...[since ?? -1, before ?? null, before ?? null],
      ...[proxy, proxy, kinds, kinds, limit],
    ];
    const rows = since === null
      ? this.#newest.all(...parameters).toReversed()
      : this.#since.all(...parameters);
    return rows.map((row) => ({
      id: Number(row.id),
      time: Number(row.time_ms) / 1000,
      kind: String(row.kind) as EventKind,
      proxy_id: String(row.proxy_id),
      detail: String(row.detail),
    }));
  }

  /** Deletes what is older than `seconds`, or beyond the most that is kept. */
  prune(seconds: number, nowMs: number): void {
    this.#prune.run(nowMs - seconds * 1000, MAX_EVENTS);
  }
}

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { LoggedConnection } from "./batch.ts";
import { type LogFilter, matcherOf } from "./log_filter.ts";
import type { Names } from "./names.ts";

/** Rows that one page looks at: a search for what is rare takes several pages, and none takes long. */
const SCAN_ROWS = 10_000;
const PRUNE_ROWS = 20_000;

/** Where a page ended: the key of the last row looked at. */
export type LogCursor = [endedMs: number, proxy: number, boot: number, id: number];

/** A page of the log. */
export interface LogPage {
  connections: LoggedConnection[];
  /** Where the next page begins; null where there is none. */
  next: LogCursor | null;
}

/** The connections that have ended, the newest first. */
export class LogStore {
  readonly #names: Names;
  readonly #insert: StatementSync;
  readonly #page: StatementSync;
  readonly #prune: StatementSync;
  readonly #excess: StatementSync;
  #rows: number;

  constructor(db: DatabaseSync, names: Names) {
    this.#names = names;
    const columns = 14;
    this.#insert = db.prepare(
      `INSERT INTO log VALUES (${Array(columns).fill("?").join(", ")}) ON CONFLICT DO NOTHING`,
    );
    this.#page = db.prepare(`SELECT * FROM log
      WHERE ended_ms >= ? AND (ended_ms, proxy, boot, id) < (?, ?, ?, ?)
      ORDER BY ended_ms DESC, proxy DESC, boot DESC, id DESC LIMIT ${SCAN_ROWS}`);
    const key = "(ended_ms, proxy, boot, id)";
    const first = "SELECT ended_ms, proxy, boot, id FROM log";
    this.#prune = db.prepare(
      `DELETE FROM log WHERE ${key} IN (${first} WHERE ended_ms < ? ORDER BY ended_ms LIMIT ?)`,
    );
    this.#excess = db.prepare(
      `DELETE FROM log WHERE ${key} IN
        (${first} ORDER BY ended_ms, proxy, boot, id LIMIT ?)`,
    );
    this.#rows = Number(db.prepare("SELECT count(*) AS n FROM log").get()!.n);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Adds those that are not in it yet. */
  write(connections: readonly LoggedConnection[]): void {
    for (const c of connections) {
      const { changes } = this.#insert.run(
        ...[Math.round(c.ended * 1000), this.#names.idOf(c.proxy_id), c.boot, c.id],
        ...[Math.round(c.started * 1000), c.client_ip, c.client_port, c.target, c.user, c.state],
        ...[c.reason, c.bytes_sent, c.bytes_received, c.requests],
      );
      this.#rows += Number(changes);
    }
  }

  /** Deletes what is older than `seconds` or beyond `rows`, the oldest first; a part if that is much. */
  prune(seconds: number, rows: number, now: number): void {
    this.#rows -= Number(this.#prune.run((now - seconds) * 1000, PRUNE_ROWS).changes);
    const excess = Math.min(PRUNE_ROWS, this.#rows - rows);
    if (excess > 0) this.#rows -= Number(this.#excess.run(excess).changes);
  }

  /** A page of at most `limit` that match; it may hold fewer although there are more. */
  search(filter: LogFilter, limit: number, cursor: LogCursor | null): LogPage {
    const matches = matcherOf(filter);
    const { from = 0, to = 1e11 } = filter;
    const start = cursor ?? [Math.ceil(to * 1000), 0, 0, 0];
    const connections: LoggedConnection[] = [];
    let looked = 0;
    for (const row of this.#page.iterate(Math.ceil(from * 1000), ...start)) {
      looked++;
      const name = this.#names.nameOf(Number(row.proxy));
      const next: LogCursor = [
        Number(row.ended_ms),
        Number(row.proxy),
        Number(row.boot),
        Number(row.id),
      ];
      const connection = name === undefined ? null : toConnection(row, name);
      if (connection && matches(connection)) connections.push(connection);
      if (connections.length === limit || looked === SCAN_ROWS) return { connections, next };
    }
    return { connections, next: null };
  }
}

function toConnection(row: Record<string, unknown>, name: string): LoggedConnection {
  return {
    ended: Number(row.ended_ms) / 1000,
    started: Number(row.started_ms) / 1000,
    proxy_id: name,
    boot: Number(row.boot),
    id: Number(row.id),
    client_ip: String(row.client_ip),
    client_port: Number(row.client_port),
    target: String(row.target),
    user: String(row.user),
    state: String(row.state) as LoggedConnection["state"],
    reason: String(row.reason),
    bytes_sent: Number(row.sent),
    bytes_received: Number(row.received),
    requests: Number(row.requests),
  };
}

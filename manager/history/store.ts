import { DatabaseSync, type StatementSync } from "node:sqlite";
import { AuditStore } from "./audit_store.ts";
import { type EventQuestion, EventStore } from "./event_store.ts";
import {
  type AuditEntry,
  type Batch,
  FLEET,
  type FleetEvent,
  type PackedProxy,
  type Remembered,
  USAGE_KINDS,
  type UsageKind,
} from "./batch.ts";
import type { LogFilter } from "./log_filter.ts";
import { type LogCursor, type LogPage, LogStore } from "./log_store.ts";
import { Names } from "./names.ts";
import type { Retention } from "./options.ts";
import { unpack } from "./packed.ts";
import { floorTo, join, type Plan, plan, type Range, type Row } from "./rollup.ts";
import { migrate, rollBack } from "./schema.ts";
import { SeriesStore } from "./series_store.ts";
import { type UsageReply, UsageStore } from "./usage_store.ts";

const HOUR = 3600;

export interface StoreOptions {
  retention: Retention;
  maxPages?: number;
  /** Proxies that a manager knows at a time; twice as many keep a history. */
  maxProxies: number;
  /** Look through the whole file first, as after damage. */
  check?: boolean;
}

/** What can be asked, and what comes back. Times are Unix seconds, `to` exclusive. */
export interface Queries {
  series: [{ proxy: string; range: Range; now: number; top?: number }, SeriesReply];
  usage: [{ proxy: string; kind: UsageKind; from: number; to: number; limit: number }, UsageReply];
  log: [{ filter: LogFilter; limit: number; cursor: LogCursor | null }, LogPage];
  events: [EventQuestion, FleetEvent[]];
  audit: [{ since: number | null; limit: number }, AuditEntry[]];
}
export type QueryName = keyof Queries;

/** Rows of one step each, none where nothing was observed; or the plan that says why there are none. */
export interface SeriesReply {
  plan: Plan;
  rows: Row[];
  /** The `top` busiest proxies and their rows, the busiest first. */
  busiest: { proxy: string; rows: Row[] }[];
}

/** The history's database: one file, open by one manager at a time. Every call may throw. */
export class Store {
  readonly #db: DatabaseSync;
  readonly #retention: Retention;
  readonly #names: Names;
  readonly #series: SeriesStore;
  readonly #usage: UsageStore;
  readonly #log: LogStore;
  readonly #audit: AuditStore;
  readonly #events: EventStore;
  readonly #statements;

  /** Opens the file, or memory where it is ":memory:", and brings its schema up to date. */
  constructor(
    path: string,
    { retention, maxPages, maxProxies, check }: StoreOptions,
    nowMs: number,
  ) {
    this.#retention = retention;
    const db = this.#db = new DatabaseSync(path);
    try {
      // Exclusive: no second manager, and no shared memory, which a full disk could take away.
      db.exec("PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE");
      db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
      db.exec("PRAGMA journal_size_limit = 16777216; PRAGMA temp_store = MEMORY");
      if (maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${maxPages}`);
      if (check) checkWhole(db);
      migrate(db);
      this.#names = new Names(db, 2 * maxProxies);
      this.#series = new SeriesStore(db, this.#names, nowMs / 1000);
      this.#usage = new UsageStore(db, this.#names, nowMs / 1000);
      this.#log = new LogStore(db, this.#names);
      this.#audit = new AuditStore(db);
      this.#events = new EventStore(db);
      this.#statements = prepare(db);
      this.#transact(() => this.#statements.mark.run("opened_ms", nowMs));
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** What an earlier run left, at `nowMs`. */
  remembered(nowMs: number): Remembered {
    const { proxies, written, allKept } = this.#statements;
    const saved = proxies.all().flatMap(({ meta, figures }) => {
      return unpack(String(meta), String(figures)) ?? [];
    });
    const names = [FLEET, ...saved.map(({ state }) => state.proxy_id)];
    return {
      proxies: saved,
      writtenMs: Number(written.get("written_ms")?.value ?? 0),
      lastEventId: this.#events.lastId,
      lastAuditId: this.#audit.lastId,
      tops: this.#usage.ofHour(floorTo(nowMs / 1000, HOUR), names, USAGE_KINDS),
      kept: Object.fromEntries(allKept.all().map(({ name, value }) => [name, String(value)])),
    };
  }

  /** Writes a batch whole, or throws and leaves everything as it was. */
  write(batch: Batch): void {
    this.#transact(() => {
      this.#series.add(batch.series);
      this.#series.rollUp(batch.atMs / 1000);
      for (const proxy of batch.proxies) this.#save(proxy);
      for (const name of batch.removed) this.#forget(name);
      this.#log.write(batch.log);
      this.#usage.write(batch.tops);
      this.#events.write(batch.events);
      for (const [name, value] of Object.entries(batch.kept)) {
        this.#statements.keep.run(name, value);
      }
      this.#audit.write(batch.audit);
      this.#statements.mark.run("written_ms", batch.atMs);
    });
  }

  /** Deletes what is too old or too much; a part of it if that is much. */
  prune(nowMs: number): void {
    const now = nowMs / 1000;
    const { top, log, logRows, events } = this.#retention;
    this.#transact(() => {
      this.#series.prune(this.#retention, now);
      this.#usage.prune(top, now);
      this.#log.prune(log, logRows, now);
      this.#audit.prune(events, nowMs);
      this.#events.prune(events, nowMs);
    });
  }

  /** Answers a question. */
  query<N extends QueryName>(name: N, question: Queries[N][0]): Queries[N][1] {
    const answers: { [M in QueryName]: (question: Queries[M][0]) => Queries[M][1] } = {
      series: (question) => this.#readSeries(question),
      usage: ({ proxy, kind, from, to, limit }) => {
        return this.#usage.read(proxy, kind, from, to, limit);
      },
      log: ({ filter, limit, cursor }) => this.#log.search(filter, limit, cursor),
      events: (question) => this.#events.read(question),
      audit: ({ since, limit }) => this.#audit.read(since, limit),
    };
    return answers[name](question);
  }

  close(): void {
    this.#db.close();
  }

  #readSeries({ proxy, range, now, top = 0 }: Queries["series"][0]): SeriesReply {
    const found = plan(range, this.#retention, now);
    if ("leastStep" in found) return { plan: found, rows: [], busiest: [] };
    const { tier, step, from, to } = found;
    const read = (proxy: string) => join(this.#series.read(proxy, tier, from, to), step);
    const names = top === 0 ? [] : this.#series.busiest(tier, from, to, top);
    const busiest = names.map((proxy) => ({ proxy, rows: read(proxy) }));
    return { plan: found, rows: read(proxy), busiest };
  }

  #save({ name, meta, figures }: PackedProxy): void {
    const id = this.#names.idOf(name);
    if (meta !== null) this.#statements.meta.run(id, meta);
    this.#statements.figures.run(id, figures);
  }

  #forget(name: string): void {
    const id = this.#names.known(name);
    if (id === undefined) return;
    this.#statements.forgetMeta.run(id);
    this.#statements.forgetFigures.run(id);
  }

  #transact(work: () => void): void {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#db.exec("COMMIT");
    } catch (error) {
      rollBack(this.#db);
      throw error;
    }
  }
}

function prepare(db: DatabaseSync) {
  const statement = (sql: string): StatementSync => db.prepare(sql);
  return {
    mark: statement(
      "INSERT INTO mark VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    ),
    written: statement("SELECT value FROM mark WHERE name = ?"),
    keep: statement(
      "INSERT INTO kept VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    ),
    allKept: statement("SELECT name, value FROM kept"),
    meta: statement("INSERT OR REPLACE INTO proxy_meta VALUES (?, ?)"),
    figures: statement("INSERT OR REPLACE INTO proxy_figures VALUES (?, ?)"),
    forgetMeta: statement("DELETE FROM proxy_meta WHERE proxy = ?"),
    forgetFigures: statement("DELETE FROM proxy_figures WHERE proxy = ?"),
    proxies: statement("SELECT meta, figures FROM proxy_meta JOIN proxy_figures USING (proxy)"),
  };
}

function checkWhole(db: DatabaseSync): void {
  const [first] = db.prepare("PRAGMA quick_check(1)").all();
  const text = String(Object.values(first ?? {})[0]);
  if (text !== "ok") throw new Error(`the database is damaged: ${text.split("\n")[0]}`);
}

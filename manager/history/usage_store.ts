import type { DatabaseSync, StatementSync } from "node:sqlite";
import { add } from "../fleet/totals.ts";
import type { UsageKind, UsageTop } from "./batch.ts";
import type { Names } from "./names.ts";
import { floorTo } from "./rollup.ts";

const HOUR = 3600;
// Integers that JavaScript can read back, whatever a proxy claims.
const MAX = Number.MAX_SAFE_INTEGER;
/** For how long the tops of single proxies are kept, in seconds; there are many of them. */
export const PROXY_TOPS_S = 7 * 24 * HOUR;
/** Hours that one call of `prune` deletes: what is left goes the next time. */
const PRUNE_HOURS = 24;

/** Who used most in a time; weights in bytes. */
export interface UsageReply {
  /** From the begin of the first hour that counts, in Unix seconds. */
  from: number;
  entries: {
    key: string;
    /** At least so much. */
    bytes: number;
    /** And at most so much more. */
    error: number;
  }[];
  /** What one that is not among the entries may have used at most. */
  others: number;
}

/** The heaviest clients, targets and users by the hour. */
export class UsageStore {
  readonly #names: Names;
  readonly #statements: Record<
    "clear" | "add" | "error" | "sums" | "others" | "hour" | "hourError",
    StatementSync
  >;
  readonly #prune: StatementSync[];
  /** Before these hours nothing is left, of all and of single proxies. */
  readonly #oldest: { all: number; proxies: number };

  constructor(db: DatabaseSync, names: Names, now: number) {
    const begin = floorTo(now, HOUR) - PROXY_TOPS_S;
    this.#names = names;
    const one = "hour = ? AND proxy = ? AND kind = ?";
    const hours = `WITH RECURSIVE grid(h, until) AS (
      SELECT ?, ? UNION ALL SELECT h + ${HOUR}, until FROM grid WHERE h < until)`;
    this.#statements = {
      clear: db.prepare(`DELETE FROM top WHERE ${one}`),
      // Strings that are not well-formed Unicode become equal when they are written.
      add: db.prepare(`INSERT INTO top VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
        SET weight = min(${MAX}, weight + excluded.weight)`),
      error: db.prepare("INSERT OR REPLACE INTO top_error VALUES (?, ?, ?, ?, ?)"),
      // In an hour in which it is listed, a key is known better than those that are not.
      sums: db.prepare(`${hours}
        SELECT key, min(${MAX}, sum(weight)) AS bytes, min(${MAX}, sum(floor - error)) AS better
        FROM grid CROSS JOIN top_error AS e ON e.hour = h AND e.proxy = ? AND e.kind = ?
        CROSS JOIN top AS t ON t.hour = h AND t.proxy = e.proxy AND t.kind = e.kind
        GROUP BY key ORDER BY bytes DESC, key LIMIT ?`),
      others: db.prepare(`${hours} SELECT min(${MAX}, sum(floor)) AS floor FROM grid
        CROSS JOIN top_error ON hour = h AND proxy = ? AND kind = ?`),
      hour: db.prepare(`SELECT key, weight FROM top WHERE ${one} ORDER BY weight DESC`),
      hourError: db.prepare(`SELECT error, floor FROM top_error WHERE ${one}`),
    };
    this.#prune = ["top", "top_error"].map((table) =>
      db.prepare(`DELETE FROM ${table} WHERE hour >= ? AND hour < ? AND proxy >= ?`)
    );
    const oldest = Number(
      db.prepare("SELECT min(hour) AS hour FROM top_error").get()?.hour ?? begin,
    );
    this.#oldest = { all: oldest, proxies: oldest };
  }

  /** Writes an hour's in place of what was known of it. */
  write(tops: readonly UsageTop[]): void {
    const { clear, add, error } = this.#statements;
    for (const top of tops) {
      const of = [top.hour, this.#names.idOf(top.proxy), top.kind] as const;
      clear.run(...of);
      for (const [key, weight] of top.entries) add.run(...of, key, weight);
      error.run(...of, top.error, top.floor);
    }
  }

  /** The heaviest of all hours from that of `from` to that of `to`, in Unix seconds. */
  read(proxy: string, kind: UsageKind, from: number, to: number, limit: number): UsageReply {
    const id = this.#names.known(proxy);
    const begin = floorTo(from, HOUR);
    if (id === undefined) return { from: begin, entries: [], others: 0 };
    const of = [begin, floorTo(to, HOUR), id, kind] as const;
    const { sums, others: floors } = this.#statements;
    const floor = Number(floors.get(...of)?.floor ?? 0);
    const entries = sums.all(...of, limit + 1).map((row) => ({
      key: String(row.key),
      bytes: Number(row.bytes),
      error: floor - Number(row.better),
    }));
    const [left] = entries.splice(limit);
    const others = Math.max(floor, left ? add(left.bytes, left.error) : 0);
    return { from: begin, entries, others };
  }

  /** What is known of one hour. */
  ofHour(hour: number, names: Iterable<string>, kinds: readonly UsageKind[]): UsageTop[] {
    const tops: UsageTop[] = [];
    for (const proxy of names) {
      const id = this.#names.known(proxy);
      if (id === undefined) continue;
      for (const kind of kinds) {
        const of = [hour, id, kind] as const;
        const known = this.#statements.hourError.get(...of);
        if (!known) continue;
        const entries = this.#statements.hour.all(...of).map((row): [string, number] => [
          String(row.key),
          Number(row.weight),
        ]);
        tops.push({
          hour,
          proxy,
          kind,
          entries,
          error: Number(known.error),
          floor: Number(known.floor),
        });
      }
    }
    return tops;
  }

  /** Deletes what is older than `kept` seconds; a part of it if that is much. */
  prune(kept: number, now: number): void {
    this.#oldest.all = this.#pruneFrom(this.#oldest.all, now - kept, 0);
    const keptOfProxies = Math.min(kept, PROXY_TOPS_S);
    this.#oldest.proxies = this.#pruneFrom(this.#oldest.proxies, now - keptOfProxies, 1);
  }

  /** Returns the hour that is now the oldest. */
  #pruneFrom(oldest: number, until: number, leastProxy: number): number {
    const end = Math.min(floorTo(until, HOUR), oldest + PRUNE_HOURS * HOUR);
    if (end <= oldest) return oldest;
    for (const statement of this.#prune) statement.run(oldest, end, leastProxy);
    return end;
  }
}

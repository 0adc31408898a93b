import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { SeriesRow } from "./batch.ts";
import { FLEET_ID, type Names } from "./names.ts";
import {
  type Figures,
  floorTo,
  RAW_STEP,
  type Row,
  segments,
  SLACK_S,
  type Tier,
  type TierName,
  TIERS,
} from "./rollup.ts";

const COLUMNS = "sent, received, connections, failed, rejected, active_sum, active_max, samples";
const SUMMED = COLUMNS.split(", ").filter((name) => name !== "active_max");
// Integers that JavaScript can read back, whatever a proxy claims.
const MAX = Number.MAX_SAFE_INTEGER;
const ADD =
  `ON CONFLICT (time, proxy) DO UPDATE SET active_max = max(active_max, excluded.active_max),
  ${SUMMED.map((name) => `${name} = min(${MAX}, ${name} + excluded.${name})`).join(", ")}`;
const SUMS = COLUMNS.split(", ").map((name) =>
  name === "active_max" ? "max(active_max)" : `min(${MAX}, sum(${name}))`
).join(", ");
/** Rows that are looked at to find the busiest proxies: of more, every so many steps only. */
const RANKED_ROWS = 50_000;
/** Rows that one call of `prune` deletes of each tier: what is left goes the next time. */
const PRUNE_ROWS = 20_000;

interface TierTable {
  tier: Tier;
  /** Until when it is complete, in Unix seconds; what comes later for the time before is added to it too. */
  until: number;
  add: StatementSync;
  read: StatementSync;
  rank: StatementSync;
  prune: StatementSync;
  /** For those above raw: sums of the next finer one, and where that one begins. */
  rollUp: StatementSync | null;
  first: StatementSync | null;
}

/** Figures over time, of each proxy and of the fleet, in tiers. */
export class SeriesStore {
  readonly #tables: TierTable[];
  readonly #names: Names;
  readonly #mark: StatementSync;

  constructor(db: DatabaseSync, names: Names, now: number) {
    this.#names = names;
    this.#mark = db.prepare(
      "INSERT INTO mark VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    );
    const marks = new Map(
      db.prepare("SELECT name, value FROM mark").all().map((row) => [row.name, Number(row.value)]),
    );
    this.#tables = TIERS.map((tier, i) => ({
      tier,
      until: marks.get(markOf(tier)) ?? floorTo(now, tier.step),
      ...statements(db, tier, TIERS[i - 1]),
    }));
    // Written now: a later run must sum up from here, not from where it begins itself.
    for (const { tier, until } of this.#tables) this.#mark.run(markOf(tier), until);
  }

  /** Adds figures to their step, and to the coarser steps that have been summed up without them. */
  add(rows: readonly SeriesRow[]): void {
    for (const row of rows) {
      const proxy = this.#names.idOf(row.proxy);
      for (const { tier, until, add } of this.#tables) {
        if (tier.step !== RAW_STEP && row.time >= until) break;
        add.run(floorTo(row.time, tier.step), proxy, ...values(row));
      }
    }
  }

  /** Sums up every step that has ended by `now`, in Unix seconds. */
  rollUp(now: number): void {
    for (const table of this.#tables) {
      const { tier: { step }, rollUp, first } = table;
      const end = floorTo(now, step);
      if (!rollUp || end <= table.until) continue;
      // Where nothing ran there is nothing to sum up, however long that was.
      for (;;) {
        const next = first!.get(table.until)?.time;
        if (next === undefined || next === null || floorTo(Number(next), step) >= end) break;
        const time = floorTo(Number(next), step);
        rollUp.run(time, time, time + step);
        table.until = time + step;
      }
      table.until = end;
      this.#mark.run(markOf(table.tier), end);
    }
  }

  /** The rows that answer for a proxy, in Unix seconds, `to` exclusive, of the tier and finer ones. */
  read(proxy: string, tier: Tier, from: number, to: number): Row[] {
    const id = this.#names.known(proxy);
    if (id === undefined) return [];
    const until = (tier: Tier) => this.#tables[TIERS.indexOf(tier)].until;
    return segments(tier, from, to, until).flatMap((part) => {
      const { step } = part.tier;
      const begin = Math.ceil(part.from / step) * step;
      const { read } = this.#tables[TIERS.indexOf(part.tier)];
      return read.all(begin, step, part.to, id).map((row) => toRow(row));
    });
  }

  /**
   * The proxies that moved most bytes, the busiest first; of a long time it is told from steps spread
   * over all of it.
   */
  busiest(tier: Tier, from: number, to: number, count: number): string[] {
    const until = (tier: Tier) => this.#tables[TIERS.indexOf(tier)].until;
    const parts = segments(tier, from, to, until);
    const steps = parts.reduce((sum, part) => sum + (part.to - part.from) / part.tier.step, 0);
    const stride = Math.max(1, Math.ceil(steps * this.#names.size / RANKED_ROWS));
    const moved = new Map<number, number>();
    for (const { tier: { step }, tier, from, to } of parts) {
      const { rank } = this.#tables[TIERS.indexOf(tier)];
      for (const row of rank.all(Math.ceil(from / step) * step, step * stride, to)) {
        const proxy = Number(row.proxy);
        moved.set(proxy, (moved.get(proxy) ?? 0) + Number(row.moved));
      }
    }
    return [...moved].sort((a, b) => b[1] - a[1] || a[0] - b[0]).flatMap(([proxy]) => {
      return this.#names.nameOf(proxy) ?? [];
    }).slice(0, count);
  }

  /** Deletes what is older than each tier is kept, in seconds; a part of it if that is much. */
  prune(kept: Record<TierName, number>, now: number): void {
    for (const { tier, prune } of this.#tables) {
      prune.run(now - kept[tier.name] - SLACK_S, PRUNE_ROWS);
    }
  }
}

function statements(db: DatabaseSync, tier: Tier, finer: Tier | undefined) {
  const table = `"series_${tier.name}"`;
  const source = finer && `"series_${finer.name}"`;
  return {
    add: db.prepare(`INSERT INTO ${table} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ${ADD}`),
    read: db.prepare(`
      WITH RECURSIVE grid(t, step, until) AS (
        SELECT ?, ?, ? UNION ALL SELECT t + step, step, until FROM grid WHERE t + step < until
      ) SELECT time, ${COLUMNS} FROM grid CROSS JOIN ${table} ON time = t AND proxy = ?
      WHERE t < until`),
    // Of a step nobody's share is too large to add up: doubles lose nothing that an order needs.
    rank: db.prepare(`
      WITH RECURSIVE grid(t, step, until) AS (
        SELECT ?, ?, ? UNION ALL SELECT t + step, step, until FROM grid WHERE t + step < until
      ) SELECT proxy, total(sent) + total(received) AS moved FROM grid CROSS JOIN ${table}
      ON time = t WHERE t < until AND proxy <> ${FLEET_ID} GROUP BY proxy HAVING moved > 0`),
    prune: db.prepare(`DELETE FROM ${table} WHERE (time, proxy) IN
      (SELECT time, proxy FROM ${table} WHERE time < ? ORDER BY time LIMIT ?)`),
    rollUp: source
      ? db.prepare(`INSERT INTO ${table} SELECT ?, proxy, ${SUMS} FROM ${source}
        WHERE time >= ? AND time < ? GROUP BY proxy ${ADD}`)
      : null,
    first: source ? db.prepare(`SELECT min(time) AS time FROM ${source} WHERE time >= ?`) : null,
  };
}

function values(row: Figures): number[] {
  return [
    ...[row.sent, row.received, row.connections, row.failed, row.rejected],
    ...[row.activeSum, row.activeMax, row.samples],
  ];
}

function toRow(row: Record<string, unknown>): Row {
  return {
    time: Number(row.time),
    sent: Number(row.sent),
    received: Number(row.received),
    connections: Number(row.connections),
    failed: Number(row.failed),
    rejected: Number(row.rejected),
    activeSum: Number(row.active_sum),
    activeMax: Number(row.active_max),
    samples: Number(row.samples),
  };
}

function markOf(tier: Tier): string {
  return `until_${tier.name}`;
}

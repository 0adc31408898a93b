/** A year of a fleet's past, made up straight into a database, for the benchmark of the manager. */
import { DatabaseSync } from "node:sqlite";
import {
  FLEET,
  type LoggedConnection,
  USAGE_KINDS,
  type UsageTop,
} from "../../manager/history/batch.ts";
import { prepareDataDir } from "../../manager/history/data_dir.ts";
import { DEFAULT_RETENTION } from "../../manager/history/options.ts";
import { floorTo, type Tier, TIERS } from "../../manager/history/rollup.ts";
import { Store } from "../../manager/history/store.ts";
import { PROXY_TOPS_S } from "../../manager/history/usage_store.ts";
import { batch } from "../support/history.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const LOG_ROWS = 200_000;
const EVENTS = 50_000;
const TOP_KEYS = 100;
/** Proxies that have tops of their own: each takes 50,000 rows. */
const PROXIES_WITH_TOPS = 5;
/** Who is searched for and is hard to find: one row of the log in so many, in its oldest half. */
const RARE_EVERY = 20_000;

/** What was made. */
export interface MadeHistory {
  seriesRows: number;
  topRows: number;
  logRows: number;
  events: number;
  megabytes: number;
  seconds: number;
}

/**
 * Makes a history of `proxies`, called proxy-0 and so on, in `dir`: figures in every tier for as long as it
 * is kept, tops, a log and events. The store's own code makes the file and all but the figures, which it
 * could only sum up from a year of raw ones: those are made within the database, by its schema.
 */
export function makeHistory(dir: string, proxies: number): MadeHistory {
  const startedAt = performance.now();
  const path = prepareDataDir(dir);
  const nowMs = Date.now();
  const store = new Store(path, { retention: DEFAULT_RETENTION, maxProxies: 10_000 }, nowMs);
  let made;
  try {
    made = fill(store, proxies, nowMs);
  } finally {
    store.close();
  }
  const seriesRows = fillSeries(path, proxies, nowMs / 1000);
  return {
    ...{ seriesRows, ...made },
    megabytes: Deno.statSync(path).size / 1e6,
    seconds: (performance.now() - startedAt) / 1000,
  };
}

/** Names, log, tops and events, by the store's own code; few and large transactions. */
function fill(store: Store, proxies: number, nowMs: number) {
  const events = Array.from({ length: EVENTS }, (_, i) => ({
    id: i + 1,
    time: nowMs / 1000 - (EVENTS - i) / EVENTS * 29 * DAY,
    kind: i % 2 ? "proxy_online" as const : "proxy_stale" as const,
    proxy_id: `proxy-${i % proxies}`,
    detail: "",
  }));
  const empty = batch({ atMs: nowMs });
  const chunk = 50_000;
  for (let from = 0; from < LOG_ROWS; from += chunk) {
    const log = Array.from({ length: chunk }, (_, i) => logged(from + i, proxies, nowMs / 1000));
    store.write({ ...empty, log });
  }
  let topRows = 0;
  for (const [proxy, seconds] of withTops(proxies)) {
    const tops = [...topsOf(proxy, seconds, nowMs / 1000)];
    store.write({ ...empty, tops });
    topRows += tops.length * TOP_KEYS;
  }
  store.write({ ...empty, events });
  return { topRows, logRows: LOG_ROWS, events: EVENTS };
}

function logged(i: number, proxies: number, now: number): LoggedConnection {
  const ended = now - 60 - (LOG_ROWS - i) / LOG_ROWS * (DEFAULT_RETENTION.log - HOUR);
  const isRare = i < LOG_ROWS / 2 && i % RARE_EVERY === 0;
  return {
    ...{ ended, started: ended - 1 - i % 600, proxy_id: `proxy-${i % proxies}`, boot: 1, id: i },
    client_ip: `10.${i % 200}.${i % 251}.${i % 241}`,
    client_port: 32_768 + i % 28_000,
    target: isRare ? "rare.example.org:443" : `host-${(i * 31) % 500}.example.com:443`,
    user: `user-${i % 50}`,
    ...(i % 17 === 0
      ? { state: "failed", reason: "connect_timeout" }
      : { state: "closed", reason: "client_gone" }),
    ...{ bytes_sent: i * 7 % 100_000, bytes_received: i * 977 % 10_000_000, requests: i % 30 },
  };
}

/** Who has tops, and for how many seconds. */
function withTops(proxies: number): [proxy: string, seconds: number][] {
  const some = Array.from({ length: Math.min(proxies, PROXIES_WITH_TOPS) }, (_, i) => i);
  return [
    [FLEET, DEFAULT_RETENTION.top],
    ...some.map((i): [string, number] => [`proxy-${i}`, PROXY_TOPS_S]),
  ];
}

/** In each hour others, as they come and go. */
function* topsOf(proxy: string, seconds: number, now: number): Generator<UsageTop> {
  const last = floorTo(now, HOUR);
  for (let hour = last - floorTo(seconds, HOUR) + HOUR; hour <= last; hour += HOUR) {
    const turn = hour / HOUR;
    for (const kind of USAGE_KINDS) {
      const entries = Array.from({ length: TOP_KEYS }, (_, i): [string, number] => [
        `${kind}-${(i * 7 + turn * 13) % (5 * TOP_KEYS)}.example.com`,
        1e9 - i * 1e6,
      ]);
      yield { hour, proxy, kind, entries, error: 0, floor: 1e6 };
    }
  }
}

/** Figures of every proxy that has a name by now, and of the fleet; returns how many rows. */
function fillSeries(path: string, proxies: number, now: number): number {
  const db = new DatabaseSync(path);
  try {
    // Nothing is lost if this is cut short: it is made again.
    db.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536");
    return TIERS.reduce((sum, tier) => sum + fillTier(db, tier, proxies, now), 0);
  } finally {
    db.close();
  }
}

function fillTier(db: DatabaseSync, { name, step }: Tier, proxies: number, now: number): number {
  const end = floorTo(now, step);
  // In the order of its key, so that each row goes to the end.
  const { changes } = db.prepare(`
    WITH RECURSIVE steps(t) AS (
      SELECT CAST(? AS INTEGER) UNION ALL SELECT t + ${step} FROM steps WHERE t + ${step} < ?
    )
    INSERT INTO "series_${name}"
    SELECT t, id, ${step} * scale * (1000 + (t / ${step} * 7919 + id * 104729) % 50000),
      ${step} * scale * (10000 + (t / ${step} * 104729 + id * 7919) % 500000),
      ${step} * scale, (t / ${step} + id) % 5 * scale, (t / ${step} + id) % 3 * scale,
      ${step} / 5 * 100 * scale, 120 * scale, ${step} / 5
    FROM steps CROSS JOIN (
      SELECT 0 AS id, ${proxies} AS scale UNION ALL SELECT id, 1 FROM proxy ORDER BY id
    )`).run(end - DEFAULT_RETENTION[name], end);
  return Number(changes);
}

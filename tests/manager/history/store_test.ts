import { strict as assert } from "node:assert";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Boot } from "../../../manager/fleet/boots.ts";
import { noTotals } from "../../../manager/fleet/totals.ts";
import { FLEET } from "../../../manager/history/batch.ts";
import { DEFAULT_RETENTION } from "../../../manager/history/options.ts";
import { pack } from "../../../manager/history/packed.ts";
import type { Range } from "../../../manager/history/rollup.ts";
import type { Store } from "../../../manager/history/store.ts";
import { batch, logged, openStore, row, S0, TempFolder } from "../../support/history.ts";
import { report, T0 } from "../../support/reports.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;

/** Times and sent bytes of the points that answer. */
function points(store: Store, range: Partial<Range>, now = S0, proxy = "edge-1") {
  const whole = { from: S0 - HOUR, to: now, step: null, ...range };
  const { rows } = store.query("series", { proxy, range: whole, now });
  return rows.map(({ time, sent }) => [time - S0, sent]);
}

function saved(proxyId: string, total: number) {
  const { proxy } = report({ proxy_id: proxyId, total_bytes_sent: total });
  const totals = { ...noTotals(), total_bytes_sent: 4 };
  return {
    state: proxy,
    formers: [["b", { totals, order: 7, counts: true }] as [string, Boot]],
    forgotten: totals,
    countedSince: 9,
    ...{ firstSeenMs: T0 - 9, lastSeenMs: T0, shift: 0.5, startShift: 0.25 },
  };
}

function openFile(path: string): DatabaseSync & Disposable {
  const db = new DatabaseSync(path);
  return Object.assign(db, { [Symbol.dispose]: () => db.close() });
}

function oldestIn(db: DatabaseSync, table: string, column: string): number {
  return Number(db.prepare(`SELECT min(${column}) AS oldest FROM ${table}`).get()!.oldest);
}

Deno.test("Store adds up what it is told of one step, and tells proxies and the fleet apart", () => {
  using store = openStore();
  store.write(
    batch({ series: [row(S0), row(S0), row(S0 + 10), row(S0, { proxy: FLEET, sent: 7 })] }),
  );
  assert.deepEqual(points(store, { to: S0 + 20 }), [[0, 200], [10, 100]]);
  assert.deepEqual(points(store, { to: S0 + 20 }, S0, FLEET), [[0, 7]]);
  assert.deepEqual(points(store, { to: S0 + 20 }, S0, "unknown"), []);
  const range = { from: S0, to: S0 + 10, step: null };
  const [first] = store.query("series", { proxy: "edge-1", range, now: S0 }).rows;
  const { proxy: _, ...figures } = row(S0);
  assert.deepEqual(first, {
    ...figures,
    ...{ sent: 200, received: 400, connections: 6, failed: 2, rejected: 4 },
    ...{ activeSum: 16, activeMax: 5, samples: 4 },
  });
});

Deno.test("Store sums up into coarser tiers, and answers for the present from finer ones", () => {
  using store = openStore();
  for (let time = S0; time < S0 + 2 * HOUR + 130; time += 10) {
    store.write(batch({ atMs: (time + 10) * 1000, series: [row(time)] }));
  }
  const now = S0 + 2 * HOUR + 130;
  const hourly = [[0, 36_000], [HOUR, 36_000], [2 * HOUR, 1300]];
  assert.deepEqual(points(store, { from: S0, step: HOUR }, now), hourly);
  const minutes = points(store, { from: S0, step: 60 }, now);
  assert.equal(minutes.length, 123);
  assert.deepEqual(minutes.slice(-2), [[2 * HOUR + 60, 600], [2 * HOUR + 120, 100]]);
});

Deno.test("Store adds what comes late to every tier that has been summed up without it", () => {
  using store = openStore();
  store.write(batch({ series: [row(S0)] }));
  store.write(batch({ atMs: T0 + 2 * HOUR * 1000, series: [row(S0 + 5)] }));
  const late = { time: S0 - 60, sent: 11 };
  store.write(batch({ atMs: T0 + 2 * HOUR * 1000, series: [row(S0 + 10), row(late.time, late)] }));
  const now = S0 + 2 * HOUR;
  for (const step of [10, 60, 600, HOUR]) {
    const all = points(store, { from: S0 - HOUR, step }, now);
    assert.equal(all.reduce((sum, [, sent]) => sum + sent, 0), 311, `by ${step} s`);
  }
});

Deno.test("Store holds the figures of a proxy that claims more than there is", () => {
  using store = openStore();
  const much = { sent: Number.MAX_SAFE_INTEGER, activeSum: Number.MAX_SAFE_INTEGER };
  for (let time = S0; time < S0 + HOUR; time += 10) {
    store.write(batch({ series: [row(time, much), row(time, much)] }));
  }
  store.write(batch({ atMs: T0 + HOUR * 1000 }));
  for (const step of [10, HOUR]) {
    const [[, sent]] = points(store, { from: S0, step }, S0 + HOUR);
    assert.equal(sent, Number.MAX_SAFE_INTEGER);
  }
});

Deno.test("Store leaves a gap where nothing ran, and goes on behind it", () => {
  using folder = new TempFolder();
  const path = join(folder.path, "h.db");
  {
    using store = openStore(path);
    store.write(batch({ series: [row(S0), row(S0 + 10)] }));
  }
  // Killed before any of it was summed up, and away for a day.
  const back = S0 + DAY;
  using store = openStore(path, {}, back * 1000);
  store.write(batch({ atMs: (back + 60) * 1000, series: [row(back)] }));
  assert.deepEqual(points(store, { from: S0, step: HOUR }, back + 60), [[0, 200], [DAY, 100]]);
  assert.deepEqual(points(store, { from: S0, step: 60 }, back + 60), [[0, 200], [DAY, 100]]);
});

Deno.test("Store gives proxies back as they were written last, but not those that were removed", () => {
  using folder = new TempFolder();
  const path = join(folder.path, "h.db");
  {
    using store = openStore(path);
    const names = ["edge-1", "edge-2", "edge-3"];
    store.write(batch({ proxies: names.map((name) => pack(saved(name, 10), true)) }));
    store.write(
      batch({ atMs: T0 + 5, proxies: [pack(saved("edge-2", 99), false)], removed: ["edge-3"] }),
    );
    store.write(batch({ atMs: T0 + 6, removed: ["never seen"] }));
  }
  using store = openStore(path, {}, T0 + 100);
  const { proxies, writtenMs } = store.remembered(T0 + 100);
  assert.deepEqual(proxies, [saved("edge-1", 10), saved("edge-2", 99)]);
  assert.equal(writtenMs, T0 + 6);
  assert.equal(openStore().remembered(T0).writtenMs, 0);
});

Deno.test("Store keeps events in their order, each once, and pages through them", () => {
  using store = openStore();
  const events = [1, 2, 3].map((id) => ({
    ...{ id, time: S0 + id, kind: "proxy_online" as const, proxy_id: "edge-1", detail: `${id}` },
  }));
  store.write(batch({ events: events.slice(0, 2) }));
  store.write(batch({ events: events.slice(1) }));
  assert.deepEqual(store.query("events", { since: null, limit: 2 }), events.slice(1));
  assert.deepEqual(store.query("events", { since: 0, limit: 2 }), events.slice(0, 2));
  assert.deepEqual(store.query("events", { since: 2, limit: 9 }), events.slice(2));
  assert.equal(store.remembered(T0).lastEventId, 3);
});

Deno.test("Store writes a batch whole or not at all", () => {
  using store = openStore();
  const broken = logged({ target: null as unknown as string });
  assert.throws(() => store.write(batch({ series: [row(S0)], log: [broken] })));
  assert.deepEqual(points(store, { to: S0 + 20 }), []);
  store.write(batch({ series: [row(S0)], log: [logged()] }));
  assert.deepEqual(points(store, { to: S0 + 20 }), [[0, 100]]);
});

Deno.test("Store forgets the names that were used least recently, beyond twice the proxies", () => {
  using store = openStore(":memory:", { maxProxies: 2 });
  for (let i = 0; i < 10; i++) {
    store.write(batch({ series: [row(S0, { proxy: "live" }), row(S0, { proxy: `forged-${i}` })] }));
  }
  assert.deepEqual(points(store, { to: S0 + 10 }, S0, "live"), [[0, 1000]]);
  assert.deepEqual(points(store, { to: S0 + 10 }, S0, "forged-9"), [[0, 100]]);
  assert.deepEqual(points(store, { to: S0 + 10 }, S0, "forged-1"), []);
});

Deno.test("Store keeps each tier for its time over a year, and no row longer", () => {
  using folder = new TempFolder();
  const path = join(folder.path, "h.db");
  const store = openStore(path);
  const end = S0 + 366 * DAY;
  // Ever more often through the year, so that each tier has some.
  const write = (time: number) => {
    const atMs = time * 1000;
    store.write(batch({
      atMs,
      series: [row(time)],
      log: [logged({ id: time, ended: time })],
      tops: time % HOUR === 0
        ? [{ hour: time, proxy: FLEET, kind: "client", entries: [["a", 1]], error: 0, floor: 0 }]
        : [],
      events: [{ id: atMs, time, kind: "proxy_online", proxy_id: "", detail: "" }],
    }));
    store.prune(atMs);
  };
  let time = S0;
  const writeUntil = (until: number, step: number) => {
    for (; time <= until; time += step) write(time);
  };
  writeUntil(end - 31 * DAY, 6 * HOUR);
  writeUntil(end - 49 * HOUR, HOUR);
  writeUntil(end - 2 * HOUR, 600);
  writeUntil(end, 10);
  const kept: [step: number, seconds: number][] = [
    [10, HOUR],
    [300, 48 * HOUR],
    [1800, 30 * DAY],
    [6 * HOUR, 365 * DAY],
  ];
  for (const [step, seconds] of kept) {
    const [[first]] = points(store, { from: end - seconds, step }, end);
    const age = end - S0 - first;
    assert.ok(age > seconds - 6 * HOUR && age <= seconds + step, `${age} s by ${step} s`);
  }
  const { entries } = store.query("usage", {
    ...{ proxy: FLEET, kind: "client", from: S0, to: end, limit: 1 },
  });
  assert.equal(entries[0].bytes, 30 * 24 + 1);
  assert.ok(store.query("events", { since: 0, limit: 1 })[0].time >= end - 30 * DAY);
  const page = store.query("log", { filter: { to: end - 7 * DAY }, limit: 1, cursor: null });
  assert.deepEqual(page.connections, []);
  store.close();
  using db = openFile(path);
  const slack = 1800;
  const limits = { raw: HOUR, "1m": 48 * HOUR, "10m": 30 * DAY, "1h": 365 * DAY } as const;
  for (const [tier, seconds] of Object.entries(limits)) {
    assert.ok(end - oldestIn(db, `"series_${tier}"`, "time") <= seconds + slack, tier);
  }
  assert.ok(end - oldestIn(db, "top", "hour") <= 30 * DAY + slack);
  assert.ok(end - oldestIn(db, "log", "ended_ms") / 1000 <= 7 * DAY + slack);
});

Deno.test("Store has no more rows in its log than it may", () => {
  using store = openStore(":memory:", { retention: { ...DEFAULT_RETENTION, logRows: 3 } });
  store.write(batch({ log: [1, 2, 3, 4, 5].map((id) => logged({ id, ended: S0 + id })) }));
  store.prune(T0 + 10);
  const { connections } = store.query("log", { filter: {}, limit: 10, cursor: null });
  assert.deepEqual(connections.map(({ id }) => id), [5, 4, 3]);
});

Deno.test("Store takes whatever strings and figures strangers report", () => {
  using store = openStore();
  const odd = ["\ud800", "\udfff", "a\0b", "a\0c", "\u{10ffff}", "'; DROP TABLE log; --", ""];
  const max = Number.MAX_SAFE_INTEGER;
  const entries = odd.map((key): [string, number] => [key, max]);
  store.write(batch({
    series: [row(S0, { sent: max, activeSum: max, activeMax: max })],
    tops: [{ hour: S0, proxy: FLEET, kind: "target", entries, error: max, floor: max }],
    log: odd.map((text, id) =>
      logged({
        ...{ id: max - id, client_ip: text, target: text, user: text, reason: text },
        ...{
          started: 1e11,
          boot: 2 ** 48 - 1,
          bytes_sent: max,
          bytes_received: max,
          requests: max,
        },
      })
    ),
    events: [{ id: max, time: S0, kind: "proxy_online", proxy_id: odd[0], detail: odd[2] }],
  }));
  const page = store.query("log", { filter: {}, limit: 100, cursor: null });
  assert.equal(page.connections.length, odd.length);
  const question = { proxy: FLEET, kind: "target", from: S0, to: S0, limit: 100 } as const;
  const usage = store.query("usage", question);
  assert.ok(usage.entries.some(({ key, bytes }) => key === "\u{10ffff}" && bytes === max));
  for (const proxy of ["\ud800", "\udfff"]) store.write(batch({ series: [row(S0, { proxy })] }));
  assert.deepEqual(points(store, { to: S0 + 10 }, S0, "\ud800"), [[0, 200]]);
  assert.equal(store.query("events", { since: null, limit: 9 }).length, 1);
});

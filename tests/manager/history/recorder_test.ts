import { strict as assert } from "node:assert";
import { type Batch, FLEET } from "../../../manager/history/batch.ts";
import { Recorder } from "../../../manager/history/recorder.ts";
import { unpack } from "../../../manager/history/packed.ts";
import { Registry } from "../../../manager/registry.ts";
import type { Report } from "../../../manager/fleet/report.ts";
import { boot, connection, report, T0 } from "../../support/reports.ts";

const S0 = T0 / 1000;

/** A recorder that began at `T0`, and a proxy that started then too. */
function setUp({ maxProxies = 100 } = {}) {
  const clock = { now: T0 };
  const registry = new Registry({ maxProxies });
  const recorder = new Recorder(registry, () => clock.now);
  const at = (seconds: number, ...reports: Report[]) => {
    clock.now = T0 + seconds * 1000;
    for (const each of reports) registry.apply(each, clock.now);
  };
  /** The report that is sent at a second of the clock. */
  const sent = (
    seconds: number,
    proxy: Partial<Report["proxy"]> = {},
    connections: Report["connections"] = [],
  ) => {
    const times = { sent_at: S0 + seconds, start_time: S0, seq: seconds * 10 };
    return report({ ...times, ...proxy }, connections);
  };
  return { clock, registry, recorder, at, sent };
}

/** What a batch has of a proxy's sent bytes, by second since `S0`. */
function sentBytes({ series }: Batch, proxy = "edge-1"): [number, number][] {
  return series.filter((row) => row.proxy === proxy).map(({ time, sent }) => [time - S0, sent]);
}

function total(rows: [number, number][]): number {
  return rows.reduce((sum, [, sent]) => sum + sent, 0);
}

/** The weights of clients in a batch's tops of the fleet. */
function clients({ tops }: Batch, proxy = FLEET): [string, number][] {
  return tops.filter((top) => top.kind === "client" && top.proxy === proxy)
    .flatMap(({ entries }) => entries);
}

Deno.test("Recorder puts what totals grow by into the steps in which it was seen to grow", () => {
  const { recorder, at, sent } = setUp();
  at(5, sent(5, { total_bytes_sent: 100 }));
  at(15, sent(15, { total_bytes_sent: 300 }));
  const batch = recorder.batch();
  assert.deepEqual(sentBytes(batch), [[0, 200], [10, 100]]);
  assert.equal(total(sentBytes(batch, FLEET)), 300);
  assert.deepEqual(sentBytes(recorder.batch()), []);
});

Deno.test("Recorder counts nothing that was before it began", () => {
  const { recorder, at, sent } = setUp();
  at(5, sent(5, { start_time: S0 - 100, total_bytes_sent: 5000 }));
  assert.equal(total(sentBytes(recorder.batch())), 0);
  at(8, sent(8, { start_time: S0 - 100, total_bytes_sent: 5007 }));
  assert.equal(total(sentBytes(recorder.batch())), 7);
});

Deno.test("Recorder counts nothing twice, whatever is duplicated, late or said wrongly", () => {
  const { recorder, at, sent } = setUp();
  const first = sent(1, { total_bytes_sent: 100 }, [
    connection({ start_time: S0, bytes_sent: 100, bytes_received: 0 }),
  ]);
  const second = sent(2, { total_bytes_sent: 250 }, [
    connection({ start_time: S0, bytes_sent: 250, bytes_received: 0 }),
  ]);
  at(2, first, second, first, second, first);
  at(3, sent(3, { total_bytes_sent: 10 }));
  at(4, sent(4, { total_bytes_sent: 260 }));
  at(5, second);
  const batch = recorder.batch(true);
  assert.equal(total(sentBytes(batch)), 260);
  assert.deepEqual(clients(batch), [["192.0.2.1", 250]]);
});

Deno.test("Recorder counts on through a proxy's restart, without a step back", () => {
  const { recorder, at, sent } = setUp();
  at(5, sent(5, { total_bytes_sent: 1000 }));
  const restarted = { boot_id: boot("b"), start_time: S0 + 20 };
  at(25, sent(25, { ...restarted, total_bytes_sent: 30 }));
  const batch = recorder.batch();
  assert.equal(total(sentBytes(batch)), 1030);
  assert.ok(sentBytes(batch).every(([time]) => time >= 0 && time <= 20));
  assert.deepEqual(batch.events.map(({ kind }) => kind), ["proxy_appeared", "proxy_restarted"]);
});

Deno.test("Recorder leaves a long silence a gap, and does not make a spike of what came of it", () => {
  const { recorder, at, sent } = setUp();
  at(5, sent(5, { total_bytes_sent: 100 }));
  recorder.batch();
  at(605, sent(605, { total_bytes_sent: 1_000_000 }));
  assert.deepEqual(sentBytes(recorder.batch()), [[600, 0]]);
  at(615, sent(615, { total_bytes_sent: 1_000_500 }));
  assert.equal(total(sentBytes(recorder.batch())), 500);
});

Deno.test("Recorder fills a short silence evenly, and that of a proxy that seldom reports", () => {
  const { recorder, at, sent } = setUp();
  at(0, sent(0, { total_bytes_sent: 0 }));
  at(120, sent(120, { total_bytes_sent: 1200 }));
  assert.deepEqual(
    sentBytes(recorder.batch()).slice(0, 12).map(([, sent]) => sent),
    Array(12).fill(100),
  );
  const slow = { proxy_id: "slow", interval: 1800 };
  at(120, sent(120, { ...slow, total_bytes_sent: 0, start_time: S0 + 120 }));
  at(1920, sent(1920, { ...slow, total_bytes_sent: 1800, start_time: S0 + 120 }));
  assert.equal(total(sentBytes(recorder.batch(), "slow")), 1800);
});

Deno.test("Recorder weighs clients, targets and users by what their connections were seen to grow", () => {
  const { recorder, at, sent } = setUp();
  const one = { start_time: S0 + 1, bytes_received: 0, user: "ann" };
  const old = connection({ id: 2, client_ip: "192.0.2.2", start_time: S0 - 50, bytes_sent: 9000 });
  at(2, sent(2, {}, [connection({ ...one, bytes_sent: 10 }), old]));
  at(3, sent(3, {}, [connection({ ...one, bytes_sent: 25 }), { ...old, bytes_sent: 9003 }]));
  const { tops } = recorder.batch(true);
  const found = tops.filter(({ proxy }) => proxy === FLEET).map((
    { kind, entries },
  ) => [kind, entries]);
  assert.deepEqual(found, [
    ["client", [["192.0.2.1", 25], ["192.0.2.2", 3]]],
    ["target", [["example.com:443", 28]]],
    ["user", [["ann", 25]]],
  ]);
  assert.deepEqual(tops.filter(({ proxy }) => proxy === "edge-1").length, 3);
});

Deno.test("Recorder keeps keys that no database could tell apart as one", () => {
  const { recorder, at, sent } = setUp();
  const odd = ["\ud800", "\udfff", "a\0", "a\ufffd"].map((user, id) =>
    connection({ id, user, start_time: S0 + 1, bytes_sent: 1, bytes_received: 0 })
  );
  at(2, sent(2, {}, odd));
  const users = recorder.batch(true).tops.find(({ kind }) => kind === "user")!;
  assert.deepEqual(users.entries, [["\ufffd", 2], ["a\ufffd", 2]]);
});

Deno.test("Recorder starts each hour's tops anew, and loses none of the last", () => {
  const { recorder, at, sent } = setUp();
  const live = { start_time: S0 + 3590, bytes_received: 0 };
  at(3595, sent(3595, {}, [connection({ ...live, bytes_sent: 10 })]));
  at(3605, sent(3605, {}, [connection({ ...live, bytes_sent: 14 })]));
  const tops = recorder.batch(true).tops.filter(({ kind, proxy }) =>
    kind === "client" && proxy === FLEET
  );
  assert.deepEqual(tops.map(({ hour, entries }) => [hour - S0, entries[0][1]]), [[0, 10], [
    3600,
    4,
  ]]);
});

Deno.test("Recorder logs a connection once when it has ended, and counts the last of its bytes", () => {
  const { recorder, at, sent } = setUp();
  const live = connection({ start_time: S0 + 1, bytes_sent: 10, bytes_received: 0 });
  const ended = { ...live, state: "closed" as const, bytes_sent: 30, reason: "client_closed" };
  at(2, sent(2, {}, [live]));
  at(3, sent(3, {}, [ended]));
  for (let i = 4; i < 8; i++) at(i, sent(i, {}, [ended]));
  const batch = recorder.batch(true);
  assert.deepEqual(clients(batch), [["192.0.2.1", 30]]);
  assert.equal(batch.log.length, 1);
  const { ended: at3, started, proxy_id, bytes_sent } = batch.log[0];
  assert.deepEqual([at3, started, proxy_id, bytes_sent], [S0 + 3, S0 + 1, "edge-1", 30]);
  at(
    9,
    sent(9, {}, [
      ended,
      connection({ id: 5, state: "failed", reason: "refused", start_time: S0 + 8 }),
    ]),
  );
  assert.deepEqual(recorder.batch().log.map(({ id }) => id), [5]);
});

Deno.test("Recorder does not count again what the registry let go and hears of again", () => {
  const { recorder, registry, clock, at, sent } = setUp();
  const live = connection({ start_time: S0 + 1, bytes_sent: 100, bytes_received: 0 });
  const ended = connection({ ...live, id: 2, state: "closed" });
  at(2, sent(2, {}, [live, ended]));
  clock.now = T0 + 200_000;
  registry.tick(clock.now);
  assert.equal(registry.get("edge-1")!.connections.size, 0);
  at(201, sent(201, {}, [{ ...live, bytes_sent: 130, last_activity: S0 + 200 }, ended]));
  at(202, sent(202, {}, [{ ...live, bytes_sent: 150, last_activity: S0 + 201 }]));
  const batch = recorder.batch(true);
  // Of the live one, 30 may have been counted or not: nobody knows any longer.
  assert.deepEqual(clients(batch), [["192.0.2.1", 220]]);
  assert.equal(batch.log.length, 1);
});

Deno.test("Recorder does not count again a proxy that made room and comes back", () => {
  const { recorder, at, sent } = setUp({ maxProxies: 1 });
  const live = connection({ start_time: S0 + 1, bytes_sent: 100, bytes_received: 0 });
  at(2, sent(2, { total_bytes_sent: 100 }, [live]));
  at(100, sent(100, { proxy_id: "edge-2", start_time: S0 + 99, total_bytes_sent: 5 }));
  at(200, sent(200, { total_bytes_sent: 160 }, [{ ...live, bytes_sent: 160 }]));
  at(201, sent(201, { total_bytes_sent: 161 }, [{ ...live, bytes_sent: 161 }]));
  const batch = recorder.batch(true);
  assert.equal(total(sentBytes(batch)), 101);
  assert.deepEqual(batch.removed, ["edge-2"]);
  assert.deepEqual(clients(batch), [["192.0.2.1", 101]]);
  assert.equal(total(sentBytes(batch, "edge-2")), 5);
});

Deno.test("Recorder tells what happens to a proxy, each thing once", () => {
  const { recorder, registry, clock, at, sent } = setUp();
  const kinds = () => {
    const { events } = recorder.batch();
    recorder.events.written(events.at(-1)?.id ?? 0);
    return events.map(({ kind }) => kind);
  };
  at(1, sent(1));
  assert.deepEqual(kinds(), ["proxy_appeared"]);
  assert.deepEqual(kinds(), []);
  for (const seconds of [20, 60, 90]) {
    clock.now = T0 + seconds * 1000;
    registry.tick(clock.now);
    assert.deepEqual(
      kinds(),
      seconds === 90 ? [] : [seconds === 20 ? "proxy_stale" : "proxy_offline"],
    );
  }
  at(100, sent(100));
  assert.deepEqual(kinds(), ["proxy_online", "loss_high"]);
  at(200, sent(101, { seq: 1001, state: "draining" }));
  assert.deepEqual(kinds(), ["proxy_draining", "loss_over"]);
  at(201, sent(102, { seq: 1002, state: "stopped" }));
  assert.deepEqual(kinds(), ["proxy_stopped"]);
});

Deno.test("Recorder and registry go on where an earlier run stopped", () => {
  const before = setUp();
  const live = connection({ start_time: S0 + 1, bytes_sent: 50, bytes_received: 0 });
  const old = { boot_id: boot("a"), total_bytes_sent: 1000 };
  before.at(2, before.sent(2, old));
  before.at(
    5,
    before.sent(5, { boot_id: boot("b"), start_time: S0 + 3, total_bytes_sent: 50 }, [live]),
  );
  const last = before.recorder.batch(true);
  const proxies = last.proxies.map(({ meta, figures }) => unpack(meta!, figures)!);

  const clock = { now: T0 + 8_000 };
  const registry = new Registry();
  const recorder = new Recorder(registry, () => clock.now);
  const { tops } = last;
  recorder.resume({ proxies, writtenMs: last.atMs, lastEventId: last.events.at(-1)!.id, tops });
  const entry = registry.get("edge-1")!;
  assert.deepEqual([entry.status(clock.now), entry.totals.total_bytes_sent], ["offline", 1050]);
  assert.equal(recorder.batch().series.filter(({ proxy }) => proxy !== FLEET).length, 0);

  const { sent } = before;
  clock.now = T0 + 10_000;
  const goesOn = { boot_id: boot("b"), start_time: S0 + 3, total_bytes_sent: 90 };
  const fresh = connection({ id: 2, start_time: S0 + 7, bytes_sent: 7, bytes_received: 0 });
  registry.apply(sent(10, goesOn, [{ ...live, bytes_sent: 80 }, fresh]), clock.now);
  assert.deepEqual([entry.status(clock.now), entry.totals.total_bytes_sent], ["online", 1090]);
  assert.equal(entry.countedSince, S0);
  const batch = recorder.batch(true);
  assert.equal(total(sentBytes(batch)), 40);
  // The 30 bytes that the older connection moved in between were seen by nobody.
  assert.deepEqual(clients(batch), [["192.0.2.1", 57]]);
  assert.deepEqual(batch.events.map(({ kind }) => kind), ["proxy_online"]);
  assert.ok(batch.events[0].id > last.events.at(-1)!.id);
  // A boot that had ended before stays ended.
  assert.equal(registry.apply(sent(11, old), clock.now), "old_boot");
});

Deno.test("Recorder lets a registry that is at work already go on too", () => {
  const before = setUp();
  before.at(2, before.sent(2, { total_bytes_sent: 1000 }));
  const [packed] = before.recorder.batch().proxies;
  const saved = unpack(packed.meta!, packed.figures)!;
  const { recorder, registry, at, sent } = setUp();
  at(5, sent(5, { boot_id: boot("b"), start_time: S0 + 3, total_bytes_sent: 10 }));
  recorder.resume({ proxies: [saved], writtenMs: T0 + 2_000, lastEventId: 0, tops: [] });
  at(6, sent(6, { boot_id: boot("b"), start_time: S0 + 3, total_bytes_sent: 15 }));
  assert.equal(registry.get("edge-1")!.totals.total_bytes_sent, 1015);
  assert.equal(registry.get("edge-1")!.status(T0 + 6_000), "online");
  assert.equal(total(sentBytes(recorder.batch())), 15);
});

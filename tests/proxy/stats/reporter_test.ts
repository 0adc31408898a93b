import { strict as assert } from "node:assert";
import { Collector } from "../../../proxy/stats/collector.ts";
import { type Datagram, MAX_DATAGRAM_BYTES } from "../../../proxy/stats/report.ts";
import { Reporter } from "../../../proxy/stats/reporter.ts";
import { eventually } from "../../support/eventually.ts";
import { type Arrival, IDENTITY, openMany as open, reporting } from "../../support/reporting.ts";
import { backend } from "../../support/reports.ts";

const between = (arrivals: Arrival[], from: number, to: number) =>
  arrivals.filter(({ at }) => at >= from && at < to);
const idsOf = (arrivals: Arrival[]) =>
  arrivals.flatMap(({ records }) => records.map(({ id }) => id));

Deno.test("Reporter reports at once, and then each interval, though there is nothing to tell", async () => {
  const { clock, arrivals, reporter } = reporting(5);
  reporter.start();
  await clock.runTo(12_000);
  await clock.runUntil(reporter.stop());
  assert.deepEqual(between(arrivals, 0, 11_000).map(({ at }) => at), [0, 5000, 10_000]);
  const { datagram } = arrivals[0];
  for (const [key, value] of Object.entries(IDENTITY)) {
    assert.deepEqual(datagram[key as keyof Datagram], value);
  }
  assert.deepEqual([datagram.interval, datagram.refresh_s, datagram.total_connections], [5, 5, 0]);
  assert.deepEqual(
    arrivals.map(({ datagram }) => datagram.sent_at),
    arrivals.map(({ at }) => {
      return 1_800_000_000 + at / 1000;
    }),
  );
});

Deno.test("Reporter says running, then draining, then stopped, and nothing after that", async () => {
  const { clock, collector, arrivals, reporter } = reporting(5);
  open(collector, 30);
  reporter.start();
  await clock.runTo(6000);
  await reporter.drain();
  await clock.runTo(11_000);
  for (const record of [...collector.live.values()]) collector.end(record, "closed", "drained");
  await clock.runUntil(reporter.stop());
  const states = arrivals.map(({ datagram }) => datagram.state);
  const order = ["running", "draining", "stopped"];
  assert.deepEqual(states, states.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)));
  assert.deepEqual([...new Set(states)], order);
  const last = arrivals.filter(({ datagram }) => datagram.state === "stopped");
  assert.equal(new Set(idsOf(last)).size, 30, "the last report tells of every end");
  assert.ok(last.flatMap(({ records }) => records).every(({ state }) => state === "closed"));
  assert.equal(last.at(-1)?.datagram.active_connections, 0);
  const count = arrivals.length;
  await Promise.resolve();
  assert.equal(arrivals.length, count);
});

Deno.test("Reporter.stop ends a report that is under way, without waiting for the interval", async () => {
  const { clock, collector, arrivals, reporter } = reporting(3600);
  open(collector, 500);
  reporter.start();
  await clock.runTo(1000);
  await clock.runUntil(reporter.stop());
  assert.ok(clock.now() <= 2100, `${clock.now()} ms`);
  assert.equal(arrivals.at(-1)?.datagram.state, "stopped");
});

Deno.test("Reporter tells of the ends since the last report when it stops", async () => {
  const { clock, collector, arrivals, reporter } = reporting(5);
  reporter.start();
  await clock.runTo(1000);
  open(collector, 1);
  collector.end(collector.live.get(1)!, "failed", "connect_refused");
  await clock.runUntil(reporter.stop());
  const told = arrivals.flatMap(({ records }) => records).find(({ id }) => id === 1);
  assert.deepEqual([told?.state, told?.reason], ["failed", "connect_refused"]);
  const detail = arrivals.map(({ datagram }) => datagram).find(({ kind }) => kind === "detail");
  assert.deepEqual(detail?.kind === "detail" && detail.reasons, { connect_refused: 1 });
});

for (
  const [live, targetLength, interval] of [[2000, 15, 1], [2000, 250, 5], [100, 60, 5], [
    10_000,
    30,
    5,
  ]]
) {
  Deno.test(`Reporter shows ${live} connections with targets of ${targetLength} characters within the refresh that it announces`, async () => {
    const { clock, collector, arrivals, reporter } = reporting(interval);
    open(collector, live, targetLength);
    reporter.start();
    const refresh = () => arrivals.at(-1)!.datagram.refresh_s * 1000;
    // Once around, in which it learns what fits into a datagram.
    await clock.runTo(interval * 1000);
    await clock.runTo(interval * 1000 + refresh() * 2);
    const lastSeen = new Map<number, number>();
    const until = clock.now() + refresh() * 4;
    await clock.runTo(until);
    await clock.runUntil(reporter.stop());
    const announced = arrivals.map(({ datagram }) => datagram.refresh_s * 1000);
    const shortest = Math.min(...announced);
    let longest = 0;
    for (const { at, records } of between(arrivals, 0, until)) {
      for (const { id } of records) {
        longest = Math.max(longest, at - (lastSeen.get(id) ?? at));
        lastSeen.set(id, at);
      }
    }
    for (const at of lastSeen.values()) longest = Math.max(longest, until - at);
    assert.equal(lastSeen.size, live, "some were never reported");
    // A manager drops what is silent for 5 times as long.
    assert.ok(longest < shortest * 5, `${longest} ms of silence, ${shortest} ms announced`);
    const settled = refresh();
    assert.ok(longest <= settled * 1.5 + interval * 1000, `${longest} ms, ${settled} ms announced`);
  });
}

Deno.test("Reporter stays within its bandwidth in every second, whatever it has to tell", async () => {
  const { clock, collector, arrivals, reporter } = reporting(5);
  open(collector, 20_000, 60);
  reporter.start();
  for (let at = 500; at <= 30_000; at += 500) {
    for (const record of collector.live.values()) record.bytes_sent++;
    await clock.runTo(at);
  }
  await clock.runUntil(reporter.stop());
  for (let from = 0; from < 29_000; from += 500) {
    const bits = between(arrivals, from, from + 1000).reduce((sum, { size }) => sum + size * 8, 0);
    assert.ok(bits <= 1_000_000 + MAX_DATAGRAM_BYTES * 8 * 2, `${bits} bits from ${from} ms on`);
  }
  const first = between(arrivals, 5000, 10_000);
  assert.ok(first.length > 300, "it uses what it may");
});

Deno.test("Reporter spreads a few datagrams over the interval", async () => {
  const { clock, collector, arrivals, reporter } = reporting(5);
  open(collector, 60);
  reporter.start();
  await clock.runTo(14_999);
  await clock.runUntil(reporter.stop());
  const third = between(arrivals, 10_000, 14_999);
  assert.equal(new Set(idsOf(third)).size, 60);
  const gaps = third.slice(1).map(({ at }, i) => at - third[i].at);
  assert.ok(Math.min(...gaps) > 200, gaps.join());
});

Deno.test("Reporter sends what changed in the next interval, and an end in three", async () => {
  const { clock, collector, arrivals, reporter } = reporting(5);
  open(collector, 5000);
  reporter.start();
  await clock.runTo(24_999);
  const record = collector.live.get(4321)!;
  record.bytes_received = 77;
  await clock.runTo(29_999);
  const told = between(arrivals, 25_000, 30_000).flatMap(({ records }) => records);
  assert.equal(told.find(({ id }) => id === 4321)?.bytes_received, 77);
  collector.end(record, "closed", "done");
  await clock.runTo(60_000);
  await clock.runUntil(reporter.stop());
  const ends = between(arrivals, 30_000, 60_000)
    .filter(({ records }) => records.some(({ id, state }) => id === 4321 && state === "closed"));
  assert.deepEqual(ends.map(({ at }) => Math.floor(at / 5000)), [6, 7, 8]);
});

Deno.test("Reporter sends the reasons when they change, and again every sixth interval", async () => {
  const { clock, collector, arrivals, reporter } = reporting(1);
  reporter.start();
  await clock.runTo(3500);
  collector.count("auth_failed");
  await clock.runTo(4500);
  collector.count("auth_failed");
  await clock.runTo(12_500);
  await clock.runUntil(reporter.stop());
  const details = arrivals.filter(({ datagram, at }) => datagram.kind === "detail" && at < 12_500);
  assert.deepEqual(
    details.map(({ at, datagram }) => [
      Math.floor(at / 1000),
      datagram.kind === "detail" && datagram.reasons.auth_failed,
    ]),
    [[4, 1], [5, 2], [11, 2]],
  );
});

Deno.test("Reporter sends the backends that have changed each interval, and all every sixth", async () => {
  const backends = ["a:1", "b:1"].map((name) => backend({ name }));
  const { clock, arrivals, reporter } = reporting(1, {
    backends: () => backends.map((b) => ({ ...b })),
  });
  reporter.start();
  await clock.runTo(2500);
  backends[1].bytes_sent++;
  await clock.runTo(8500);
  backends[0].active_connections = 0;
  await clock.runUntil(reporter.stop());
  const told = arrivals.flatMap(({ at, datagram }) =>
    datagram.kind === "detail" ? [[Math.floor(at / 1000), datagram.backends.map(([n]) => n)]] : []
  );
  assert.deepEqual(told, [[0, ["a:1", "b:1"]], [3, ["b:1"]], [5, ["a:1", "b:1"]], [8, [
    "a:1",
    "b:1",
  ]]]);
});

Deno.test("Reporter keeps its pace by the machine's clock too", async () => {
  const collector = new Collector();
  const times: number[] = [];
  const send = () => {
    times.push(performance.now());
    return Promise.resolve();
  };
  const reporter = new Reporter(collector, IDENTITY, { interval: 0.1, send });
  const startedAt = performance.now();
  reporter.start();
  await eventually("five reports", () => times.length >= 5);
  await reporter.stop();
  // Each may be late, but none comes before its time.
  for (let i = 0; i < 5; i++) assert.ok(times[i] - startedAt >= i * 100 - 1, times.join());
});

import fc from "fast-check";
import { strict as assert } from "node:assert";
import { MAX_BACKENDS } from "../../../proxy/stats/backend_record.ts";
import { MAX_DATAGRAM_BYTES } from "../../../proxy/stats/report.ts";
import { type Arrival, openMany, reporting } from "../../support/reporting.ts";
import { backend } from "../../support/reports.ts";

/** Fails if in any time more went than the bandwidth allows beside one datagram; each has `overhead` more. */
function assertPaced(arrivals: Arrival[], bandwidth: number, overhead = 0): void {
  const rate = bandwidth / 8000;
  const burst = Math.max(MAX_DATAGRAM_BYTES, rate * 2);
  // What is in the bucket then tells of all windows at once.
  let credit = burst;
  let last = 0;
  for (const { at, size } of arrivals) {
    credit = Math.min(burst, credit + (at - last) * rate) - size - overhead;
    last = at;
    assert.ok(credit >= -1, `${-credit} bytes too many at ${at} ms`);
  }
}

Deno.test("Reporter never sends more than the bandwidth allows: changes, drain, detail and the last report", async () => {
  const shape = fc.record({
    bandwidth: fc.constantFrom(30_000, 100_000, 1_000_000, 20_000_000),
    interval: fc.constantFrom(0.5, 1, 5),
    overhead: fc.constantFrom(0, 60),
    backends: fc.constantFrom(0, 3, MAX_BACKENDS),
    opened: fc.array(fc.nat(400), { minLength: 1, maxLength: 6 }),
    ending: fc.nat(300),
    drainAt: fc.nat(4000),
  });
  await fc.assert(
    fc.asyncProperty(shape, async (s) => {
      const backends = Array.from({ length: s.backends }, (_, i) => backend({ name: `b${i}:80` }));
      const { clock, collector, arrivals, reporter } = reporting(s.interval, {
        bandwidth: s.bandwidth,
        maxBytes: MAX_DATAGRAM_BYTES - s.overhead,
        backends: () => backends.map((record) => ({ ...record })),
      });
      reporter.start();
      for (const [i, opened] of s.opened.entries()) {
        openMany(collector, opened, 30);
        const live = [...collector.live.values()];
        for (const record of live) record.bytes_sent += record.id * i;
        for (const record of live.slice(0, s.ending)) collector.end(record, "failed", `why_${i}`);
        for (const record of backends) record.bytes_sent += i;
        await clock.runTo((i + 1) * 700);
      }
      await clock.runTo(5000 + s.drainAt);
      await reporter.drain();
      await clock.runTo(10_000);
      const stoppedAt = clock.now();
      await clock.runUntil(reporter.stop());
      assertPaced(arrivals, s.bandwidth, s.overhead);
      // A last report of a second, and what waits for the bucket then.
      const datagramMs = MAX_DATAGRAM_BYTES * 8000 / s.bandwidth;
      assert.ok(clock.now() - stoppedAt <= 1100 + 4 * datagramMs, `${clock.now() - stoppedAt} ms`);
    }),
    { numRuns: 25 },
  );
});

Deno.test("Reporter.stop says stopped three times, apart from each other, with the exact totals", async () => {
  const { clock, collector, arrivals, reporter } = reporting(5);
  openMany(collector, 3000);
  reporter.start();
  await clock.runTo(1000);
  for (const record of [...collector.live.values()]) {
    record.bytes_sent += 3;
    record.bytes_received += record.id;
    collector.end(record, "closed", "drained");
  }
  await clock.runUntil(reporter.stop());
  const last = arrivals.filter(({ datagram }) => datagram.state === "stopped");
  for (const { datagram } of last) {
    assert.equal(datagram.total_bytes_sent, 9000);
    assert.equal(datagram.total_bytes_received, 3000 * 3001 / 2);
    assert.deepEqual([datagram.active_connections, datagram.omitted_connections], [0, 0]);
  }
  const times = last.map(({ at }) => at);
  const farewells = times.slice(-3);
  assert.ok(times.length >= 3 && farewells[1] - farewells[0] >= 10, farewells.join());
  assert.ok(farewells[2] - farewells[1] >= 50, farewells.join());
  // Of very many the newest ones are told, as far as a second allows.
  const told = last.flatMap(({ records }) => records);
  assert.ok(told.length > 500 && told.every(({ state }) => state === "closed"), `${told.length}`);
});

Deno.test("Reporter.stop of one that shares its proxy says no stop, and takes no farewell", async () => {
  let seq = 0;
  const { clock, collector, arrivals, reporter } = reporting(5, {
    lastState: "draining",
    figures: (own) => ({ ...collector.totals(), ...own, seq: seq++ }),
  });
  reporter.start();
  await clock.runTo(1000);
  await clock.runUntil(reporter.stop());
  assert.deepEqual(arrivals.map(({ datagram }) => datagram.state), ["running", "draining"]);
});

Deno.test("Reporter.drain is told as soon as the bandwidth allows, in the midst of an interval", async () => {
  const { clock, arrivals, reporter } = reporting(3600);
  reporter.start();
  await clock.runTo(1000);
  await reporter.drain();
  await clock.runTo(1001);
  assert.deepEqual(arrivals.map(({ at, datagram }) => [at, datagram.state]), [
    [0, "running"],
    [1000, "draining"],
  ]);
  await clock.runTo(3_599_000);
  assert.equal(arrivals.length, 2, "once");
  await clock.runUntil(reporter.stop());
});

Deno.test("Reporter counts as omitted what no datagram has told of, until the last one has its turn", async () => {
  const { clock, collector, arrivals, reporter } = reporting(1, { bandwidth: 100_000 });
  openMany(collector, 600);
  reporter.start();
  const told = new Set<number>();
  let read = 0;
  const omitted: number[] = [];
  for (let second = 1; second < 20; second++) {
    await clock.runTo(second * 1000 - 1);
    for (; read < arrivals.length; read++) {
      for (const { id } of arrivals[read].records) told.add(id);
    }
    const { omitted_connections } = arrivals.at(-1)!.datagram;
    // Those that this very datagram tells of are still among them.
    const slack = arrivals.at(-1)!.records.length;
    const missing = 600 - told.size;
    assert.ok(
      Math.abs(omitted_connections - missing) <= 2 * slack,
      `${omitted_connections}, ${missing}`,
    );
    omitted.push(omitted_connections);
  }
  assert.ok(omitted[0] > 400, omitted.join());
  assert.deepEqual(omitted, omitted.toSorted((a, b) => b - a));
  assert.deepEqual([omitted.at(-1), told.size], [0, 600]);
  await clock.runUntil(reporter.stop());
});

Deno.test("Reporter omits nothing of a proxy that fits, from its first datagram on", async () => {
  const { clock, collector, arrivals, reporter } = reporting(1);
  reporter.start();
  for (let second = 1; second < 10; second++) {
    openMany(collector, 30);
    await clock.runTo(second * 1000);
  }
  await clock.runUntil(reporter.stop());
  assert.deepEqual([...new Set(arrivals.map(({ datagram }) => datagram.omitted_connections))], [0]);
});

Deno.test("Reporter keeps its refresh for idle connections though all the others are busy", async () => {
  const { clock, collector, arrivals, reporter } = reporting(1, { bandwidth: 400_000 });
  openMany(collector, 1500, 40);
  const idle = new Set([...collector.live.keys()].filter((id) => id % 10 === 0));
  reporter.start();
  for (let at = 250; at <= 120_000; at += 250) {
    for (const record of collector.live.values()) {
      if (!idle.has(record.id)) record.bytes_received += 1000 + record.id;
    }
    await clock.runTo(at);
  }
  const lastAt = new Map([...idle].map((id) => [id, 0]));
  let longest = 0;
  for (const { at, records } of arrivals) {
    for (const { id } of records) {
      if (!idle.has(id)) continue;
      longest = Math.max(longest, at - lastAt.get(id)!);
      lastAt.set(id, at);
    }
  }
  for (const at of lastAt.values()) longest = Math.max(longest, 120_000 - at);
  const promised = Math.max(...arrivals.map(({ datagram }) => datagram.refresh_s)) * 1000;
  assert.ok(promised < 60_000, `${promised} ms promised`);
  // A turn may come at the beginning of one interval and at the end of another.
  assert.ok(longest <= promised + 1000, `${longest} ms, ${promised} promised`);
  await clock.runUntil(reporter.stop());
});

Deno.test("Reporter tells all of a detail that is larger than an interval, and connections meanwhile", async () => {
  const backends = Array.from({ length: MAX_BACKENDS }, (_, i) => {
    return backend({ name: `${"b".repeat(100)}${i}:80` });
  });
  const { clock, collector, arrivals, reporter } = reporting(1, {
    bandwidth: 100_000,
    backends: () => backends.map((record) => ({ ...record })),
  });
  openMany(collector, 50);
  reporter.start();
  await clock.runTo(15_000);
  const told = new Set(arrivals.flatMap(({ datagram }) => {
    return datagram.kind === "detail" ? datagram.backends.map(([name]) => name) : [];
  }));
  assert.equal(told.size, MAX_BACKENDS);
  const seconds = new Set(
    arrivals.filter(({ records }) => records.length > 0).map(({ at }) => {
      return Math.floor(at / 1000);
    }),
  );
  assert.ok(seconds.size >= 14, `connections in ${seconds.size} of 15 seconds`);
  await clock.runUntil(reporter.stop());
});

Deno.test("Reporter with less than an interval needs takes longer, and says so", async () => {
  // As a worker of many, beside a short interval.
  const { clock, collector, arrivals, reporter } = reporting(0.1, { bandwidth: 20_000 });
  openMany(collector, 30);
  reporter.start();
  await clock.runTo(60_000);
  assertPaced(arrivals, 20_000);
  const lastAt = new Map<number, number>();
  let longest = 0;
  for (const { at, records } of arrivals) {
    for (const { id } of records) {
      longest = Math.max(longest, at - (lastAt.get(id) ?? 0));
      lastAt.set(id, at);
    }
  }
  assert.equal(lastAt.size, 30);
  const promised = arrivals.at(-1)!.datagram.refresh_s * 1000;
  assert.ok(longest <= promised * 1.5, `${longest} ms, ${promised} promised`);
  await clock.runUntil(reporter.stop());
});

Deno.test("Reporter's totals are exact an interval after the last byte, with more connections than one look takes in", async () => {
  const { clock, collector, arrivals, reporter } = reporting(1, { bandwidth: 30_000 });
  openMany(collector, 5000);
  reporter.start();
  for (let at = 100; at <= 3000; at += 100) {
    for (const record of collector.live.values()) record.bytes_sent += 7;
    await clock.runTo(at);
  }
  await clock.runTo(5000);
  const sent = arrivals.map(({ datagram }) => datagram.total_bytes_sent);
  assert.deepEqual(sent, sent.toSorted((a, b) => a - b), "totals run backwards");
  assert.equal(sent.at(-1), 5000 * 30 * 7);
  await clock.runUntil(reporter.stop());
});

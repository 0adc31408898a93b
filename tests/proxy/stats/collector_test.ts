import fc from "fast-check";
import { strict as assert } from "node:assert";
import {
  Collector,
  KEEP_CLOSED_MAX,
  KEEP_CLOSED_SECONDS,
  KEEP_REJECTED_MAX,
  KEEP_REJECTED_PER_SECOND,
  type LiveConnection,
} from "../../../proxy/stats/collector.ts";

/** Reports an ended connection as often as it has to be. */
function reportFully(record: LiveConnection): void {
  while (record.reportsLeft > 0) record.markReported(1);
}

Deno.test("Collector.open begins a record with its own id, at the clock's time", () => {
  let now = 1000;
  const collector = new Collector(() => now);
  const first = collector.open("192.0.2.1", 5);
  now = 1001.5;
  const second = collector.open("192.0.2.1", 5);
  assert.deepEqual([first.id, second.id, collector.live.size], [1, 2, 2]);
  assert.deepEqual([first.start_time, second.start_time], [1000, 1001.5]);
  assert.equal(second.last_activity, 1001.5);
  assert.equal(second.state, "connecting");
});

Deno.test("Collector.end moves a record from live to ended once, with its reason and time", () => {
  let now = 1000;
  const collector = new Collector(() => now);
  const record = collector.open("192.0.2.1", 5);
  record.bytes_sent = 10;
  now = 1002;
  collector.end(record, "failed", "connect_refused");
  collector.end(record, "closed", "done");
  assert.deepEqual([record.state, record.reason, record.last_activity], [
    "failed",
    "connect_refused",
    1002,
  ]);
  assert.deepEqual([collector.live.size, collector.ended.length], [0, 1]);
  assert.deepEqual(collector.reasons, { connect_refused: 1 });
  const totals = collector.totals();
  assert.deepEqual([totals.total_connections, totals.failed_connections, totals.total_bytes_sent], [
    1,
    1,
    10,
  ]);
});

type Step = { do: "open" | "activate" | "close" | "fail" | "send" | "prune" | "tick"; n: number };
const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom("open", "open", "activate", "close", "fail", "send", "prune", "tick"),
  n: fc.nat(1000),
});

Deno.test("Collector's totals are what a plain list of all connections says, whatever happens", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
    let now = 1000;
    const collector = new Collector(() => now);
    const all: LiveConnection[] = [];
    const outcome = new Map<LiveConnection, "closed" | "failed">();
    for (const { do: action, n } of steps) {
      const record = all[n % Math.max(1, all.length)];
      if (action === "tick") now += n;
      else if (action === "prune") collector.prune();
      else if (action === "open" || !record) all.push(collector.open("192.0.2.1", n));
      else if (action === "activate" && !outcome.has(record)) record.state = "active";
      else if (action === "send" && !outcome.has(record)) {
        record.bytes_sent += n;
        record.bytes_received += n * 3;
      } else if (action === "close" || action === "fail") {
        const state = action === "close" ? "closed" : "failed";
        collector.end(record, state, "why");
        if (!outcome.has(record)) outcome.set(record, state);
      }
      const totals = collector.totals();
      const failed = [...outcome.values()].filter((state) => state === "failed").length;
      assert.deepEqual(totals, {
        total_connections: all.length,
        active_connections: all.length - outcome.size,
        failed_connections: failed,
        rejected_connections: 0,
        total_bytes_sent: all.reduce((sum, { bytes_sent }) => sum + bytes_sent, 0),
        total_bytes_received: all.reduce((sum, { bytes_received }) => sum + bytes_received, 0),
      });
      const closed = outcome.size - failed;
      const { total_connections, active_connections, failed_connections } = totals;
      assert.equal(total_connections, active_connections + closed + failed_connections);
      assert.equal(collector.reasons.why ?? 0, failed);
    }
  }));
});

Deno.test("Collector keeps at most 1,000 ended connections, the newest, and all totals", () => {
  const collector = new Collector(() => 1000);
  for (let i = 0; i < 5000; i++) {
    const record = collector.open("192.0.2.1", 1);
    record.bytes_received = 2;
    collector.end(record, "closed", "done");
    // Even without a reporter that prunes, it is bounded.
    assert.ok(collector.ended.length < KEEP_CLOSED_MAX * 2);
  }
  collector.prune();
  assert.equal(collector.ended.length, KEEP_CLOSED_MAX);
  assert.deepEqual([collector.ended[0].id, collector.ended.at(-1)?.id], [4001, 5000]);
  assert.equal(collector.totals().total_connections, 5000);
  assert.equal(collector.totals().total_bytes_received, 10_000);
});

Deno.test("Collector keeps ended connections 60 s, live ones for ever", () => {
  let now = 1000;
  const collector = new Collector(() => now);
  collector.open("192.0.2.1", 1);
  for (const at of [1000, 1030]) {
    now = at;
    const record = collector.open("192.0.2.1", 2);
    collector.end(record, "closed", "done");
    reportFully(record);
  }
  const idsAt = (at: number) => {
    now = at;
    collector.prune();
    return collector.ended.map(({ id }) => id);
  };
  assert.deepEqual(idsAt(1000 + KEEP_CLOSED_SECONDS), [2, 3]);
  assert.deepEqual(idsAt(1000.1 + KEEP_CLOSED_SECONDS), [3]);
  assert.deepEqual(idsAt(1030.1 + KEEP_CLOSED_SECONDS), []);
  assert.equal(idsAt(1e6).length, 0);
  assert.deepEqual([collector.live.size, collector.totals().total_connections], [1, 3]);
});

Deno.test("Collector keeps an old connection whose end is not told yet, as with long intervals", () => {
  let now = 1000;
  const collector = new Collector(() => now);
  const record = collector.open("192.0.2.1", 1);
  collector.end(record, "closed", "done");
  now += 3600;
  collector.prune();
  assert.deepEqual(collector.ended, [record]);
  reportFully(record);
  collector.prune();
  assert.deepEqual(collector.ended, []);
});

Deno.test("Collector.reject counts every connection, and keeps a record that is in no other total", () => {
  const collector = new Collector(() => 1000);
  collector.open("192.0.2.1", 1);
  collector.reject("client_denied", "192.0.2.2", 7);
  const [{ id, client_ip, client_port, state, reason, start_time, last_activity }] =
    collector.ended;
  assert.deepEqual([id, client_ip, client_port, state, reason], [
    ...[2, "192.0.2.2", 7, "rejected", "client_denied"],
  ]);
  assert.deepEqual([start_time, last_activity], [1000, 1000]);
  assert.deepEqual(collector.reasons, { client_denied: 1 });
  const { total_connections, failed_connections, rejected_connections } = collector.totals();
  assert.deepEqual([total_connections, failed_connections, rejected_connections], [1, 0, 1]);
});

Deno.test("Collector keeps few of many rejected connections, so that they push out no others", () => {
  let now = 1000;
  const collector = new Collector(() => now);
  for (let i = 0; i < 900; i++) collector.end(collector.open("192.0.2.1", 1), "closed", "done");
  const kept = () => collector.ended.filter(({ state }) => state === "rejected").length;
  const flood = () => {
    for (let i = 0; i < 500; i++) collector.reject("client_denied", "192.0.2.2", 1);
  };
  flood();
  assert.equal(kept(), KEEP_REJECTED_PER_SECOND);
  for (now = 1000.5; now < 1050; now += 0.5) flood();
  assert.equal(kept(), KEEP_REJECTED_MAX);
  collector.prune();
  assert.equal(collector.ended.length, 900 + KEEP_REJECTED_MAX);
  assert.equal(collector.totals().rejected_connections, 50_000);
  // Room comes with age, as it does for the others.
  collector.ended.forEach(reportFully);
  now = 1000 + KEEP_CLOSED_SECONDS + 0.1;
  collector.prune();
  const left = kept();
  assert.ok(left < KEEP_REJECTED_MAX);
  flood();
  assert.equal(kept(), Math.min(left + KEEP_REJECTED_PER_SECOND, KEEP_REJECTED_MAX));
});

Deno.test("LiveConnection says that it changed for all that a report carries and that changes", () => {
  const record = new Collector(() => 1000).open("192.0.2.1", 1);
  const changes: [string, () => void][] = [
    ["it is new", () => {}],
    ["bytes sent", () => record.bytes_sent++],
    ["bytes received", () => record.bytes_received++],
    ["the state", () => record.state = "active"],
    ["the target", () => record.setTarget("a:80")],
    ["a request", () => record.requests++],
  ];
  for (const [what, change] of changes) {
    change();
    assert.equal(record.changed, true, what);
    record.markReported(1);
    assert.equal(record.changed, false, what);
  }
});

Deno.test("LiveConnection cuts target and user to what a report holds", () => {
  const record = new Collector().open("192.0.2.1", 1);
  record.setTarget("t".repeat(1000));
  record.setUser("u".repeat(1000));
  assert.ok(record.target.length <= 300 && record.target.length >= 253 + ":65535".length);
  assert.ok(record.user.length <= 255);
});

Deno.test("Collector counts every event, by its reason for a bounded number of reasons", () => {
  const collector = new Collector(() => 1000);
  for (let i = 0; i < 1000; i++) collector.count(`reason_${i}`);
  collector.count("reason_0");
  collector.count("x".repeat(10_000));
  const names = Object.keys(collector.reasons);
  assert.ok(names.length <= 128 && names.every((name) => name.length <= 64), `${names.length}`);
  assert.equal(collector.reasons.reason_0, 2);
  assert.equal(Object.values(collector.reasons).reduce((sum, n) => sum + n), 1002);
});

Deno.test("LiveConnection says that it changed where its client or its user becomes known", () => {
  const record = new Collector(() => 1000).open("192.0.2.1", 1);
  for (const change of [() => record.setUser("alice"), () => record.setClient("192.0.2.9", 7)]) {
    record.markReported(1);
    change();
    assert.equal(record.changed, true);
  }
  record.markReported(2);
  record.setUser("alice");
  assert.equal(record.changed, false, "the same again is no change");
  record.bytes_sent = 5;
  record.bytes_received = 4;
  assert.equal(record.unreportedBytes, 9);
});

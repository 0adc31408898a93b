import fc from "fast-check";
import { strict as assert } from "node:assert";
import { Collector, type LiveConnection } from "../../../proxy/stats/collector.ts";
import { type Plan, planReport } from "../../../proxy/stats/plan.ts";

const INTERVAL = 5;

/** A collector with live connections, all reported; ids from 1 on. */
function collectorOf(live: number): { collector: Collector; records: LiveConnection[] } {
  const collector = new Collector(() => 1000);
  const records = Array.from({ length: live }, () => collector.open("192.0.2.1", 1));
  for (const record of records) record.markReported();
  return { collector, records };
}

const ids = (records: LiveConnection[]) => records.map(({ id }) => id);

/** One interval: plans, and reports all that was planned. */
function report(collector: Collector, budget: number, cursor: number): Plan {
  const plan = planReport(collector, budget, INTERVAL, cursor);
  for (const record of plan.records) record.markReported();
  return plan;
}

Deno.test("planReport has nothing to say of a proxy without connections", () => {
  assert.deepEqual(planReport(new Collector(), 8, INTERVAL, 0), {
    records: [],
    urgent: 0,
    refreshSeconds: INTERVAL,
    cursor: 0,
  });
});

Deno.test("planReport puts ended connections first, then changed ones, then the others", () => {
  const { collector, records } = collectorOf(6);
  records[4].bytes_sent++;
  records[1].bytes_received++;
  collector.end(records[3], "closed", "done");
  const plan = planReport(collector, 100, INTERVAL, 0);
  assert.deepEqual(ids(plan.records), [4, 2, 5, 1, 3, 6]);
  assert.deepEqual([plan.urgent, plan.refreshSeconds], [3, INTERVAL]);
});

Deno.test("planReport sends an ended connection in three intervals running, and then no more", () => {
  const { collector, records } = collectorOf(3);
  collector.end(records[1], "failed", "target_gone");
  let cursor = 0;
  const sent = [1, 2, 3, 4, 5].map(() => {
    const plan = report(collector, 8, cursor);
    cursor = plan.cursor;
    return ids(plan.records).includes(2);
  });
  assert.deepEqual(sent, [true, true, true, false, false]);
});

Deno.test("planReport goes on behind the cursor, around the end, past connections that are gone", () => {
  const { collector, records } = collectorOf(5);
  const first = planReport(collector, 3, INTERVAL, 0);
  assert.deepEqual([ids(first.records), first.cursor, first.refreshSeconds], [[1, 2, 3], 3, 10]);
  const second = planReport(collector, 3, INTERVAL, first.cursor);
  assert.deepEqual([ids(second.records), second.cursor], [[4, 5, 1], 1]);
  records[0].reportsLeft = 0;
  collector.live.delete(1);
  collector.live.delete(2);
  assert.deepEqual(ids(planReport(collector, 3, INTERVAL, second.cursor).records), [3, 4, 5]);
  assert.deepEqual(ids(planReport(collector, 2, INTERVAL, 99).records), [3, 4]);
});

Deno.test("planReport gives ended and changed connections their part each when there is not room for all", () => {
  const { collector, records } = collectorOf(200);
  for (const record of records.slice(0, 100)) collector.end(record, "closed", "done");
  for (const record of records.slice(100)) record.bytes_sent++;
  const { records: planned, urgent } = planReport(collector, 50, INTERVAL, 0);
  const count = (state: string) => planned.slice(0, urgent).filter((r) => r.state === state).length;
  assert.deepEqual([planned.length, urgent, count("closed")], [50, 40, 20]);
});

Deno.test("planReport never exceeds its budget, names no connection twice, and uses its room", () => {
  const shape = fc.record({
    live: fc.nat(120),
    ended: fc.nat(120),
    changed: fc.nat(120),
    budget: fc.integer({ min: 1, max: 150 }),
    cursor: fc.nat(300),
  });
  fc.assert(fc.property(shape, ({ live, ended, changed, budget, cursor }) => {
    const { collector, records } = collectorOf(live + ended);
    for (const record of records.slice(0, ended)) collector.end(record, "closed", "done");
    const moved = records.slice(ended, ended + changed);
    for (const record of moved) record.bytes_sent++;
    const plan = planReport(collector, budget, INTERVAL, cursor);
    assert.ok(plan.records.length <= budget);
    assert.equal(new Set(plan.records).size, plan.records.length);
    // All but the rotation's share is used, and that too unless it comes past changed ones alone.
    const room = budget - Math.max(1, Math.floor(budget * 0.2));
    assert.ok(plan.records.length >= Math.min(room, live + ended), "room is left unused");
    if (changed === 0) assert.equal(plan.records.length, Math.min(budget, live + ended));
    const urgent = plan.records.slice(0, plan.urgent);
    assert.ok(urgent.every((record) => record.state === "closed" || record.changed));
    if (ended + moved.length <= budget * 0.8) assert.equal(plan.urgent, ended + moved.length);
    assert.ok(plan.refreshSeconds >= INTERVAL);
  }));
});

Deno.test("planReport reaches every live connection within its refreshSeconds, however much changes", () => {
  const shape = fc.record({
    live: fc.integer({ min: 1, max: 300 }),
    budget: fc.integer({ min: 1, max: 100 }),
    /** Of a hundred live connections, how many change in each interval, and from where on. */
    changing: fc.nat(100),
    offset: fc.nat(100),
    churn: fc.nat(3),
    rounds: fc.integer({ min: 1, max: 40 }),
  });
  fc.assert(fc.property(shape, ({ live, budget, changing, offset, churn, rounds }) => {
    const { collector } = collectorOf(live);
    let cursor = 0;
    const lastSent = new Map<number, number>();
    const round = (number: number) => {
      for (const [i, record] of [...collector.live.values()].entries()) {
        if ((i + offset) % 100 < changing) record.bytes_sent++;
      }
      const plan = report(collector, budget, cursor);
      cursor = plan.cursor;
      for (const { id } of plan.records) lastSent.set(id, number);
      return plan.refreshSeconds / INTERVAL;
    };
    let number = 0;
    for (; number < rounds; number++) {
      round(number);
      for (let i = 0; i < churn; i++) {
        const [oldest] = collector.live.values();
        collector.end(oldest, "closed", "done");
        collector.open("192.0.2.1", 1);
      }
    }
    // From here on the load stays as it is, but for what ended, which is sent out meanwhile.
    const from = number;
    for (let needed = 1, left = needed; left > 0; left = needed - (number - from)) {
      needed = Math.max(needed, round(number++));
    }
    for (const id of collector.live.keys()) assert.ok((lastSent.get(id) ?? -1) >= from, `${id}`);
  }));
});

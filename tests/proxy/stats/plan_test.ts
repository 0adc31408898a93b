import fc from "fast-check";
import { strict as assert } from "node:assert";
import { Collector, type LiveConnection } from "../../../proxy/stats/collector.ts";
import { type Budget, Planner } from "../../../proxy/stats/plan.ts";

const breathe = () => Promise.resolve();

/** A planner for a collector with live connections; ids from 1 on. */
function planning(live: number) {
  const collector = new Collector(() => 1000);
  const records = Array.from({ length: live }, () => collector.open("192.0.2.1", 1));
  return { collector, records, planner: new Planner(collector) };
}

const ids = (records: readonly LiveConnection[]) => records.map(({ id }) => id);

/** One round: all that the budget allows is carried, as the reporter does it. Returns it by datagram. */
async function round(planner: Planner, { datagrams, perDatagram }: Budget) {
  await planner.begin({ datagrams, perDatagram }, breathe);
  const sent: (readonly LiveConnection[])[] = [];
  for (let left = datagrams; left > 0; left--) {
    const records = planner.peek(2 * perDatagram, left <= planner.reserved);
    if (records.length === 0) break;
    const count = Math.min(perDatagram, records.length);
    planner.carried(records, count);
    sent.push(records.slice(0, count));
    if (planner.left === 0) break;
  }
  return sent;
}

/** A round in which everything is carried, so that afterwards nothing is new. */
async function settle(planner: Planner): Promise<void> {
  await round(planner, { datagrams: 10, perDatagram: 1000 });
}

Deno.test("Planner has nothing to say of a proxy without connections, however long that lasts", async () => {
  const { planner } = planning(0);
  for (let i = 0; i < 20; i++) {
    assert.deepEqual(await round(planner, { datagrams: 8, perDatagram: 8 }), []);
    assert.deepEqual([planner.rounds, planner.omitted], [1, 0]);
  }
});

Deno.test("Planner puts ended connections first, then changed ones, the busiest first, then the others", async () => {
  const { collector, records, planner } = planning(7);
  await settle(planner);
  records[4].bytes_sent += 5;
  records[1].bytes_received += 900;
  records[6].state = "active";
  records[5].bytes_sent += 40;
  collector.end(records[3], "closed", "done");
  const sent = await round(planner, { datagrams: 10, perDatagram: 10 });
  assert.deepEqual(sent.map(ids), [[4, 2, 6, 5, 7, 1, 3]]);
});

Deno.test("Planner goes by the bytes since the last report, not by those of the whole connection", async () => {
  const { records, planner } = planning(2);
  records[0].bytes_sent = 1e9;
  await settle(planner);
  records[0].bytes_sent += 1;
  records[1].bytes_sent += 2;
  assert.deepEqual((await round(planner, { datagrams: 2, perDatagram: 8 })).map(ids), [[2, 1]]);
});

Deno.test("Planner carries an ended connection in three rounds running, and then no more", async () => {
  const { collector, records, planner } = planning(3);
  await settle(planner);
  collector.end(records[1], "failed", "target_gone");
  const told: boolean[] = [];
  for (let i = 0; i < 5; i++) {
    const sent = await round(planner, { datagrams: 1, perDatagram: 8 });
    told.push(sent.flat().includes(records[1]));
  }
  assert.deepEqual(told, [true, true, true, false, false]);
});

Deno.test("Planner goes on where the rotation stood, around the end, past connections that are gone", async () => {
  const { collector, records, planner } = planning(5);
  await settle(planner);
  const budget = { datagrams: 1, perDatagram: 3 };
  const order: number[][] = [];
  for (let i = 0; i < 2; i++) order.push((await round(planner, budget)).flatMap(ids));
  collector.end(records[1], "closed", "done");
  records[1].reportsLeft = 0;
  order.push((await round(planner, budget)).flatMap(ids));
  collector.open("192.0.2.1", 1).markReported(1);
  for (let i = 0; i < 2; i++) order.push((await round(planner, budget)).flatMap(ids));
  assert.deepEqual(order, [[1, 2, 3], [4, 5, 1], [3, 4, 5], [1, 3, 4], [5, 6, 1]]);
});

Deno.test("Planner gives ended and changed connections their part each when there is not room for all", async () => {
  const { collector, records, planner } = planning(400);
  await settle(planner);
  for (const record of records.slice(0, 200)) collector.end(record, "closed", "done");
  for (const record of records.slice(200, 300)) record.bytes_sent++;
  const sent = await round(planner, { datagrams: 10, perDatagram: 10 });
  const firsts = sent.slice(0, 8).flat();
  assert.equal(firsts.filter(({ state }) => state === "closed").length, 40);
  assert.ok(firsts.slice(40).every(({ id }) => id > 200 && id <= 300));
  assert.ok(sent.slice(8).flat().every(({ state }) => state !== "closed"), "the rotation's part");
});

Deno.test("Planner carries nothing twice in a round, uses its room, and takes the busiest", async () => {
  const shape = fc.record({
    live: fc.nat(120),
    ended: fc.nat(120),
    changes: fc.array(fc.nat(1000), { maxLength: 120 }),
    datagrams: fc.integer({ min: 1, max: 15 }),
    perDatagram: fc.integer({ min: 1, max: 12 }),
    before: fc.nat(4),
  });
  await fc.assert(
    fc.asyncProperty(
      shape,
      async ({ live, ended, changes, datagrams, perDatagram, before }) => {
        const { collector, records, planner } = planning(live + ended);
        await settle(planner);
        const budget = { datagrams, perDatagram };
        for (let i = 0; i < before; i++) await round(planner, budget);
        for (const record of records.slice(0, ended)) collector.end(record, "closed", "done");
        const bytes = new Map<LiveConnection, number>();
        for (const [i, record] of records.slice(ended, ended + changes.length).entries()) {
          record.bytes_sent += changes[i];
          bytes.set(record, changes[i]);
        }
        const sent = await round(planner, budget);
        const carried = new Set(sent.flat());
        assert.equal(carried.size, sent.flat().length, "one was carried twice");
        assert.ok(sent.length <= datagrams);
        const full = Math.min(datagrams * perDatagram, live + ended);
        // What ended has no place in the rotation's part, and what is carried already none either.
        if (ended === 0) assert.equal(carried.size, full);
        const reserved = Math.ceil(datagrams * 0.2);
        const urgent = sent.slice(0, datagrams - reserved).flat().filter((r) => bytes.has(r));
        const left = [...bytes].filter(([record]) => !carried.has(record)).map(([, n]) => n);
        if (left.length > 0) {
          const least = Math.min(...urgent.map((record) => bytes.get(record)!));
          assert.ok(Math.max(...left) <= least, "a busier one was left out");
        }
        const order = urgent.map((record) => bytes.get(record)!);
        assert.deepEqual(order, order.toSorted((a, b) => b - a));
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("Planner carries every live connection within its rounds, however much changes", async () => {
  const shape = fc.record({
    live: fc.integer({ min: 1, max: 300 }),
    datagrams: fc.integer({ min: 1, max: 20 }),
    perDatagram: fc.integer({ min: 1, max: 10 }),
    /** Of a hundred live connections, how many change in each round, and from where on. */
    changing: fc.nat(100),
    offset: fc.nat(100),
    churn: fc.nat(3),
    before: fc.integer({ min: 1, max: 30 }),
  });
  await fc.assert(
    fc.asyncProperty(shape, async (s) => {
      const { collector, planner } = planning(s.live);
      const lastSent = new Map<number, number>();
      const next = async (number: number) => {
        for (const [i, record] of [...collector.live.values()].entries()) {
          if ((i + s.offset) % 100 < s.changing) record.bytes_sent += i;
        }
        for (const { id } of (await round(planner, s)).flat()) lastSent.set(id, number);
      };
      let number = 0;
      for (; number < s.before; number++) {
        await next(number);
        for (let i = 0; i < s.churn; i++) {
          const [oldest] = collector.live.values();
          collector.end(oldest, "closed", "done");
          collector.open("192.0.2.1", 1);
        }
      }
      // From here on as many are live as the next round's promise is about.
      const from = number;
      await next(number++);
      for (const promised = planner.rounds; number - from < promised; number++) await next(number);
      for (const id of collector.live.keys()) {
        assert.ok((lastSent.get(id) ?? -1) >= from, `${id} was not carried`);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("Planner counts as omitted those that no report has carried, and no others", async () => {
  const shape = fc.record({
    datagrams: fc.integer({ min: 1, max: 20 }),
    perDatagram: fc.integer({ min: 1, max: 10 }),
    steps: fc.array(
      fc.record({ opened: fc.nat(150), ended: fc.nat(150), changed: fc.nat(150) }),
      { minLength: 1, maxLength: 12 },
    ),
  });
  await fc.assert(
    fc.asyncProperty(shape, async ({ steps, ...budget }) => {
      const { collector, planner } = planning(0);
      for (const { opened, ended, changed } of steps) {
        for (let i = 0; i < opened; i++) collector.open("192.0.2.1", 1);
        const live = [...collector.live.values()];
        for (const record of live.slice(0, ended)) collector.end(record, "closed", "done");
        for (const record of live.slice(-changed)) record.bytes_received += 7;
        await round(planner, budget);
        const unknown = [...collector.live.values()].filter(({ carriedIn }) => carriedIn === 0);
        assert.equal(planner.omitted, unknown.length);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("Planner carries all that a round begins with and that stay, whatever comes and goes meanwhile", async () => {
  const { collector, records, planner } = planning(60);
  await settle(planner);
  let from = 0;
  for (let number = 0; number < 12; number++) {
    const stay = new Set(records.slice(from + 5));
    for (const record of stay) if (record.id % 3 === 0) record.bytes_sent++;
    await planner.begin({ datagrams: 40, perDatagram: 5 }, breathe);
    assert.equal(planner.rounds, 2);
    for (let left = 40; left > 0; left--) {
      const batch = planner.peek(10, left <= planner.reserved);
      for (const record of batch.slice(0, 5)) stay.delete(record);
      planner.carried(batch, Math.min(5, batch.length));
      // Five go and many come in the midst of it.
      if (left > 35) collector.end(records[from++], "closed", "done");
      for (let i = 0; i < 7; i++) {
        const record = collector.open("192.0.2.1", 1);
        if (i === 0 && left > 35) records.push(record);
        else collector.live.delete(record.id);
      }
    }
    assert.deepEqual([...stay].map(({ id }) => id), []);
  }
});

Deno.test("Planner says from a round's first datagram on what the round will leave out", async () => {
  const { planner } = planning(500);
  await planner.begin({ datagrams: 10, perDatagram: 10 }, breathe);
  assert.equal(planner.omitted, 420);
  const small = planning(50);
  await small.planner.begin({ datagrams: 10, perDatagram: 10 }, breathe);
  assert.equal(small.planner.omitted, 0, "all of a small proxy will be there");
});

Deno.test("Planner looks at many connections a slice at a time, and stands what happens in between", async () => {
  const { collector, records, planner } = planning(9000);
  let pauses = 0;
  await planner.begin({ datagrams: 2000, perDatagram: 10 }, () => {
    pauses++;
    for (let i = 0; i < 10; i++) {
      collector.end(records[pauses * 10 + i], "closed", "done");
      collector.end(records[8000 + pauses * 10 + i], "closed", "done");
      collector.open("192.0.2.1", 1).bytes_sent = 1e6;
    }
    return Promise.resolve();
  });
  assert.ok(pauses >= 9, `${pauses} pauses`);
  const carried = new Set<LiveConnection>();
  for (;;) {
    const batch = planner.peek(20, false);
    if (batch.length === 0) break;
    for (const record of batch) carried.add(record);
    planner.carried(batch, batch.length);
  }
  for (const record of records) {
    if (collector.live.has(record.id)) assert.ok(carried.has(record), `${record.id}`);
  }
});

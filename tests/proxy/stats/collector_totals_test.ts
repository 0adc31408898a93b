import fc from "fast-check";
import { strict as assert } from "node:assert";
import {
  Collector,
  KEEP_CLOSED_MAX,
  KEEP_CLOSED_SECONDS,
  type LiveConnection,
} from "../../../proxy/stats/collector.ts";

/** Reports an ended connection as often as it has to be. */
function reportFully(record: LiveConnection): void {
  while (record.reportsLeft > 0) record.markReported(1);
}

Deno.test("Collector counts bytes whose write ends after the connection, and tells of it anew", () => {
  const collector = new Collector(() => 1000);
  const record = collector.open("192.0.2.1", 1);
  record.bytes_sent = 10;
  collector.end(record, "failed", "client_gone");
  reportFully(record);
  record.bytes_sent += 5;
  record.bytes_received += 7;
  collector.prune();
  const { total_bytes_sent, total_bytes_received } = collector.totals();
  assert.deepEqual([total_bytes_sent, total_bytes_received, record.reportsLeft], [15, 7, 3]);
});

Deno.test("Collector counts late bytes of connections that it forgets, too", () => {
  let now = 1000;
  const collector = new Collector(() => now);
  const end = (n: number) => {
    for (let i = 0; i < n; i++) collector.end(collector.open("192.0.2.1", 1), "closed", "done");
  };
  end(1);
  const [first] = collector.ended;
  first.bytes_sent = 3;
  end(KEEP_CLOSED_MAX * 2);
  assert.ok(!collector.ended.includes(first));
  assert.equal(collector.totals().total_bytes_sent, 3);
  const old = collector.ended.at(-1)!;
  collector.ended.forEach(reportFully);
  old.bytes_sent = 4;
  now += KEEP_CLOSED_SECONDS + 1;
  collector.prune();
  assert.deepEqual(collector.ended, [old], "what is late is told first");
  assert.equal(collector.totals().total_bytes_sent, 7);
  reportFully(old);
  collector.prune();
  assert.deepEqual([collector.ended.length, collector.totals().total_bytes_sent], [0, 7]);
});

Deno.test("Collector's totals with very many live connections are some calls old, never run backwards, and end exact", () => {
  const action = fc.record({
    do: fc.constantFrom("send", "end", "open", "ask"),
    n: fc.nat(10_000),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const collector = new Collector(() => 1000);
      const all = Array.from({ length: 3500 }, (_, i) => collector.open("192.0.2.1", i));
      let last = collector.totals();
      const check = () => {
        const totals = collector.totals();
        const active = collector.live.size;
        assert.deepEqual([totals.total_connections, totals.active_connections], [
          all.length,
          active,
        ]);
        assert.ok(totals.total_bytes_sent >= last.total_bytes_sent);
        last = totals;
        return totals.total_bytes_sent;
      };
      const exact = () => all.reduce((sum, { bytes_sent }) => sum + bytes_sent, 0);
      for (const { do: what, n } of actions) {
        const record = all[n % all.length];
        if (what === "open") all.push(collector.open("192.0.2.1", 1));
        else if (what === "send" && collector.live.has(record.id)) record.bytes_sent += n;
        else if (what === "end") collector.end(record, "closed", "done");
        assert.ok(check() <= exact());
      }
      // As many calls as it takes to have looked at all of them.
      for (let i = 0; i < 4; i++) check();
      assert.equal(check(), exact());
      for (const record of all) {
        if (collector.live.has(record.id)) record.bytes_sent += 1;
        collector.end(record, "closed", "done");
      }
      assert.equal(check(), exact());
    }),
    { numRuns: 20 },
  );
});

import { strict as assert } from "node:assert";
import fc from "fast-check";
import { ratesAt, startMeter, updateMeter } from "../../../../dashboard/state/connections/rate.ts";

const INTERVAL = 5;
const totals = (at: number, bytes: number) => ({ at, sent: bytes, received: 10 * bytes });

Deno.test("updateMeter tells a steady speed, however its reports are spaced", () => {
  const gap = fc.double({ min: 0.01, max: 40, noNaN: true });
  fc.assert(
    fc.property(fc.array(gap, { minLength: 1, maxLength: 30 }), (gaps) => {
      let at = 1000;
      const meter = startMeter(totals(at, 0), 0, INTERVAL);
      for (const gap of gaps) {
        at += gap;
        updateMeter(meter, totals(at, 1000 * (at - 1000)), INTERVAL);
        const { sent, received } = ratesAt(meter, at);
        if (sent === null) continue;
        assert.ok(Math.abs(sent - 1000) <= 1 && Math.abs(received! - 10_000) <= 1, `${sent}`);
      }
      if (gaps.some((gap) => gap >= INTERVAL / 2)) assert.notEqual(meter.sent, null);
    }),
  );
});

Deno.test("updateMeter makes no spike of a report that is split, repeated or late", () => {
  const meter = startMeter(totals(1000, 0), 0, INTERVAL);
  updateMeter(meter, totals(1005, 5_000), INTERVAL);
  assert.deepEqual(ratesAt(meter, 1005), { sent: 1000, received: 10_000 });
  // The rest of the same report a moment later, then the same once more, then one from before.
  for (const [at, bytes] of [[1005.1, 5_600], [1005.1, 5_600], [1004, 5_600]]) {
    updateMeter(meter, totals(at, bytes), INTERVAL);
    assert.deepEqual(ratesAt(meter, 1006), { sent: 1000, received: 10_000 });
  }
  updateMeter(meter, totals(1010, 10_000), INTERVAL);
  assert.deepEqual(ratesAt(meter, 1010), { sent: 1000, received: 10_000 });
});

Deno.test("ratesAt is zero once no more bytes are reported, and not known before two reports", () => {
  const meter = startMeter(totals(1000, 77), 0, INTERVAL);
  assert.deepEqual(ratesAt(meter, 1001), { sent: null, received: null });
  updateMeter(meter, totals(1005, 5_077), INTERVAL);
  assert.equal(ratesAt(meter, 1017).sent, 1000, "the next report may be late");
  assert.deepEqual(ratesAt(meter, 1018), { sent: 0, received: 0 });
  updateMeter(meter, totals(1020, 5_077), INTERVAL);
  assert.deepEqual(ratesAt(meter, 1020), { sent: 0, received: 0 }, "reported again, unchanged");
  // One that is told of every 60 s is not at rest in between.
  const slow = startMeter(totals(1000, 0), 0, INTERVAL);
  updateMeter(slow, totals(1060, 60_000), INTERVAL);
  assert.equal(ratesAt(slow, 1140).sent, 1000);
  assert.equal(ratesAt(slow, 1190).sent, 0);
});

Deno.test("startMeter knows the speed of a connection that has just begun", () => {
  assert.equal(ratesAt(startMeter(totals(1002, 4_000), 1000, INTERVAL), 1003).sent, 2000);
  assert.equal(ratesAt(startMeter(totals(1000, 4_000), 1000, INTERVAL), 1003).sent, null);
  assert.equal(ratesAt(startMeter(totals(1002, 4_000), 900, INTERVAL), 1003).sent, null);
});

Deno.test("updateMeter begins anew where totals ran back, without a negative rate", () => {
  const meter = startMeter(totals(1000, 9_000), 0, INTERVAL);
  updateMeter(meter, totals(1005, 14_000), INTERVAL);
  updateMeter(meter, totals(1010, 100), INTERVAL);
  assert.equal(ratesAt(meter, 1010).sent, 1000);
  updateMeter(meter, totals(1015, 10_100), INTERVAL);
  assert.equal(ratesAt(meter, 1015).sent, 2000);
});

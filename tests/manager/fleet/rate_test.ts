import { strict as assert } from "node:assert";
import { RateMeter } from "../../../manager/fleet/rate.ts";
import { T0 } from "../../support/reports.ts";

Deno.test("RateMeter makes a rate of totals an interval apart, not of each datagram", () => {
  const rate = new RateMeter();
  rate.update(T0, T0, 1_000, 0, 5000);
  assert.deepEqual([rate.sent, rate.received], [0, 0]);
  rate.update(T0 + 1000, T0 + 1000, 2_000, 0, 5000);
  assert.deepEqual([rate.sent, rate.received], [0, 0]);
  rate.update(T0 + 5000, T0 + 5000, 6_000, 50_000, 5000);
  assert.deepEqual([rate.sent, rate.received], [1_000, 10_000]);
  rate.update(T0 + 6000, T0 + 6000, 9_000, 50_000, 5000);
  assert.deepEqual([rate.sent, rate.received], [1_000, 10_000]);
  rate.update(T0 + 10_000, T0 + 10_000, 6_000, 50_000, 5000);
  assert.deepEqual([rate.sent, rate.received], [0, 0]);
});

Deno.test("RateMeter is never negative and begins anew after a reset", () => {
  const rate = new RateMeter();
  rate.update(T0, T0, 9_000, 9_000, 5000);
  rate.update(T0 + 5000, T0 + 5000, 1_000, 10_000, 5000);
  assert.deepEqual([rate.sent, rate.received], [0, 200]);
  rate.reset();
  assert.deepEqual([rate.sent, rate.received], [0, 0]);
  rate.update(T0 + 10_000, T0 + 10_000, 100_000, 100_000, 5000);
  assert.deepEqual([rate.sent, rate.received], [0, 0]);
});

Deno.test("RateMeter makes no spike of a datagram that was held up, or of a clock that was set", () => {
  const usual = 1_000;
  const table: [string, [atS: number, sentAtS: number][]][] = [
    ["on time", [[0, 0], [5, 5], [10, 10]]],
    ["the first one late", [[4.9, 0], [5, 5], [10, 10]]],
    ["the second one late", [[0, 0], [9.9, 5], [10, 10]]],
    ["a minute of silence", [[0, 0], [60, 60], [65, 65]]],
    ["set forward", [[0, 0], [5, 3605], [10, 3610]]],
    ["set forward a little", [[0, 0], [5, 35], [10, 40]]],
    ["set back", [[0, 0], [5, -3595], [10, -3590]]],
    ["set back a little", [[0, 0], [5, 0.1], [10, 5.1]]],
  ];
  for (const [name, reports] of table) {
    const rate = new RateMeter();
    let trueS = 0;
    for (const [i, [atS, sentAtS]] of reports.entries()) {
      // What the proxy had really sent by then: its own steady pace.
      trueS = name === "a minute of silence" ? sentAtS : 5 * i;
      rate.update(T0 + atS * 1000, T0 + sentAtS * 1000, usual * trueS, 0, 5000);
      assert.ok(rate.sent >= 0 && rate.sent <= usual, `${name}: ${rate.sent}`);
    }
    assert.equal(rate.sent, usual, `${name}: right again`);
  }
});

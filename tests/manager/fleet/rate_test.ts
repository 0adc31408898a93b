import { strict as assert } from "node:assert";
import { RateMeter } from "../../../manager/fleet/rate.ts";
import { T0 } from "../../support/reports.ts";

Deno.test("RateMeter makes a rate of totals an interval apart, not of each datagram", () => {
  const rate = new RateMeter();
  rate.update(T0, 1_000, 0, 5000);
  assert.deepEqual([rate.sent, rate.received], [0, 0]);
  rate.update(T0 + 1000, 2_000, 0, 5000);
  assert.deepEqual([rate.sent, rate.received], [0, 0]);
  rate.update(T0 + 5000, 6_000, 50_000, 5000);
  assert.deepEqual([rate.sent, rate.received], [1_000, 10_000]);
  rate.update(T0 + 6000, 9_000, 50_000, 5000);
  assert.deepEqual([rate.sent, rate.received], [1_000, 10_000]);
  rate.update(T0 + 10_000, 6_000, 50_000, 5000);
  assert.deepEqual([rate.sent, rate.received], [0, 0]);
});

Deno.test("RateMeter is never negative and begins anew after a reset", () => {
  const rate = new RateMeter();
  rate.update(T0, 9_000, 9_000, 5000);
  rate.update(T0 + 5000, 1_000, 10_000, 5000);
  assert.deepEqual([rate.sent, rate.received], [0, 200]);
  rate.reset();
  assert.deepEqual([rate.sent, rate.received], [0, 0]);
  rate.update(T0 + 10_000, 100_000, 100_000, 5000);
  assert.deepEqual([rate.sent, rate.received], [0, 0]);
});

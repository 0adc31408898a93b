import { strict as assert } from "node:assert";
import { Patience } from "../../../manager/fleet/patience.ts";

function patience(refreshMs: number, intervalMs = 5_000, loss = 0): number {
  const it = new Patience();
  it.note(refreshMs, intervalMs, loss, 0);
  return it.ms(0);
}

Deno.test("Patience waits for five refreshes, and at least for two intervals", () => {
  assert.equal(patience(30_000), 150_000);
  assert.equal(patience(0), 10_000);
  assert.equal(patience(5_000, 60_000), 120_000);
});

Deno.test("Patience waits longer where datagrams are lost, so that none of 10,000 is dropped", () => {
  for (const loss of [0.01, 0.1, 0.3, 0.5, 0.6]) {
    const refreshes = Math.floor(patience(5_000, 5_000, loss) / 5_000);
    assert.ok(10_000 * loss ** refreshes < 1e-4, `${loss}: ${refreshes}`);
  }
  assert.ok(patience(5_000, 5_000, 1) <= 60 * 5_000, "but not for ever");
});

Deno.test("Patience grows at once with the round, and shrinks once a round of the new length is over", () => {
  const it = new Patience();
  it.note(1_000, 5_000, 0, 0);
  assert.equal(it.ms(0), 10_000);
  it.note(60_000, 5_000, 0, 1_000);
  assert.equal(it.ms(1_000), 300_000);
  it.note(4_000, 5_000, 0, 100_000);
  it.note(2_000, 5_000, 0, 110_000);
  it.note(5_000, 5_000, 0, 115_000);
  assert.equal(it.ms(125_000), 300_000, "the largest since then has not passed");
  assert.equal(it.ms(125_001), 25_000);
  it.note(1_000, 5_000, 0, 130_000);
  assert.equal(it.ms(140_000), 25_000);
  assert.equal(it.ms(140_001), 10_000);
});

Deno.test("Patience never drops a connection that is refreshed as the reports announced", () => {
  // From 10,000 connections to ten: the rest was refreshed 500 s ago, and will be within one short round.
  const it = new Patience();
  it.note(600_000, 5_000, 0, 0);
  it.note(1_000, 5_000, 0, 500_000);
  for (let now = 500_000; now <= 501_000; now += 100) assert.ok(now - 0 < it.ms(now));
});

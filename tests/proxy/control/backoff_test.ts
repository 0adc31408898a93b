import { strict as assert } from "node:assert";
import { Backoff } from "../../../proxy/control/backoff.ts";

Deno.test("Backoff doubles up to the longest pause, whatever an attempt that came to nothing took", () => {
  const backoff = new Backoff(1_000, 30_000, () => 0);
  const pauses = [0, 0, 0, 0, 0, 0, 0].map((upMs) => backoff.after(upMs));
  assert.deepEqual(pauses, [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
});

Deno.test("Backoff begins anew behind a connection that lasted, and not behind a short one", () => {
  const backoff = new Backoff(1_000, 30_000, () => 0);
  for (let i = 0; i < 4; i++) backoff.after(0);
  assert.equal(backoff.after(9_999), 8_000);
  assert.equal(backoff.after(10_000), 500);
  assert.equal(backoff.after(0), 1_000);
});

Deno.test("Backoff waits longest where another takes our place, until a connection has lasted", () => {
  const backoff = new Backoff(1_000, 30_000, () => 0);
  assert.equal(backoff.after(20_000, true), 15_000);
  assert.equal(backoff.after(0), 15_000);
  assert.equal(backoff.after(10_000), 500);
});

Deno.test("Backoff spreads those that lost their manager together", () => {
  const pauses = [0, 0.25, 0.5, 0.999].map((random) => new Backoff(8, 30, () => random).after(0));
  assert.deepEqual(pauses, [4, 5, 6, 7.996]);
});

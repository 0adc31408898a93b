import { strict as assert } from "node:assert";
import { steadyClock } from "../../manager/clock.ts";

Deno.test("steadyClock is the system's, but goes on at half the pace when that is set back", () => {
  let wall = 1_000_000;
  let monotonic = 0;
  const now = steadyClock(() => wall, () => monotonic);
  const pass = (ms: number) => {
    wall += ms;
    monotonic += ms;
  };
  assert.equal(now(), 1_000_000);
  pass(500);
  assert.equal(now(), 1_000_500);
  wall += 60_000;
  assert.equal(now(), 1_060_500, "set forward");
  wall -= 10_000;
  assert.equal(now(), 1_060_500, "set back");
  pass(4_000);
  assert.equal(now(), 1_062_500);
  pass(16_000);
  assert.equal(now(), 1_070_500, "it has come up with it");
  pass(1_000);
  assert.equal(now(), 1_071_500);
});

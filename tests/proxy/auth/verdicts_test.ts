import { strict as assert } from "node:assert";
import {
  MAX_RIGHT,
  MAX_WRONG,
  RIGHT_MS,
  Verdicts,
  WRONG_MS,
} from "../../../proxy/auth/verdicts.ts";

Deno.test("Verdicts remember who was right for 60 s and who was wrong for 5 s", () => {
  let now = 1000;
  const verdicts = new Verdicts(() => now);
  verdicts.set("right", true);
  verdicts.set("wrong", false);
  assert.deepEqual([RIGHT_MS, WRONG_MS], [60_000, 5_000]);
  now += WRONG_MS - 1;
  assert.deepEqual([verdicts.get("right"), verdicts.get("wrong")], [true, false]);
  now += 1;
  assert.deepEqual([verdicts.get("right"), verdicts.get("wrong")], [true, undefined]);
  now += RIGHT_MS - WRONG_MS - 1;
  assert.equal(verdicts.get("right"), true, "asking does not extend it, and it holds to the end");
  now += 1;
  assert.equal(verdicts.get("right"), undefined);
  assert.equal(verdicts.size, 0, "what is over is forgotten");
});

Deno.test("Verdicts are bounded, and however many guesses do not drive out who is right", () => {
  const verdicts = new Verdicts(() => 0);
  for (let i = 0; i <= MAX_RIGHT; i++) verdicts.set(`right ${i}`, true);
  for (let i = 0; i <= MAX_WRONG; i++) verdicts.set(`wrong ${i}`, false);
  assert.equal(verdicts.size, MAX_RIGHT + MAX_WRONG);
  assert.equal(verdicts.get("right 0"), undefined, "the oldest made room");
  assert.equal(verdicts.get("right 1"), true);
  assert.equal(verdicts.get("wrong 0"), undefined);
  assert.equal(verdicts.get(`wrong ${MAX_WRONG}`), false);
  verdicts.clear();
  assert.equal(verdicts.size, 0);
  assert.equal(verdicts.get("right 1"), undefined);
});

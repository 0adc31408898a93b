import { strict as assert } from "node:assert";
import { Deadlines } from "../../../proxy/net/deadlines.ts";
import { eventually } from "../../support/eventually.ts";

Deno.test("Deadlines fire for those who still wait", async () => {
  const deadlines = new Deadlines(0.05);
  const first = deadlines.begin();
  const second = deadlines.begin();
  first.release();
  await eventually("the signal fires", () => second.signal.aborted);
  second.release();
});

Deno.test("Deadlines that begin together share one signal, and later ones do not", () => {
  const deadlines = new Deadlines(60);
  const first = deadlines.begin();
  assert.equal(deadlines.begin(), first);
  first.release();
  first.release();
  const next = deadlines.begin();
  assert.notEqual(next, first);
  assert.equal(next.signal.aborted, false);
  next.release();
});

Deno.test("Deadlines keep no timer once nobody waits", () => {
  // The test's own check for timers left behind is what asserts this.
  const deadline = new Deadlines(3600).begin();
  deadline.release();
  assert.equal(deadline.signal.aborted, false);
});

import { strict as assert } from "node:assert";
import fc from "fast-check";
import { IDLE_MS, Sources } from "../../../manager/receiver/sources.ts";

const RATE = 10;

/** How many of `n` datagrams from an address are admitted. */
function admitted(sources: Sources, address: string, n: number, nowMs: number): number {
  let count = 0;
  for (let i = 0; i < n; i++) if (sources.admit(address, nowMs) === null) count++;
  return count;
}

Deno.test("Sources gives each known address a rate of its own, and saves up two seconds of it", () => {
  const sources = new Sources(RATE, 0);
  for (const address of ["a", "b"]) sources.learn(address, 0);
  assert.equal(admitted(sources, "a", 100, 0), 2 * RATE);
  assert.equal(sources.admit("a", 0), "source_rate");
  assert.equal(admitted(sources, "b", 100, 0), 2 * RATE, "another's flood is not b's");
  assert.equal(admitted(sources, "a", 100, 1000), RATE);
  assert.equal(admitted(sources, "a", 100, 60_000), 2 * RATE);
});

Deno.test("Sources lets all strangers share one rate, whatever addresses they claim", () => {
  const sources = new Sources(RATE, 0);
  sources.learn("known", 0);
  let count = 0;
  for (let i = 0; i < 10_000; i++) if (sources.admit(`forged-${i}`, 0) === null) count++;
  assert.equal(count, 2 * RATE);
  assert.equal(sources.admit("forged", 0), "stranger_rate");
  assert.equal(admitted(sources, "known", RATE, 0), RATE, "a known one is not held up");
  assert.equal(sources.size, 1, "a stranger takes no room");
});

Deno.test("Sources lets a known address make room only once it is idle", () => {
  const sources = new Sources(RATE, 0, 2);
  sources.learn("a", 0);
  sources.learn("b", 1000);
  sources.admit("a", 2000);
  sources.learn("c", 1000 + IDLE_MS - 1);
  assert.deepEqual(["a", "b", "c"].map((each) => sources.isKnown(each)), [true, true, false]);
  sources.learn("c", 1000 + IDLE_MS);
  assert.deepEqual(["a", "b", "c"].map((each) => sources.isKnown(each)), [true, false, true]);
  assert.equal(sources.size, 2);
});

Deno.test("Sources never lets strangers take from a known address, whatever they do", () => {
  const act = fc.record({
    stranger: fc.integer({ min: 0, max: 50 }),
    learns: fc.boolean(),
    waitMs: fc.integer({ min: 0, max: 500 }),
  });
  fc.assert(fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
    const sources = new Sources(RATE, 0, 3);
    sources.learn("known", 0);
    let now = 0;
    let sentAt = 0;
    for (const { stranger, learns, waitMs } of acts) {
      now += waitMs;
      sources.admit(`s${stranger}`, now);
      if (learns) sources.learn(`s${stranger}`, now);
      assert.ok(sources.size <= 3);
      if (now - sentAt < 1000) continue;
      sentAt = now;
      assert.equal(admitted(sources, "known", RATE, now), RATE);
    }
  }));
});

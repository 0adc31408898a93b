import fc from "fast-check";
import { strict as assert } from "node:assert";
import type { Clock } from "../../../proxy/stats/clock.ts";
import { Pacer } from "../../../proxy/stats/pacer.ts";

/** A clock whose waits end at once, each so much late. */
function lateClock(late: () => number) {
  let now = 0;
  const clock: Clock = {
    now: () => now,
    unix: () => now / 1000,
    wait: (ms) => {
      now += ms + late();
      return Promise.resolve();
    },
  };
  return { clock, pass: (ms: number) => now += ms };
}

const NEVER = new AbortController().signal;

Deno.test("Pacer lets no more go in any time than the bandwidth, beside what may go at once", async () => {
  const shape = fc.record({
    bandwidth: fc.constantFrom(8_000, 1_000_000, 100_000_000),
    overhead: fc.constantFrom(0, 60),
    lates: fc.array(fc.double({ min: 0, max: 30, noNaN: true }), { minLength: 1 }),
    steps: fc.array(
      fc.record({ idleMs: fc.oneof(fc.constant(0), fc.nat(200)), bytes: fc.nat(1340) }),
      { minLength: 1, maxLength: 60 },
    ),
  });
  await fc.assert(
    fc.asyncProperty(shape, async ({ bandwidth, overhead, lates, steps }) => {
      let i = 0;
      const { clock, pass } = lateClock(() => lates[i++ % lates.length]);
      const pacer = new Pacer(clock, bandwidth, 1340, overhead);
      const sent: { at: number; bytes: number }[] = [];
      for (const { idleMs, bytes } of steps) {
        pass(idleMs);
        assert.equal(await pacer.ready(NEVER), true);
        pacer.sent(bytes);
        sent.push({ at: clock.now(), bytes: bytes + overhead });
      }
      const rate = bandwidth / 8000;
      const burst = Math.max(1340 + overhead, rate * 2);
      for (let from = 0; from < sent.length; from++) {
        let bytes = 0;
        for (let to = from; to < sent.length; to++) {
          bytes += sent[to].bytes;
          const most = burst + rate * (sent[to].at - sent[from].at);
          assert.ok(bytes <= most + 1, `${bytes} bytes where ${most} may go`);
        }
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("Pacer makes use of the bandwidth though timers are late", async () => {
  const { clock } = lateClock(() => 0.9);
  const pacer = new Pacer(clock, 1_000_000, 1400);
  for (let i = 0; i < 1000; i++) {
    await pacer.ready(NEVER);
    pacer.sent(1400);
  }
  const bits = 1000 * 1400 * 8 / (clock.now() / 1000);
  assert.ok(bits > 850_000 && bits <= 1_001_000, `${bits} bits a second`);
});

Deno.test("Pacer lets nothing go once the signal is aborted, and charges nothing for it", async () => {
  const { clock } = lateClock(() => 0);
  const pacer = new Pacer(clock, 8000, 1400);
  await pacer.ready(NEVER);
  pacer.sent(1400);
  const stop = new AbortController();
  stop.abort();
  assert.equal(await pacer.ready(stop.signal), false);
  const before = clock.now();
  assert.equal(await pacer.ready(NEVER), true);
  assert.ok(clock.now() - before <= 1400, `${clock.now() - before} ms for one datagram`);
});

Deno.test("Pacer says how long a datagram takes of the bandwidth", () => {
  const { clock } = lateClock(() => 0);
  assert.equal(new Pacer(clock, 1_000_000, 1400).datagramMs, 11.2);
  assert.equal(new Pacer(clock, 1_000_000, 1340, 60).datagramMs, 11.2);
});

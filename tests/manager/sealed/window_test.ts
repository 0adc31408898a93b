import { strict as assert } from "node:assert";
import fc from "fast-check";
import { ReplayWindow, WINDOW } from "../../../manager/sealed/window.ts";

Deno.test("ReplayWindow takes late numbers within the window once, and those before it never", () => {
  const window = new ReplayWindow();
  const table: [seq: number, taken: boolean][] = [
    [100, true],
    [100, false],
    [99, true],
    [0, true],
    [99, false],
    [101, true],
    [WINDOW, true],
    [1, true],
    [0, false],
    [WINDOW + 1, true],
    [1, false],
    [2, true],
    [2 * WINDOW, true],
    [WINDOW, false],
    [WINDOW + 1, false],
    [WINDOW + 2, true],
    [10 * WINDOW, true],
    [9 * WINDOW, false],
    [9 * WINDOW + 1, true],
    [Number.MAX_SAFE_INTEGER, true],
    [Number.MAX_SAFE_INTEGER, false],
    [Number.MAX_SAFE_INTEGER - WINDOW + 1, true],
    [Number.MAX_SAFE_INTEGER - WINDOW, false],
  ];
  for (const [i, [seq, taken]] of table.entries()) {
    assert.equal(window.take(seq), taken, `step ${i}: ${seq}`);
  }
});

Deno.test("ReplayWindow does what a list of all numbers would", () => {
  const near = fc.integer({ min: -2 * WINDOW, max: 2 * WINDOW });
  fc.assert(fc.property(fc.nat(100_000), fc.array(near, { maxLength: 300 }), (start, steps) => {
    const window = new ReplayWindow();
    const taken = new Set<number>();
    let highest = -1;
    let at = start;
    for (const step of steps) {
      // Some go on from where the last one was, and so come twice.
      at = Math.max(0, step % 3 === 0 ? at + step : highest + (step >> 6));
      const expected = at > highest - WINDOW && !taken.has(at);
      assert.equal(window.take(at), expected, `${at} after ${highest}`);
      if (expected) taken.add(at);
      highest = Math.max(highest, at);
    }
  }));
});

import { strict as assert } from "node:assert";
import fc from "fast-check";
import { advance, type Phase, type Timing } from "../../../manager/alerts/phase.ts";

/** What becomes of values, one a second: `.` nothing, `p` pending, `F` firing, `R` resolved. */
function course(values: readonly (number | null)[], timing: Timing): string {
  let phase: Phase | null = null;
  return values.map((value, second) => {
    const next = advance(phase, value, timing, second * 1_000);
    phase = next === "resolved" ? null : next;
    return next === null ? "." : next === "resolved" ? "R" : next.state === "firing" ? "F" : "p";
  }).join("");
}

const timing = (overrides: Partial<Timing> = {}): Timing => {
  return { threshold: 10, clear: 5, forMs: 3_000, keepMs: 2_000, ...overrides };
};

const _ = null;

Deno.test("advance makes of values and times what the rule says", () => {
  const table: [why: string, values: (number | null)[], timing: Timing, course: string][] = [
    ["nothing is wrong", [0, 5, 10], timing(), "..."],
    ["too short", [11, 11, 11, 0, 11], timing(), "ppp.p"],
    ["long enough", [0, 11, 11, 11, 11, 11], timing(), ".pppFF"],
    ["no time to wait", [11, 0], timing({ forMs: 0, keepMs: 0 }), "FR"],
    ["once below the threshold it begins anew", [11, 11, 7, 11, 11, 11, 11], timing(), "pp.pppF"],
    ["between both bounds it goes on", [11, 11, 11, 11, 7, 6, 10], timing(), "pppFFFF"],
    ["clear, and for long enough", [11, 11, 11, 11, 5, 5, 5, 5], timing(), "pppFFFR."],
    ["clear, but not for long enough", [11, 11, 11, 11, 5, 5, 7, 5, 5, 5], timing(), "pppFFFFFFR"],
    ["unknown while it waits", [11, 11, _, 11, 11], timing(), "pp.pp"],
    ["unknown while it fires", [11, 11, 11, 11, _, _, _, _], timing(), "pppFFFFF"],
    ["unknown while it clears", [11, 11, 11, 11, 5, 5, _, 5, 5, 5], timing(), "pppFFFFFFR"],
    ["a second time", [11, 0, 11, 0], timing({ forMs: 0, keepMs: 0 }), "FRFR"],
    [
      "what is only true or false",
      [0, 1, 1, 0],
      timing({ threshold: 0, clear: 0, forMs: 1_000, keepMs: 0 }),
      ".pFR",
    ],
    ["no number", [NaN, NaN], timing({ forMs: 0 }), ".."],
  ];
  for (const [why, values, times, expected] of table) {
    assert.equal(course(values, times), expected, why);
  }
});

const cases = fc.record({
  values: fc.array(fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constant(null)), { maxLength: 60 }),
  threshold: fc.integer({ min: 5, max: 15 }),
  gap: fc.integer({ min: 0, max: 5 }),
  forS: fc.integer({ min: 0, max: 5 }),
  keepS: fc.integer({ min: 0, max: 5 }),
});

Deno.test("advance never fires before its time, nor ends before its time, whatever comes", () => {
  fc.assert(fc.property(cases, ({ values, threshold, gap, forS, keepS }) => {
    const clear = threshold - gap;
    const text = course(values, { threshold, clear, forMs: forS * 1_000, keepMs: keepS * 1_000 });
    const isHigh = (value: number | null) => value !== null && value > threshold;
    const isClear = (value: number | null) => value !== null && value <= clear;
    let fires = false;
    for (const [at, state] of [...text].entries()) {
      if (state === "F" && !fires) {
        // All of the last `for` seconds, and this one, were too high.
        assert.ok(at >= forS && values.slice(at - forS, at + 1).every(isHigh));
      }
      if (state === "R") {
        assert.ok(fires, "only what fired is over");
        assert.ok(values.slice(at - keepS, at + 1).every(isClear));
      }
      if (fires) assert.ok(state === "F" || state === "R", "what fires is not forgotten");
      // Nothing that is too high for long enough goes unnoticed, and nothing that is clear stays.
      if (at >= forS && values.slice(at - forS, at + 1).every(isHigh)) assert.equal(state, "F");
      if (
        fires && at > keepS && values.slice(at - keepS, at + 1).every(isClear) &&
        [...text].slice(at - keepS - 1, at).every((other) => other === "F")
      ) {
        assert.equal(state, "R");
      }
      fires = state === "F";
    }
  }));
});

import { strict as assert } from "node:assert";
import { ProxyClock, shifted } from "../../../manager/fleet/clock.ts";
import { T0 } from "../../support/reports.ts";

const S0 = T0 / 1000;

Deno.test("ProxyClock goes by the quickest datagram, and lets a slow one change nothing", () => {
  const clock = new ProxyClock(S0 - 3600, T0 + 300);
  const { shift } = clock;
  assert.ok(Math.abs(shift.seconds - 3600.3) < 1e-6);
  clock.note(S0 - 3599, T0 + 1020);
  assert.ok(Math.abs(shift.seconds - 3600.02) < 1e-6);
  for (let s = 2; s < 300; s++) clock.note(S0 - 3600 + s, T0 + s * 1000 + 900 * (s % 2));
  assert.ok(Math.abs(shift.seconds - 3600) < 1e-6);
  assert.equal(clock.shift, shift, "nobody has set a clock");
});

Deno.test("ProxyClock follows a clock that is set forward at once, and one set back within a minute", () => {
  for (const step of [-7200, -5, 3, 7200]) {
    const clock = new ProxyClock(S0, T0);
    let at = 0;
    const run = (seconds: number, set: number) => {
      for (let i = 0; i < seconds; i += 5) clock.note(S0 + (at += 5) + set, T0 + at * 1000 + 10);
    };
    run(300, 0);
    const before = clock.shift;
    run(step > 0 ? 5 : 65, step);
    assert.ok(Math.abs(clock.shift.seconds + step) < 0.1, `${step}: ${clock.shift.seconds}`);
    assert.notEqual(clock.shift, before);
    assert.ok(Math.abs(before.seconds) < 0.1, "times from before keep the old one");
    run(300, 0);
    assert.ok(Math.abs(clock.shift.seconds) < 0.1, "and set right again");
  }
});

Deno.test("ProxyClock is right again with the first report after hours of silence", () => {
  const clock = new ProxyClock(S0, T0);
  clock.note(S0 + 10_000 - 50, T0 + 10_000_000);
  assert.ok(Math.abs(clock.shift.seconds - 50) < 1e-6);
});

Deno.test("shifted gives milliseconds, and nothing before the epoch", () => {
  assert.equal(shifted(100.00049, { seconds: 1.5 }), 101.5);
  assert.equal(shifted(1, { seconds: -5 }), 0);
});

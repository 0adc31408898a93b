import { strict as assert } from "node:assert";
import { Hearing } from "../../../manager/fleet/hearing.ts";
import { T0 } from "../../support/reports.ts";

const INTERVAL = 5_000;
const REFRESH = 20_000;
/** A whole refresh, the report before it, and what a datagram may be late. */
const SPAN = REFRESH + INTERVAL + 1000;

/** One who has heard a datagram each second, but for those that are left out. */
function hearing(seconds: number, { without = [] as number[], refresh = REFRESH } = {}) {
  const hearing = new Hearing();
  for (let seq = 0; seq <= seconds; seq++) {
    if (!without.includes(seq)) hearing.note(seq, refresh, INTERVAL, T0 + seq * 1000);
  }
  return hearing;
}

Deno.test("Hearing tells what has ended once everything of a refresh and a report was heard", () => {
  assert.equal(hearing(25).endedBeforeMs, -Infinity);
  assert.equal(hearing(26).endedBeforeMs, T0);
  assert.equal(hearing(60).endedBeforeMs, T0 + 60_000 - SPAN);
});

Deno.test("Hearing cannot tell while something of that time is missing", () => {
  assert.equal(hearing(60, { without: [40] }).endedBeforeMs, -Infinity);
  assert.equal(hearing(60, { without: [20] }).endedBeforeMs, T0 + 60_000 - SPAN);
  const late = hearing(60, { without: [50, 40] });
  late.note(40, REFRESH, INTERVAL, T0 + 60_100);
  assert.equal(late.endedBeforeMs, -Infinity);
  late.note(50, REFRESH, INTERVAL, T0 + 60_200);
  assert.equal(late.endedBeforeMs, T0 + 60_200 - SPAN);
});

Deno.test("Hearing goes by the last datagram, so that silence ends nothing", () => {
  const heard = hearing(30);
  assert.equal(heard.endedBeforeMs, T0 + 30_000 - SPAN);
  heard.note(5000, REFRESH, INTERVAL, T0 + 100_000);
  assert.equal(heard.endedBeforeMs, -Infinity);
});

Deno.test("Hearing takes a shorter refresh only when it has lasted as long as the one before", () => {
  const heard = hearing(30);
  for (let seq = 31; seq <= 30 + 26; seq++) heard.note(seq, 5_000, INTERVAL, T0 + seq * 1000);
  assert.equal(heard.endedBeforeMs, T0 + 56_000 - SPAN);
  heard.note(57, 5_000, INTERVAL, T0 + 57_000);
  assert.equal(heard.endedBeforeMs, T0 + 57_000 - 11_000);
});

Deno.test("Hearing forgets what is missing for long, and takes it for lost", () => {
  const odd = Array.from({ length: 100 }, (_, i) => 2 * i + 1);
  const heard = hearing(200, { without: odd });
  for (const seq of odd.slice(-64)) heard.note(seq, REFRESH, INTERVAL, T0 + 200_000);
  // The last that was forgotten showed at 72 s.
  assert.equal(heard.endedBeforeMs, T0 + 200_000 - SPAN);
  assert.ok(hearing(90, { without: odd }).endedBeforeMs === -Infinity);
});

Deno.test("Hearing begins anew where the manager's clock is set back", () => {
  const heard = hearing(60);
  for (let seq = 61; seq <= 61 + 25; seq++) {
    heard.note(seq, REFRESH, INTERVAL, T0 - 3_600_000 + seq * 1000);
    assert.equal(heard.endedBeforeMs, -Infinity);
  }
  heard.note(87, REFRESH, INTERVAL, T0 - 3_600_000 + 87_000);
  assert.equal(heard.endedBeforeMs, T0 - 3_600_000 + 61_000);
});

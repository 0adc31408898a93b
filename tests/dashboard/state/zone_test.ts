import { strict as assert } from "node:assert";
import { createZone, fromField, toField } from "../../../dashboard/state/zone.ts";

const HOUR = 3_600_000;

Deno.test("createZone knows a zone's offset, in summer as in winter", () => {
  const berlin = createZone("Europe/Berlin");
  assert.equal(berlin.offset(Date.UTC(2026, 0, 1, 12)), HOUR);
  assert.equal(berlin.offset(Date.UTC(2026, 6, 1, 12, 30, 15, 250)), 2 * HOUR);
  assert.equal(createZone("UTC").offset(Date.UTC(2026, 6, 1)), 0);
  assert.equal(createZone("Asia/Kolkata").offset(Date.UTC(2026, 6, 1)), 5.5 * HOUR);
  assert.throws(() => createZone("Nowhere/Town"), RangeError);
});

Deno.test("fromField reads what toField writes, around a change of the clocks too", () => {
  for (const name of ["Europe/Berlin", "America/New_York", "UTC"]) {
    const zone = createZone(name);
    const change = Date.UTC(2026, 2, 29, 1) / 1000;
    for (const time of [change - 7200, change - 60, change + 60, change + 7200]) {
      assert.equal(fromField(toField(time, zone), zone), time, `${name} ${time}`);
    }
  }
  assert.equal(toField(0, createZone("Europe/Berlin")), "1970-01-01T01:00");
  assert.equal(fromField("", createZone("UTC")), null);
});

import { strict as assert } from "node:assert";
import { BURST, EVERY_S, FailedLogins } from "../../../manager/auth/failed_logins.ts";
import { AuditLog } from "../../../manager/audit.ts";
import { T0 } from "../../support/reports.ts";

Deno.test("FailedLogins takes down a few at once, then one a minute with the number of the others", () => {
  const clock = { now: 0 };
  const audit = new AuditLog({ now: () => T0 });
  const failed = new FailedLogins(audit, () => clock.now);
  const note = { actor: "-", client_ip: "192.0.2.1", action: "login", target: "" };
  const fail = (times: number) => {
    for (let i = 0; i < times; i++) failed.note({ ...note, outcome: "wrong", detail: "by basic" });
  };
  const details = () => audit.recent(null, 1000).map(({ detail }) => detail);
  fail(BURST + 500);
  assert.deepEqual(details(), Array(BURST).fill("by basic"));
  clock.now += EVERY_S * 1000 - 1;
  fail(1);
  assert.equal(details().length, BURST);
  clock.now += 1;
  fail(3);
  assert.equal(details().length, BURST + 1);
  assert.equal(details().at(-1), "by basic; 501 more were not taken down before");
  clock.now += EVERY_S * 1000 * BURST * 2;
  fail(BURST * 2);
  assert.equal(details().length, 2 * BURST + 1);
  assert.equal(details().at(-BURST), "by basic; 2 more were not taken down before");
  assert.equal(details().at(-1), "by basic");
});

import { strict as assert } from "node:assert";
import { AuditLog, MAX_AUDIT } from "../../manager/audit.ts";
import type { AuditEntry } from "../../manager/history/batch.ts";
import { setUpApp } from "../support/manager_app.ts";
import { report, T0 } from "../support/reports.ts";

const NOTE = { actor: "ann", client_ip: "192.0.2.1", action: "drain", target: "edge-1" };

Deno.test("AuditLog holds the newest entries in their order and hands each to who keeps them", () => {
  const kept: AuditEntry[] = [];
  const audit = new AuditLog({ now: () => T0, keep: (entry) => kept.push(entry) });
  for (let i = 0; i < MAX_AUDIT + 5; i++) {
    audit.note({ ...NOTE, outcome: "done", detail: String(i) });
  }
  const recent = audit.recent(null, 10_000);
  assert.equal(recent.length, MAX_AUDIT);
  assert.equal(kept.length, MAX_AUDIT + 5);
  assert.equal(recent[0].detail, "5");
  assert.deepEqual(audit.recent(recent[2].id, 3), recent.slice(3, 6));
  assert.deepEqual(audit.recent(null, 2), recent.slice(-2));
  assert.ok(recent.every(({ id }, at) => at === 0 || id > recent[at - 1].id));
  assert.deepEqual(kept[0], {
    id: T0 * 1000,
    time: T0 / 1000,
    ...NOTE,
    outcome: "done",
    detail: "0",
  });
});

Deno.test("AuditLog bounds every text of an entry", () => {
  const audit = new AuditLog({ now: () => T0 });
  const long = "x".repeat(10_000);
  audit.note({
    actor: long,
    client_ip: long,
    action: long,
    target: long,
    outcome: long,
    detail: long,
  });
  const [entry] = audit.recent(null, 1);
  for (const text of Object.values(entry)) assert.ok(String(text).length <= 300);
});

Deno.test("DELETE /api/proxy is noted with who asked and what came of it", async () => {
  const { registry, audit, request } = setUpApp();
  registry.apply(report({ proxy_id: "up" }), T0);
  registry.apply(report({ proxy_id: "gone", state: "stopped" }), T0);
  for (const id of ["up", "gone", "nobody"]) {
    await request(`/api/proxy/${id}`, { method: "DELETE" });
  }
  const notes = audit.recent(null, 9).map(({ id: _, time: __, ...note }) => note);
  const note = { actor: "local", client_ip: "127.0.0.1", action: "forget_proxy", detail: "" };
  assert.deepEqual(notes, [
    { ...note, target: "up", outcome: "refused" },
    { ...note, target: "gone", outcome: "done" },
    { ...note, target: "nobody", outcome: "not_found" },
  ]);
});

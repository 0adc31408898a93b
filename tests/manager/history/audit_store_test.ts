import { strict as assert } from "node:assert";
import { MAX_WAITING } from "../../../manager/history/audit_recorder.ts";
import type { AuditEntry } from "../../../manager/history/batch.ts";
import { DEFAULT_RETENTION } from "../../../manager/history/options.ts";
import { batch, openStore, TempFolder } from "../../support/history.ts";
import { setUpHistory } from "../../support/history_client.ts";
import { T0 } from "../../support/reports.ts";

function entry(id: number, time = T0 / 1000): AuditEntry {
  const who = { actor: "ann", client_ip: "192.0.2.1", action: "login" };
  return { id, time, ...who, target: "", outcome: "done", detail: `no. ${id}` };
}

Deno.test("AuditStore gives what was written, from an entry on or the newest", () => {
  using store = openStore();
  const entries = [1, 2, 3, 4, 5].map((id) => entry(id));
  store.write(batch({ audit: entries }));
  store.write(batch({ audit: entries.slice(3) }));
  const read = (since: number | null, limit: number) => store.query("audit", { since, limit });
  assert.deepEqual(read(null, 100), entries);
  assert.deepEqual(read(null, 2), entries.slice(-2));
  assert.deepEqual(read(2, 2), entries.slice(2, 4));
  assert.equal(store.remembered(T0).lastAuditId, 5);
});

Deno.test("AuditStore forgets what is older than events are kept", () => {
  using store = openStore();
  const now = T0 / 1000;
  const old = now - DEFAULT_RETENTION.events;
  store.write(batch({ audit: [entry(1, old - 1), entry(2, old + 1), entry(3)] }));
  store.prune(T0);
  const left = store.query("audit", { since: null, limit: 10 });
  assert.deepEqual(left.map(({ id }) => id), [2, 3]);
});

Deno.test("HistoryClient keeps the audit log over restarts, and says what found no room", async () => {
  using folder = new TempFolder();
  const dir = { path: folder.path };
  {
    await using first = setUpHistory(dir);
    await first.history.start();
    assert.equal(first.history.lastAuditId, 0);
    for (let id = 1; id <= MAX_WAITING + 3; id++) first.history.keep(entry(id));
    assert.equal(first.history.state.dropped.audit, 3);
    first.clock.now += 1000;
    await first.written();
    first.history.keep(entry(2000));
  }
  await using second = setUpHistory(dir);
  await second.history.start();
  assert.equal(second.history.lastAuditId, 2000);
  const all = await second.history.query("audit", { since: null, limit: 5000 });
  assert.equal(all.length, MAX_WAITING + 1);
  assert.deepEqual(all.at(-1), entry(2000));
});

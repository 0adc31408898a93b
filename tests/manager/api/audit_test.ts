import { strict as assert } from "node:assert";
import { auditReplySchema } from "../../../manager/api/model_session.ts";
import { AuditLog } from "../../../manager/audit.ts";
import { HistoryClient } from "../../../manager/history/client.ts";
import { DEFAULT_RETENTION } from "../../../manager/history/options.ts";
import { Registry } from "../../../manager/registry.ts";
import { eventually } from "../../support/eventually.ts";
import { LOCAL, setUpApp } from "../../support/manager_app.ts";
import { T0 } from "../../support/reports.ts";

const note = (detail: number) => ({
  ...{ actor: "ann", client_ip: "192.0.2.1", action: "drain", target: "edge-1", outcome: "done" },
  detail: String(detail),
});

type Get = (path: string) => Promise<Response>;

/** The details of what the route gives, and what it says besides. */
async function read(get: Get, query = "") {
  const reply = await get(`/api/audit${query}`);
  assert.equal(reply.status, 200);
  const { entries, next, complete } = auditReplySchema.parse(await reply.json());
  return { details: entries.map(({ detail }) => Number(detail)), entries, next, complete };
}

Deno.test("GET /api/audit gives the newest from memory where there is no history, and pages on", async () => {
  const { audit, get } = setUpApp();
  assert.deepEqual(await read(get), { details: [], entries: [], next: 0, complete: false });
  for (let i = 1; i <= 5; i++) audit.note(note(i));
  const { details, entries, next, complete } = await read(get, "?limit=2");
  assert.deepEqual([details, complete], [[4, 5], false]);
  assert.equal(next, entries[1].id);
  const { id: _, time, ...rest } = entries[0];
  assert.deepEqual([time, rest], [T0 / 1000, note(4)]);
  assert.deepEqual((await read(get, `?since=${next}`)).details, []);
  assert.equal((await read(get, `?since=${next}`)).next, next);
  const first = await read(get, "?since=0&limit=3");
  assert.deepEqual(first.details, [1, 2, 3]);
  assert.deepEqual((await read(get, `?since=${first.next}&limit=3`)).details, [4, 5]);
});

Deno.test("GET /api/audit gives what is written and what is not yet, each once and in order", async () => {
  const registry = new Registry();
  const options = { dir: "memory", retention: DEFAULT_RETENTION } as const;
  const history = new HistoryClient(options, { registry, now: () => T0, maxProxies: 10 });
  await history.start();
  try {
    const audit = new AuditLog({ now: () => T0, keep: (entry) => history.keep(entry) });
    const { get } = setUpApp({ registry, history, audit });
    audit.note(note(1));
    audit.note(note(2));
    assert.deepEqual((await read(get)).details, [1, 2]);
    history.tick();
    await eventually("they are written", () => history.state.last_write !== null);
    assert.deepEqual((await read(get)).details, [1, 2]);
    for (let i = 3; i <= 5; i++) audit.note(note(i));
    const all = await read(get);
    assert.deepEqual([all.details, all.complete], [[1, 2, 3, 4, 5], true]);
    assert.deepEqual((await read(get, "?limit=2")).details, [4, 5]);
    const first = await read(get, "?since=0&limit=3");
    assert.deepEqual(first.details, [1, 2, 3]);
    assert.deepEqual((await read(get, `?since=${first.next}`)).details, [4, 5]);
  } finally {
    await history.stop();
  }
});

Deno.test("GET /api/audit is for admins, and bounded", async () => {
  const { app, get } = setUpApp();
  const client = { ...LOCAL, ip: "192.0.2.1" };
  const reply = await app.request("/api/audit", { headers: { host: "localhost" } }, { client });
  assert.equal(reply.status, 403);
  for (const query of ["?limit=1001", "?limit=-1", "?since=x", "?since=12345678901234567"]) {
    assert.equal((await get(`/api/audit${query}`)).status, 400, query);
  }
});

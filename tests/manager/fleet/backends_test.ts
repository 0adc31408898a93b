import { strict as assert } from "node:assert";
import { BackendTable } from "../../../manager/fleet/backends.ts";
import { Room } from "../../../manager/fleet/room.ts";
import { proxyReplySchema } from "../../../manager/api/model.ts";
import { Registry } from "../../../manager/registry.ts";
import { MAX_BACKENDS } from "../../../proxy/stats/backend_record.ts";
import { encodeDetail } from "../../../proxy/stats/report_detail.ts";
import { Ingest } from "../../../manager/ingest.ts";
import { setUpApp } from "../../support/manager_app.ts";
import { backend, boot, jsonBytes, report, summary, T0 } from "../../support/reports.ts";
import { setUpLive } from "../../support/viewers.ts";

const PLENTY = 1e9;
const newRoom = (items: number) => new Room({ items, bytes: PLENTY });
const names = (table: BackendTable) => table.records().map(({ name }) => name);

Deno.test("BackendTable keeps the newest of each, in the order of their first report", () => {
  const table = new BackendTable(newRoom(100));
  table.take([backend({ name: "b:1" }), backend({ name: "a:1", errors: 1 })], 5);
  table.take([backend({ name: "a:1", errors: 3 })], 7);
  table.take([backend({ name: "a:1", errors: 2 })], 6);
  assert.deepEqual(names(table), ["b:1", "a:1"]);
  assert.equal(table.records()[1].errors, 3);
});

Deno.test("BackendTable forgets a removed backend with its last connection, and gives its room back", () => {
  const room = newRoom(100);
  const table = new BackendTable(room);
  table.take([backend({ name: "a:1" }), backend({ name: "b:1" })], 5);
  table.take([backend({ name: "a:1", state: "removed", active_connections: 2 })], 6);
  assert.deepEqual(table.records().map(({ state }) => state), ["removed", "up"]);
  table.take([backend({ name: "b:1", state: "removed", active_connections: 0 })], 4);
  assert.deepEqual(names(table), ["a:1", "b:1"], "what is older than known changes nothing");
  table.take([backend({ name: "a:1", state: "removed", active_connections: 0 })], 7);
  table.take([backend({ name: "never:1", state: "removed", active_connections: 0 })], 8);
  assert.deepEqual(names(table), ["b:1"]);
  assert.equal(room.left.items, 99);
});

Deno.test("BackendTable holds so many of a proxy and no more, and gives room back", () => {
  const room = newRoom(MAX_BACKENDS + 10);
  const table = new BackendTable(room);
  const many = Array.from({ length: MAX_BACKENDS + 5 }, (_, i) => backend({ name: `a:${i + 1}` }));
  table.take(many, 0);
  assert.equal(names(table).length, MAX_BACKENDS);
  const other = new BackendTable(room);
  other.take(many, 0);
  assert.equal(names(other).length, 10);
  assert.equal(room.left.items, 0);
  table.clear();
  assert.equal(room.left.items, MAX_BACKENDS);
  other.clear();
  assert.deepEqual(room.left, { items: MAX_BACKENDS + 10, bytes: PLENTY });
});

Deno.test("Registry forgets the backends of a former boot", () => {
  const registry = new Registry();
  registry.apply(report({}, [], {}, [backend({ name: "old:1" })]), T0);
  const next = report({ boot_id: boot("b"), start_time: T0 / 1000 }, [], {}, [
    backend({ name: "new:1" }),
  ]);
  registry.apply(next, T0 + 1);
  assert.deepEqual(names(registry.get("edge-1")!.backends), ["new:1"]);
});

Deno.test("Ingest takes a detail with backends, and one of an older proxy without", () => {
  const registry = new Registry();
  const ingest = new Ingest(registry, () => T0);
  const [bytes] = encodeDetail(() => summary(), { connect_refused: 1 }, [backend()]);
  assert.equal(ingest.handle(bytes), null);
  const older = { kind: "detail", ...summary({ seq: 1 }), reasons: { connect_refused: 2 } };
  assert.equal(ingest.handle(jsonBytes(older)), null);
  const entry = registry.get("edge-1")!;
  assert.deepEqual(entry.backends.records(), [backend()]);
  assert.equal(entry.reasons.get("connect_refused"), 2);
});

Deno.test("GET /api/proxy/:id has the backends, without connections once the proxy is gone", async () => {
  const { registry, get } = setUpApp();
  registry.apply(report({}, [], {}, [backend(), backend({ name: "b:1", state: "down" })]), T0);
  const ask = async () =>
    proxyReplySchema.parse(await (await get("/api/proxy/edge-1")).json()).backends;
  assert.deepEqual(await ask(), [backend(), backend({ name: "b:1", state: "down" })]);
  registry.apply(report({ state: "stopped", seq: 1 }), T0);
  assert.deepEqual((await ask()).map((b) => b.active_connections), [0, 0]);
});

Deno.test("Topic sends the backends with everything, and again only when they have changed", () => {
  const { clock, registry, live, join } = setUpLive();
  registry.apply(report({}, [], {}, [backend()]), T0);
  const socket = join();
  live.message(socket, JSON.stringify({ type: "subscribe", proxy_id: "edge-1" }));
  const next = () => {
    live.flush();
    return socket.take().filter((message) => message.type === "connections")
      .map(({ full, backends }) => [full, backends?.map((b) => b.active_connections)]);
  };
  assert.deepEqual(next(), [[true, [2]]]);
  registry.apply(report({ seq: 1 }), T0);
  assert.deepEqual(next(), []);
  registry.apply(report({ seq: 2 }, [], {}, [backend({ active_connections: 3 })]), T0);
  assert.deepEqual(next(), [[false, [3]]]);
  clock.now += 60_000;
  registry.tick(clock.now);
  assert.deepEqual(next(), [[false, [0]]]);
});

Deno.test("Topic sends the counters by reason with everything, and again only when they have changed", () => {
  const { registry, live, join } = setUpLive();
  registry.apply(report({}, [], { refused: 1 }), T0);
  const socket = join();
  live.message(socket, JSON.stringify({ type: "subscribe", proxy_id: "edge-1" }));
  const next = () => {
    live.flush();
    return socket.take().filter((message) => message.type === "connections")
      .map(({ full, reasons }) => [full, reasons]);
  };
  assert.deepEqual(next(), [[true, { refused: 1 }]]);
  registry.apply(report({ seq: 1 }, [], { refused: 1 }), T0);
  assert.deepEqual(next(), []);
  registry.apply(report({ seq: 2 }, [], { client_denied: 4 }), T0);
  assert.deepEqual(next(), [[false, { refused: 1, client_denied: 4 }]]);
});

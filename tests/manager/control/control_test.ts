import { strict as assert } from "node:assert";
import { CONTROL_KEY, startControlManager, startFakeProxy } from "../../support/control_channel.ts";
import { startHub } from "../../support/control_hub.ts";
import type { Shown } from "../../../proxy/control/shown.ts";
import { eventually } from "../../support/eventually.ts";
import { Contract, operationsOf } from "../../support/openapi.ts";
import { startTestProxy } from "../../support/proxy.ts";

Deno.test("ControlHub gives a command to the proxies that are named, and to all", async () => {
  await using manager = await startControlManager();
  await using first = startFakeProxy(manager.port, { proxyId: "edge-1" });
  await using second = startFakeProxy(manager.port, {
    proxyId: "edge-2",
    execute: () => Promise.resolve({ ok: false, detail: "there is no such limit", count: 0 }),
  });
  await manager.connected("edge-1", "edge-2");
  const limits = { max_connections: 7 };
  const { status, body } = await manager.order("set_limits", {
    ...limits,
    order_id: "order-1",
    proxies: ["edge-2", "edge-3", "edge-1"],
  });
  assert.equal(status, 200);
  assert.equal(body.id, "order-1");
  assert.deepEqual(
    body.results.map(({ proxy_id, outcome }: Record<string, string>) => [proxy_id, outcome]),
    [
      ["edge-2", "failed"],
      ["edge-3", "not_connected"],
      ["edge-1", "done"],
    ],
  );
  assert.deepEqual(first.told, [{ command: "set_limits", ...limits }]);
  const all = await manager.order("drain", { proxies: "all" });
  assert.equal(all.body.results.length, 2);
  assert.deepEqual(second.told.map(({ command }) => command), ["set_limits", "drain"]);
});

Deno.test("GET /api/proxies says whether a proxy takes orders, and replies are as documented", async () => {
  await using manager = await startControlManager();
  const contract = new Contract(await manager.get("/api/openapi.json"));
  const operations = operationsOf(await manager.get("/api/openapi.json"));
  const url = `http://127.0.0.1:${manager.port}`;
  const ask = async (method: string, path: string, of: string, body?: unknown) => {
    const operation = operations.find((each) => each.method === method && each.path === of)!;
    const headers = { "content-type": "application/json" };
    const init = { method, headers, body: body === undefined ? undefined : JSON.stringify(body) };
    return await contract.check(operation, await fetch(url + path, init), `${method} ${path}`);
  };
  const isControlled = async () => {
    const [proxy] = await manager.get("/api/proxies");
    return proxy?.controlled;
  };
  {
    await using proxy = startTestProxy("http", {
      ...{ id: "edge-1", control: true, controlKey: CONTROL_KEY },
      ...{ managerAddr: `127.0.0.1:${manager.port}`, statsAddr: `127.0.0.1:${manager.statsPort}` },
    });
    assert.equal(proxy.proxy.proxyId, "edge-1");
    await manager.connected("edge-1");
    await eventually("it is shown so", async () => await isControlled() === true);
    await ask("GET", "/api/control", "/api/control");
    await ask("GET", "/api/proxies", "/api/proxies");
    const path = "/api/control/{command}";
    const proxies = ["edge-1", "edge-9"];
    const reply = await ask("POST", "/api/control/pause_accepting", path, { proxies });
    assert.deepEqual(
      (reply as { results: { outcome: string }[] }).results.map(({ outcome }) => outcome),
      ["done", "not_connected"],
    );
    const filter = { client: "10.0.0.0/8" };
    await ask("POST", "/api/control/count_matching", path, { proxies: "all", filter });
  }
  await eventually("it takes none any more", async () => await isControlled() === false);
});

Deno.test("POST /api/control refuses what is no order, in one line", async () => {
  await using manager = await startControlManager();
  const table: [command: string, body: Record<string, unknown>, message: RegExp][] = [
    ["fly", { proxies: "all" }, /^Cannot use command: .*close_connection/],
    ["drain", {}, /^Cannot use proxies: /],
    ["drain", { proxies: [] }, /^Cannot use proxies: /],
    ["drain", { proxies: "some" }, /^Cannot use proxies: /],
    ["drain", { proxies: "all", timeout: 61 }, /^Cannot use timeout: /],
    ["drain", { proxies: "all", order_id: "a b" }, /^Cannot use order_id: expected 1 to 64/],
    ["drain", { proxies: "all", hard: true }, /^Cannot use drain: Unrecognized key: "hard"/],
    ["close_connection", { proxies: "all" }, /^Cannot use id: /],
    ["close_matching", { proxies: "all", filter: { client: "x" } }, /^Cannot use filter\.client: /],
    ["set_access", { proxies: "all", rules: ["--allow x/99"] }, /^Cannot use rules: /],
  ];
  for (const [command, body, message] of table) {
    const reply = await manager.order(command, body);
    assert.equal(reply.status, 400, JSON.stringify(reply.body));
    assert.equal(reply.body.error.code, "bad_request");
    assert.match(reply.body.error.message, message);
    assert.ok(!reply.body.error.message.includes("\n"));
  }
  const { body } = await manager.order("drain", { proxies: "all", id: "mine" });
  assert.deepEqual(body, { id: "mine", command: "drain", results: [] });
});

Deno.test("ControlHub leaves out of a reply what would make it too long, and says so", async () => {
  const shown: Shown = {
    ...{ accepting: "yes", log_level: "info" },
    limits: {
      ...{ max_connections: null, max_connections_per_client: null, accept_rate: null },
      ...{ idle_timeout: null, bandwidth: null, bandwidth_per_connection: null },
    },
    ...{ access: ["--deny 10.0.0.1"], access_left_out: 0, blocks: [], blocks_left_out: 0 },
  };
  const maxShown = 2 * JSON.stringify(shown).length;
  await using manager = startHub({ maxShown });
  const execute = () => Promise.resolve({ ok: true, detail: "told", shown });
  const ids = ["edge-1", "edge-2", "edge-3"];
  await using all = new AsyncDisposableStack();
  for (const proxyId of ids) all.use(startFakeProxy(manager.port, { proxyId, execute }));
  await eventually("all are there", () => manager.hub.connected === 3);
  const order = { id: "x", command: { command: "show" } };
  for (let i = 0; i < 2; i++) {
    const outcomes = await manager.hub.order(order, ids, 10_000);
    assert.ok(typeof outcomes !== "string");
    assert.ok(outcomes.every(({ outcome }) => outcome === "done"));
    const [left, ...told] = outcomes.toSorted((a, b) => b.detail.length - a.detail.length);
    assert.equal(left.shown, undefined);
    assert.match(left.detail, /^told, but left out of a reply that would be too long/);
    assert.deepEqual(told.map((outcome) => outcome.shown), [shown, shown]);
  }
});

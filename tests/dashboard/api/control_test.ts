import { strict as assert } from "node:assert";
import { ControlClient, portions } from "../../../dashboard/api/control.ts";
import { startControlManager, startFakeProxy } from "../../support/control_channel.ts";

Deno.test("ControlClient lists who takes orders, gives them, and brings each outcome", async () => {
  await using manager = await startControlManager();
  await using proxy = startFakeProxy(manager.port, { proxyId: "edge-1" });
  await manager.connected("edge-1");
  const client = new ControlClient(`http://127.0.0.1:${manager.port}/`, fetch);
  const list = await client.list();
  assert.ok("value" in list);
  assert.equal(list.value.enabled, true);
  assert.equal(list.value.proxies[0].proxy_id, "edge-1");

  const command = { command: "close_connection", id: 7 } as const;
  const order = { id: "first", command, proxies: ["edge-1", "edge-2"], timeout: 5 };
  const answer = await client.give(order);
  assert.ok("value" in answer);
  const outcomes = answer.value.results.map(({ proxy_id, outcome }) => `${proxy_id} ${outcome}`);
  assert.deepEqual(outcomes, ["edge-1 done", "edge-2 not_connected"]);
  assert.deepEqual(proxy.told, [command]);
  await client.give(order);
  assert.equal(proxy.told.length, 1, "the same order is given once");

  const other = await client.give({ ...order, command: { command: "drain" } });
  assert.ok("failure" in other);
  assert.equal(other.failure.code, "id_taken");
});

Deno.test("ControlClient names more proxies than one body holds", async () => {
  await using manager = await startControlManager();
  const proxies = Array.from({ length: 2_000 }, (_, i) => `a-rather-long-name-of-a-proxy-${i}`);
  const client = new ControlClient(`http://127.0.0.1:${manager.port}/`, fetch);
  const answer = await client.give({ id: "x", command: { command: "drain" }, proxies, timeout: 1 });
  assert.ok("value" in answer);
  assert.deepEqual(answer.value.results.map(({ proxy_id }) => proxy_id), proxies);
});

Deno.test("ControlClient tells that the manager cannot be reached", async () => {
  const client = new ControlClient("http://localhost/", () => Promise.reject(new TypeError()));
  const unreachable = { failure: { code: "unreachable", message: "" } };
  assert.deepEqual(await client.list(), unreachable);
  const order = { id: "x", command: { command: "drain" }, proxies: ["a"], timeout: 1 } as const;
  assert.deepEqual(await client.give(order), unreachable);
});

Deno.test("portions keeps every id once and in its order", () => {
  assert.deepEqual(portions([]), []);
  const ids = Array.from({ length: 1_000 }, (_, i) => `${i}`.padStart(128, "x"));
  const parts = portions(ids);
  assert.ok(parts.length > 1);
  assert.deepEqual(parts.flat(), ids);
  assert.ok(parts.every((part) => JSON.stringify(part).length <= 48 * 1024 + 2));
});

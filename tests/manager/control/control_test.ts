import { strict as assert } from "node:assert";
import { startControlManager, startFakeProxy } from "../../support/control_channel.ts";

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

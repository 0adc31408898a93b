/** Who may come as which proxy, and who may give orders. */
import { strict as assert } from "node:assert";
import { ControlHub } from "../../../manager/control/hub.ts";
import {
  CONTROL_KEY,
  OTHER_KEY,
  startControlManager,
  startFakeProxy,
} from "../../support/control_channel.ts";
import { joinAsProxy } from "../../support/control_wire.ts";
import { eventually } from "../../support/eventually.ts";
import { catchLog } from "../../support/log_catcher.ts";
import { keyOf, statsKey } from "../../support/sealed.ts";
import { controlKeyId } from "../../../proxy/control/proof.ts";

Deno.test("ControlHub lets a key of a proxy's own open its place alone, and no other open that", () => {
  const hub = new ControlHub({
    keys: [statsKey(CONTROL_KEY), statsKey(OTHER_KEY, "edge-1")],
    now: () => 0,
    onChange: () => {},
  });
  const [common, own] = [CONTROL_KEY, OTHER_KEY].map((key) => controlKeyId(keyOf(key)));
  const table: [keyId: string, proxyId: string, isOpen: boolean][] = [
    [own, "edge-1", true],
    [common, "edge-1", false],
    [own, "edge-2", false],
    [common, "edge-2", true],
    ["00000000", "edge-2", false],
  ];
  for (const [keyId, proxyId, isOpen] of table) {
    assert.equal(hub.keyOf(keyId, proxyId) !== null, isOpen, `${keyId} ${proxyId}`);
  }
});

Deno.test("ControlHub turns out who has no good key any more, and nobody else", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/keys`;
    const write = async (text: string) => {
      await Deno.writeTextFile(`${file}.new`, text);
      await Deno.rename(`${file}.new`, file);
    };
    await write(`${CONTROL_KEY}\nedge-1 = ${OTHER_KEY}\n`);
    await using manager = await startControlManager({
      ...{ controlKey: undefined, controlKeyFile: file },
    });
    await using own = startFakeProxy(manager.port, { proxyId: "edge-1", key: OTHER_KEY });
    const common = await joinAsProxy(manager.port, { proxy_id: "edge-2" });
    await manager.connected("edge-1", "edge-2");
    await write(`edge-1 = ${OTHER_KEY}\n`);
    assert.equal(await common.closed, 4401);
    await manager.connected("edge-1");
    assert.ok(own.client.isConnected);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("With accounts proxies connect as before, and only admins give orders", async () => {
  using log = catchLog();
  await using manager = await startControlManager({
    auth: ["ann:secret", "viewer=bob:secret"],
  });
  await using proxy = startFakeProxy(manager.port);
  await eventually("it is connected", () => proxy.client.isConnected);
  const ask = async (user: string | null, method: string, path: string) => {
    const headers: Record<string, string> = { "content-type": "application/json" };
    if (user) headers.authorization = `Basic ${btoa(`${user}:secret`)}`;
    const body = method === "POST" ? JSON.stringify({ proxies: "all" }) : undefined;
    const url = `http://127.0.0.1:${manager.port}${path}`;
    const reply = await fetch(url, { method, headers, body });
    await reply.body?.cancel();
    return reply.status;
  };
  const table: [user: string | null, method: string, path: string, status: number][] = [
    [null, "GET", "/api/control", 401],
    [null, "POST", "/api/control/drain", 401],
    ["bob", "GET", "/api/control", 200],
    ["bob", "POST", "/api/control/drain", 403],
    ["ann", "POST", "/api/control/drain", 200],
  ];
  for (const [user, method, path, status] of table) {
    assert.equal(await ask(user, method, path), status, `${user} ${method} ${path}`);
  }
  assert.equal(proxy.told.length, 1);
  const notes = log.lines.filter(({ text }) => text.startsWith("audit: drain"));
  assert.deepEqual(notes.map(({ text }) => text), ["audit: drain done"]);
});

Deno.test("A proxy finds its manager below a path", async () => {
  await using manager = await startControlManager({ basePath: "/fleet" });
  await using proxy = startFakeProxy(manager.port, { base: "/fleet" });
  await eventually("it is connected", () => proxy.client.isConnected);
});

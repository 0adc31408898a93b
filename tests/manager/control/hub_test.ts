import { strict as assert } from "node:assert";
import type { Channel } from "../../../manager/control/channel.ts";
import { ControlHub, MAX_UNPROVEN, MAX_UNPROVEN_PER_CLIENT } from "../../../manager/control/hub.ts";
import { CONTROL_KEY, startControlManager } from "../../support/control_channel.ts";
import { hello, joinAsProxy, type Json, prove } from "../../support/control_wire.ts";
import { statsKey } from "../../support/sealed.ts";

function setUp() {
  const hub = new ControlHub({ keys: [statsKey(CONTROL_KEY)], now: () => 0, onChange: () => {} });
  /** A proxy that takes orders, and does with each what it is told to. */
  const join = (proxyId: string, onOrder: (order: Json, channel: Channel) => void) => {
    const first = hello({ proxy_id: proxyId });
    const channel = hub.open({
      send(text) {
        const message = JSON.parse(text);
        if (message.type === "command") onOrder(message, channel);
        if (message.type !== "challenge") return;
        const proof = prove("proxy", first, message.nonce);
        queueMicrotask(() => channel.receive(JSON.stringify({ type: "proof", proof })));
      },
      close: (code) => channel.ended(code),
    }, "192.0.2.1");
    channel.receive(JSON.stringify(first));
  };
  return { hub, join };
}

Deno.test("ControlHub tells all at once, so that those that hang take no time from the others", async () => {
  const { hub, join } = setUp();
  const ids = Array.from({ length: 400 }, (_, i) => `edge-${i}`);
  for (const id of ids.slice(0, -1)) join(id, () => {});
  const result = { ok: true, detail: "done" };
  join(ids.at(-1)!, ({ id }, channel) => {
    channel.receive(JSON.stringify({ type: "result", id, result }));
  });
  await Promise.resolve();
  assert.equal(hub.connected, ids.length);
  const outcomes = await hub.order({ id: "x", command: { command: "drain" } }, ids, 50);
  assert.ok(Array.isArray(outcomes));
  assert.deepEqual(outcomes.at(-1), { outcome: "done", detail: "done" });
  assert.deepEqual(
    new Set(outcomes.slice(0, -1).map(({ outcome }) => outcome)),
    new Set(["timeout"]),
  );
  const { done, timeout } = hub.figures.commands.get("drain")!;
  assert.deepEqual([done, timeout], [1, ids.length - 1]);
  hub.stop();
});

Deno.test("ControlHub takes the addresses of one IPv6 network for one that has proved nothing", () => {
  const { hub } = setUp();
  const socket = { send() {}, close() {} };
  for (let i = 0; i < MAX_UNPROVEN_PER_CLIENT; i++) hub.open(socket, `2001:db8::${i + 1}`);
  assert.equal(hub.hasRoomFor("2001:db8::ffff:1"), false);
  assert.equal(hub.hasRoomFor("2001:db8:0:1::1"), true);
  assert.equal(hub.hasRoomFor("192.0.2.1"), true);
});

Deno.test("ControlHub lets the oldest of too many who have proved nothing make room", () => {
  const { hub } = setUp();
  const ended: [ip: string, code: number][] = [];
  const join = (ip: string) => {
    const socket = {
      send() {},
      close(code: number) {
        ended.push([ip, code]);
        channel.ended(code);
      },
    };
    const channel = hub.open(socket, ip);
  };
  const ips = Array.from({ length: MAX_UNPROVEN }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
  for (const ip of ips) join(ip);
  assert.deepEqual(ended, []);
  assert.ok(hub.hasRoomFor("192.0.2.1"));
  join("192.0.2.1");
  join("192.0.2.2");
  assert.deepEqual(ended, [["10.0.0.0", 4408], ["10.0.0.1", 4408]]);
  assert.equal(hub.figures.refused.too_slow, 2);
});

Deno.test("ControlHub takes answers that say more than it knows of", async () => {
  const { hub, join } = setUp();
  join("edge-1", ({ id }, channel) => {
    const result = { ok: true, detail: "done", count: 3, spent_s: 0.5 };
    channel.receive(JSON.stringify({ type: "result", id, result, mood: "good" }));
  });
  await Promise.resolve();
  const command = { command: "drain" };
  const outcomes = await hub.order({ id: "x", command }, ["edge-1"], 60_000);
  assert.deepEqual(outcomes, [{ outcome: "done", detail: "done", count: 3 }]);
  assert.equal(hub.connected, 1);
});

Deno.test("The audit log has what became of an order, however long that was", async () => {
  await using manager = await startControlManager();
  using proxy = await joinAsProxy(manager.port, { commands: ["set_access"] });
  await manager.connected("edge-1");
  const rules = Array.from({ length: 100 }, (_, i) => `--allow 10.0.${i}.0/24`);
  const ordered = manager.order("set_access", { proxies: "all", rules });
  const { id } = await proxy.next();
  proxy.send({ type: "result", id, result: { ok: false, detail: "there are too many" } });
  assert.equal((await ordered).body.results[0].outcome, "failed");
  const [{ detail }] = (await manager.get("/api/audit")).entries;
  assert.match(detail, /^\{"rules":\["--allow 10\.0\.0\.0\/24",.*… there are too many$/);
  assert.ok(detail.length <= 300);
});

Deno.test("The manager counts orders that it does not give", async () => {
  const refused = (reason: string) => `rustproxy_http_refused_total{reason="${reason}"}`;
  await using manager = await startControlManager();
  const order = { proxies: ["edge-1"], order_id: "x" };
  assert.equal((await manager.order("drain", order)).status, 200);
  assert.equal((await manager.order("stop", order)).status, 409);
  assert.equal(await manager.metric(refused("id_taken")), 1);
  await using without = await startControlManager({ controlKey: undefined });
  assert.equal((await without.order("drain", order)).status, 409);
  assert.equal(await without.metric(refused("control_off")), 1);
});

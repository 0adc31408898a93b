import { strict as assert } from "node:assert";
import type { ChannelRefusal } from "../../../manager/control/figures.ts";
import { MAX_UNPROVEN_PER_CLIENT } from "../../../manager/control/hub.ts";
import { OTHER_KEY, startControlManager, startFakeProxy } from "../../support/control_channel.ts";
import { hello, joinAsProxy, type Json, NONCE, prove, RawEnd } from "../../support/control_wire.ts";
import { startHub } from "../../support/control_hub.ts";
import { eventually } from "../../support/eventually.ts";
import { catchLog } from "../../support/log_catcher.ts";

type Manager = Awaited<ReturnType<typeof startControlManager>>;

const refused = (manager: Manager, reason: string) =>
  manager.metric(`rustproxy_control_refused_total{reason="${reason}"}`);

/** A challenge, answered with what `proof` makes of the hello and the manager's nonce. */
async function answer(end: RawEnd, proof: (first: Json, nonce: string) => string): Promise<void> {
  const first = hello();
  end.send(first);
  const { nonce } = await end.next();
  end.send({ type: "proof", proof: proof(first, nonce as string) });
}

const misdeeds: [
  name: string,
  reason: ChannelRefusal,
  code: number,
  act: (end: RawEnd) => unknown,
][] = [
  ["a key that it does not know", "wrong_key", 4401, (end) => end.send(hello({}, OTHER_KEY))],
  [
    "a proof by another key",
    "wrong_key",
    4401,
    (end) => answer(end, (first, nonce) => prove("proxy", first, nonce, OTHER_KEY)),
  ],
  [
    "its own proof, sent back",
    "wrong_key",
    4401,
    (end) => answer(end, (first, nonce) => prove("manager", first, nonce)),
  ],
  [
    "a proof of another connection",
    "wrong_key",
    4401,
    (end) => answer(end, (first) => prove("proxy", first, NONCE)),
  ],
  [
    "a proof in another proxy's name",
    "wrong_key",
    4401,
    (end) => answer(end, (first, nonce) => prove("proxy", { ...first, proxy_id: "edge-2" }, nonce)),
  ],
  ["an old version", "unknown_version", 4426, (end) => end.send(hello({ v: 0 }))],
  ["a version to come", "unknown_version", 4426, (end) => end.send({ type: "hello", v: 2 })],
  ["garbage", "bad_message", 4400, (end) => end.send("\u0000{]")],
  ["bytes", "bad_message", 4400, (end) => end.sendBytes(new Uint8Array(9))],
  ["half a hello", "bad_message", 4400, (end) => end.send({ type: "hello", v: 1 })],
  ["a proof at first", "bad_message", 4400, (end) => end.send({ type: "proof", proof: NONCE })],
  [
    "too many commands",
    "bad_message",
    4400,
    (end) => end.send(hello({ commands: new Array(65).fill("drain") })),
  ],
  ["a message of 70 kB", "message_too_big", 1009, (end) => end.send("x".repeat(70_000))],
  ["nothing at all", "too_slow", 4408, () => {}],
  ["a hello, and then nothing", "too_slow", 4408, (end) => end.send(hello())],
];
for (const [name, reason, code, act] of misdeeds) {
  Deno.test(`Channel refuses ${name}, counts it and says so once`, async () => {
    using log = catchLog();
    // Who is too slow is so at once here, and who is anything else has all the time.
    await using manager = startHub({ proofMs: reason === "too_slow" ? 200 : 600_000 });
    const { hub } = manager;
    const attempt = async () => {
      using end = await RawEnd.join(manager.port);
      await act(end);
      return await end.closed;
    };
    assert.deepEqual(await Promise.all([attempt(), attempt()]), [code, code]);
    assert.deepEqual(hub.list(), []);
    await eventually("both are counted", () => hub.figures.refused[reason] === 2);
    const said = log.warnings().filter((line) => line.includes("control channel"));
    assert.equal(said.length, 1, said.join("\n"));
    assert.match(said[0], new RegExp(` as ${reason}: `));
  });
}

Deno.test("Channel refuses what is no answer once it is live", async () => {
  await using manager = startHub();
  const { hub } = manager;
  for (const message of [{ type: "result", id: "x" }, { type: "proof", proof: NONCE }, "null"]) {
    using end = await joinAsProxy(manager.port);
    await eventually("it is live", () => hub.connected === 1);
    end.send(message);
    assert.equal(await end.closed, 4400);
    await eventually("it is gone", () => hub.connected === 0);
  }
});

Deno.test("The control channel is for proxies, and only where the manager has a key", async () => {
  const upgrade = {
    ...{ upgrade: "websocket", connection: "upgrade", "sec-websocket-version": "13" },
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  const ask = async (port: number, headers: Record<string, string>) => {
    const lines = Object.entries({ host: `127.0.0.1:${port}`, ...headers });
    using conn = await Deno.connect({ hostname: "127.0.0.1", port });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    await conn.write(new TextEncoder().encode(`GET /control HTTP/1.1\r\n${head}\r\n`));
    const buffer = new Uint8Array(12);
    await conn.read(buffer);
    return new TextDecoder().decode(buffer).slice(9);
  };
  await using manager = await startControlManager();
  assert.equal(await ask(manager.port, upgrade), "101");
  assert.equal(await ask(manager.port, {}), "426");
  // Pages of others are refused before anything else is looked at; the manager's own come this far.
  for (const origin of ["http://evil.example", `http://127.0.0.1:${manager.port}`, "null"]) {
    assert.equal(await ask(manager.port, { ...upgrade, origin }), "403", origin);
  }
  assert.equal(await refused(manager, "page"), 1);
  await using without = await startControlManager({ controlKey: undefined });
  assert.equal(await ask(without.port, upgrade), "404");
  assert.deepEqual(await without.get("/api/control"), { enabled: false, proxies: [] });
  const { status, body } = await without.order("drain", { proxies: "all" });
  assert.deepEqual([status, body.error.code], [409, "control_off"]);
});

Deno.test("The control channel holds few who have proved nothing, and others pass", async () => {
  const clock = { ms: 0 };
  await using manager = startHub({ now: () => clock.ms });
  const { hub, port } = manager;
  const join = () => RawEnd.join(port);
  const ends = await Promise.all(Array.from({ length: MAX_UNPROVEN_PER_CLIENT }, join));
  assert.equal(hub.hasRoomFor("127.0.0.1"), false);
  assert.equal(hub.hasRoomFor("192.0.2.1"), true);
  const late = new WebSocket(`ws://127.0.0.1:${port}/control`);
  await new Promise((resolve) => late.onerror = resolve);
  assert.equal(hub.figures.refused.too_many_unproven, 1);
  clock.ms += 4_999;
  hub.tick(clock.ms);
  assert.equal(hub.hasRoomFor("127.0.0.1"), false, "they have five seconds");
  clock.ms++;
  hub.tick(clock.ms);
  assert.deepEqual(new Set(await Promise.all(ends.map(({ closed }) => closed))), new Set([4408]));
  await using proxy = startFakeProxy(port);
  await eventually("there is room again", () => proxy.client.isConnected);
});

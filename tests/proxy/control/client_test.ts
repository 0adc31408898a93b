import { strict as assert } from "node:assert";
import { MAX_RUNNING } from "../../../proxy/control/orders.ts";
import type { Shown } from "../../../proxy/control/shown.ts";
import {
  FAST,
  OTHER_KEY,
  startControlManager,
  startFakeProxy,
} from "../../support/control_channel.ts";
import {
  type Json,
  NONCE,
  prove,
  type RawEnd,
  startRawManager,
  welcome,
} from "../../support/control_wire.ts";
import { startCutter } from "../../support/cutter.ts";
import { eventually } from "../../support/eventually.ts";
import { catchLog } from "../../support/log_catcher.ts";
import { startTcp } from "../../support/tcp.ts";

const STOP = { type: "command", id: "x", command: { command: "stop" } };

const impostors: [name: string, why: RegExp, act: (end: RawEnd, first: Json) => unknown][] = [
  [
    "another key",
    /have not the same key/,
    (end, first) =>
      end.send({
        type: "challenge",
        nonce: NONCE,
        proof: prove("manager", first, NONCE, OTHER_KEY),
      }),
  ],
  [
    "the proxy's own proof, sent back",
    /have not the same key/,
    (end, first) =>
      end.send({ type: "challenge", nonce: NONCE, proof: prove("proxy", first, NONCE) }),
  ],
  [
    "a proof of another connection",
    /have not the same key/,
    (end, first) =>
      end.send({
        type: "challenge",
        nonce: NONCE,
        proof: prove("manager", { ...first, nonce: NONCE }, NONCE),
      }),
  ],
  ["no proof at all", /not of this protocol/, (end) => end.send({ type: "welcome" })],
  ["an order at once", /not of this protocol/, (end) => end.send(STOP)],
  ["garbage", /not of this protocol/, (end) => end.send("<html>")],
  ["bytes", /not of this protocol/, (end) => end.sendBytes(new Uint8Array(5))],
  ["a message that is too big", /too big/, (end) => end.send("x".repeat(200_000))],
  ["another version", /different versions/, (end) => end.close(4426)],
  ["an order where the welcome belongs", /not of this protocol/, async (end, first) => {
    end.send({ type: "challenge", nonce: NONCE, proof: prove("manager", first, NONCE) });
    await end.next();
    end.send(STOP);
  }],
  ["silence", /no answer in time/, () => {}],
];
for (const [name, why, act] of impostors) {
  Deno.test(`ControlClient does nothing for a manager with ${name}, and says so once`, async () => {
    using log = catchLog();
    let tries = 0;
    await using manager = startRawManager(async (end, first) => {
      tries++;
      await act(end, first);
    });
    const timing = { ...FAST, handshake: name === "silence" ? 300 : 60_000 };
    await using proxy = startFakeProxy(manager.port, { timing });
    await eventually("it has tried some times", () => tries >= 3);
    assert.deepEqual(proxy.told, []);
    assert.equal(proxy.client.isConnected, false);
    const said = log.warnings().filter((line) => line.includes("control channel"));
    assert.equal(said.length, 1, said.join("\n"));
    assert.match(said[0], why);
    assert.match(said[0], /is not there: .*; it is tried again$/);
  });
}

Deno.test("ControlClient says that what listens there is no manager", async () => {
  const table: [answer: string, why: RegExp][] = [
    ["HTTP/1.1 404 Not Found\r\n\r\n", /it has no control channel \(404\): it needs the key too/],
    ["HTTP/1.1 421 Misdirected\r\n\r\n", /does not answer to that name \(421\)/],
    ["HTTP/1.1 400 No\r\n\r\n", /answers 400, as a port does that speaks TLS: https:\/\/ asks so/],
    ["HTTP/1.1 503 No\r\n\r\n", /it has no room just now \(503\)/],
    ["HTTP/1.1 200 OK\r\n\r\n", /it answers 200/],
    ["HTTP/1.1 101 OK\r\nSec-WebSocket-Accept: AAAA\r\n\r\n", /does not speak WebSocket/],
    ["SSH-2.0-OpenSSH\r\n\r\n", /does not speak HTTP/],
    ["x".repeat(20_000), /its answer is too long/],
    ["", /it closed the connection/],
  ];
  for (const [answer, why] of table) {
    using log = catchLog();
    await using server = startTcp(async (conn) => {
      await conn.read(new Uint8Array(4096));
      await conn.write(new TextEncoder().encode(answer));
    });
    await using _ = startFakeProxy(server.port);
    const line = await eventually(answer.slice(0, 20), () => log.warnings()[0]);
    assert.match(line, why);
  }
});

Deno.test("ControlClient answers what it does not know, and does the rest", async () => {
  const answers: Json[] = [];
  await using manager = startRawManager(async (end, first) => {
    await welcome(end, first);
    const commands = [
      { command: "fly" },
      { command: "block_client", ip: "x", seconds: 1 },
      {
        command: "drain",
      },
      { command: "drain" },
      { command: "resume" },
    ];
    for (const [i, command] of commands.entries()) {
      // The last but one repeats an id, the last gives it to another command.
      end.send({ type: "command", id: i < 3 ? `id-${i}` : "id-2", command });
    }
    while (answers.length < commands.length) answers.push(await end.next());
  });
  await using proxy = startFakeProxy(manager.port);
  await eventually("all are answered", () => answers.length === 5);
  assert.deepEqual(proxy.told, [{ command: "drain" }]);
  const done = { type: "result", id: "id-2", result: { ok: true, detail: "done" } };
  assert.deepEqual(answers.filter(({ refused }) => !refused), [done, done]);
  const refused = answers.filter(({ refused }) => refused).map(({ result }) =>
    (result as Json).detail
  );
  assert.deepEqual(refused.sort(), [
    '"fly" is no command of this proxy',
    'not understood: Cannot parse ip "x": expected an address or address/bits ' +
    "such as 10.0.0.0/8 or fd00::/8",
    "this id was given to another command before",
  ]);
});

Deno.test("ControlClient sends as many long answers as it takes commands at a time", async () => {
  const ids = new Set<unknown>();
  await using manager = startRawManager(async (end, first) => {
    await welcome(end, first);
    for (let i = 0; i < MAX_RUNNING; i++) {
      end.send({ type: "command", id: `id-${i}`, command: { command: "show" } });
    }
    for (;;) ids.add((await end.next()).id);
  });
  const held = Promise.withResolvers<void>();
  const access = Array.from({ length: 600 }, () => "x".repeat(90));
  await using proxy = startFakeProxy(manager.port, {
    async execute() {
      await held.promise;
      return { ok: true, detail: "told", shown: { access } as unknown as Shown };
    },
  });
  await eventually("all are told", () => proxy.told.length === MAX_RUNNING);
  held.resolve();
  await eventually("all are answered", () => ids.size === MAX_RUNNING);
  assert.ok(proxy.client.isConnected);
  assert.equal(proxy.told.length, MAX_RUNNING, "by the first connection");
});

Deno.test("ControlClient leaves a manager that falls silent, and comes back", async () => {
  let joined = 0;
  await using server = startTcp(async (conn) => {
    // Takes everything and says nothing: no manager that lives is like that.
    joined++;
    const buffer = new Uint8Array(4096);
    while (await conn.read(buffer) !== null);
  });
  await using _ = startFakeProxy(server.port, { timing: { ...FAST, handshake: 100 } });
  await eventually("it has come again", () => joined >= 2);
});

Deno.test("ControlClient asks a silent manager for a sign of life, and leaves one that gives none", async () => {
  await using manager = await startControlManager();
  await using wire = startCutter(manager.port);
  let pings = 0;
  wire.onBytes = (bytes, way) => {
    // A client's ping: final, opcode 9, masked and empty.
    if (way === "up" && bytes.length === 6 && bytes[0] === 0x89) pings++;
    return true;
  };
  await using proxy = startFakeProxy(wire.port, {
    timing: { ...FAST, silence: 3_000, handshake: 1_500 },
  });
  await eventually("it is connected", () => proxy.client.isConnected);
  const { taken } = wire;
  await eventually("it has asked, and has been answered", () => pings >= 2);
  assert.equal(wire.taken, taken, "who answers is kept");
  wire.frozen = true;
  await eventually("it has left", () => !proxy.client.isConnected);
  wire.frozen = false;
  await eventually("it is back", () => proxy.client.isConnected);
  assert.ok(wire.taken > taken);
});

import { strict as assert } from "node:assert";
import type { AppDeps } from "../../manager/api/app.ts";
import type { FrontLimits } from "../../manager/http/front.ts";
import { HttpServer } from "../../manager/server.ts";
import { eventually, within } from "../support/eventually.ts";
import { setUpApp } from "../support/manager_app.ts";
import { CLOSE, frame, handshake, PING, PONG, RawViewer, TEXT } from "../support/raw_viewer.ts";
import { report, T0 } from "../support/reports.ts";
import { connectTo, readAll, readText, readUntil, send } from "../support/tcp.ts";

type SetUp = ReturnType<typeof setUpApp> & { server: HttpServer; port: number };

/** A manager's HTTP side on a port, whose viewers hear something when the test calls `live.flush()`. */
async function withViewers(
  overrides: Partial<AppDeps>,
  limits: Partial<FrontLimits>,
  test: (setUp: SetUp) => Promise<void>,
): Promise<void> {
  const setUp = setUpApp(overrides);
  const answer = (request: Request, client: unknown) => setUp.app.fetch(request, { client });
  const server = new HttpServer({ host: "127.0.0.1", port: 0 }, answer, limits);
  try {
    await test({ ...setUp, server, port: server.addr.port });
  } finally {
    setUp.live.stop();
    await server.stop();
  }
}

const subscribe = new TextEncoder().encode('{"type":"subscribe","proxy_id":"x"}');

Deno.test("GET /ws serves on a connection that was used before", async () => {
  await withViewers({}, {}, async ({ port }) => {
    using viewer = await RawViewer.join(
      port,
      "GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n",
    );
    assert.equal((await viewer.next()).opcode, TEXT);
    await viewer.send(TEXT, subscribe);
    const { payload } = await viewer.next();
    assert.match(new TextDecoder().decode(payload), /"type":"connections"/);
  });
});

Deno.test("GET /ws closes with 1009 before a message over 64 KB has come", async () => {
  const part = new Uint8Array(50_000).fill(32);
  const table: [name: string, bytes: Uint8Array[]][] = [
    ["one of 60 MB", [frame(TEXT, part, { length: 60 << 20 }), part, part]],
    ["one that never ends", [frame(TEXT, part, { fin: false }), frame(0, part, { fin: false })]],
    ["the longest of all", [frame(2, part, { length: Number.MAX_SAFE_INTEGER })]],
  ];
  for (const [name, pieces] of table) {
    await withViewers({}, { linger: 200 }, async ({ live, port, server }) => {
      using viewer = await RawViewer.join(port);
      for (const bytes of pieces) await send(viewer.conn, bytes);
      assert.equal(await within(name, viewer.closeCode()), 1009, name);
      await within("the connection ends", readAll(viewer.conn).catch(() => {}));
      assert.equal(live.viewers, 0, name);
      assert.equal(server.refusals.counts.message_too_big, 1, name);
    });
  }
});

Deno.test("GET /ws refuses what comes before its answer, and other versions of the protocol", async () => {
  await withViewers({}, {}, async ({ live, port }) => {
    const early = new Uint8Array([
      ...new TextEncoder().encode(handshake(port)),
      ...frame(TEXT, subscribe),
    ]);
    const old = handshake(port).replace("Version: 13", "Version: 12");
    const table: [bytes: string | Uint8Array, answer: RegExp][] = [
      [early, /^HTTP\/1\.1 400 .*bad_upgrade/s],
      [old, /^HTTP\/1\.1 426 .*sec-websocket-version: 13/si],
      [handshake(port).replace("Version: 13", "Versio: 13"), /^HTTP\/1\.1 400 .*bad_upgrade/s],
    ];
    for (const [bytes, answer] of table) {
      using conn = await connectTo(port);
      await send(conn, bytes);
      assert.match(await readUntil(conn, (text) => text.includes("}}")), answer);
    }
    assert.equal(live.viewers, 0);
  });
});

Deno.test("GET /ws pings a silent viewer, and ends the one that does not answer", async () => {
  await withViewers({ viewerTimeoutS: 1 }, {}, async ({ live, port }) => {
    using answering = await RawViewer.join(port);
    using mute = await RawViewer.join(port);
    await eventually("both are connected", () => live.viewers === 2);
    let pings = 0;
    const answers = (async () => {
      while (pings < 4) {
        const { opcode, payload } = await answering.next();
        assert.notEqual(opcode, CLOSE, "one that answers is kept");
        if (opcode !== PING) continue;
        pings++;
        await answering.send(PONG, payload);
      }
    })();
    const seen: number[] = [];
    const end = (async () => {
      while (seen.at(-1) !== CLOSE) seen.push((await mute.next()).opcode);
    })().catch(() => {});
    await within("the mute one is gone", end);
    assert.ok(seen.includes(PING), "it was asked before");
    await within("the other one is pinged on", answers);
    await eventually("only the mute one is gone", () => live.viewers === 1);
  });
});

Deno.test("GET /ws answers pings", async () => {
  await withViewers({}, {}, async ({ port }) => {
    using viewer = await RawViewer.join(port);
    assert.equal((await viewer.next()).opcode, TEXT);
    const payload = new TextEncoder().encode("are you there?");
    await viewer.send(PING, payload);
    assert.deepEqual(await viewer.next(), { opcode: PONG, payload });
  });
});

Deno.test("GET /ws cuts a viewer that does not read, and nobody else", async () => {
  await withViewers({}, { stall: 500 }, async ({ registry, live, port, server }) => {
    using reading = await RawViewer.join(port);
    using deaf = await RawViewer.join(port);
    let got = 0;
    const reads = (async () => {
      for (;;) got += (await reading.next()).payload.length;
    })().catch(() => {});
    await eventually("both are connected", () => live.viewers === 2);
    for (let i = 0; i < 4000; i++) registry.apply(report({ proxy_id: `proxy-${i}` }), T0);
    let seq = 1;
    await eventually("the deaf one is cut", () => {
      for (let i = 0; i < 4000; i++) registry.apply(report({ proxy_id: `proxy-${i}`, seq }), T0);
      seq++;
      live.flush();
      return server.refusals.counts.slow_viewer === 1;
    });
    await eventually("it counts no more", () => live.viewers === 1);
    assert.ok(got > 1_000_000, "the other one went on reading");
    await readText(deaf.conn).catch(() => {});
    reading.conn.close();
    await reads;
  });
});

Deno.test("GET /ws serves 500 viewers, each with the snapshot and every delta", async () => {
  await withViewers({}, {}, async ({ registry, live, port }) => {
    for (let i = 0; i < 20; i++) registry.apply(report({ proxy_id: `proxy-${i}` }), T0);
    const got: number[][] = [];
    const sockets = Array.from({ length: 500 }, (_, viewer) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
      const seqs: number[] = got[viewer] = [];
      socket.onmessage = ({ data }) => seqs.push(Number(/"seq":(\d+)/.exec(data)?.[1]));
      return { socket, closed: new Promise((resolve) => socket.onclose = resolve) };
    });
    await eventually("all are connected", () => live.viewers === 500, 60_000);
    for (let seq = 1; seq <= 3; seq++) {
      registry.apply(report({ proxy_id: "proxy-0", seq }), T0);
      live.flush();
    }
    await eventually("all have all of it", () => got.every((seqs) => seqs.at(-1) === 3), 60_000);
    for (const seqs of got) assert.deepEqual(seqs, [0, 1, 2, 3]);
    for (const { socket } of sockets) socket.close();
    await Promise.all(sockets.map(({ closed }) => closed));
    await eventually("all are gone", () => live.viewers === 0, 60_000);
  });
});

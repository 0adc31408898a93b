import { strict as assert } from "node:assert";
import { headEnds } from "../support/http.ts";
import { startTestProxy } from "../support/proxy.ts";
import {
  connectTo,
  echo,
  readAll,
  readExactly,
  readUntil,
  send,
  startTcp,
} from "../support/tcp.ts";
import { flagsFor, MODES, openTunnel } from "../support/tunnel.ts";

const RATE = "1M";
const SIZE = 600_000;
/** What SIZE takes at least: a limit may let a fifth of a second's bytes pass at once. */
const LEAST_MS = 400;

/** Fails if that was done faster than the limit allows; however slow the machine, it cannot fail otherwise. */
async function noFasterThan(ms: number, run: () => Promise<void>): Promise<void> {
  const startedAt = performance.now();
  await run();
  const took = performance.now() - startedAt;
  assert.ok(took >= ms, `${took} ms`);
}

for (const mode of MODES) {
  for (const flag of ["bandwidth", "bandwidthPerConnection"]) {
    Deno.test(`${flag} slows a tunnel in ${mode} mode both ways, and loses no byte`, async () => {
      const data = crypto.getRandomValues(new Uint8Array(60_000));
      const all = new Uint8Array(SIZE);
      for (let at = 0; at < SIZE; at += data.length) all.set(data, at);
      await using server = startTcp(echo);
      await using proxy = startTestProxy(mode, {
        ...flagsFor(mode, server.address),
        [flag]: RATE,
      });
      using conn = await openTunnel(mode, proxy, server.port);
      await noFasterThan(LEAST_MS, async () => {
        const sending = send(conn, all).then(() => conn.closeWrite());
        const got = await readAll(conn);
        await sending;
        assert.deepEqual(got, all);
      });
      const report = await proxy.report(
        "it ended",
        (report) => report.total_connections === 1 && report.active_connections === 0,
      );
      assert.deepEqual([report.total_bytes_sent, report.total_bytes_received], [SIZE, SIZE]);
    });
  }
}

const body = "~".repeat(SIZE);
const responses: [title: string, response: string][] = [
  ["with a length", `HTTP/1.1 200 OK\r\nContent-Length: ${SIZE}\r\n\r\n${body}`],
  [
    "in chunks",
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${
      SIZE.toString(16)
    }\r\n${body}\r\n0\r\n\r\n`,
  ],
  ["until the end", `HTTP/1.1 200 OK\r\n\r\n${body}`],
];
for (const [title, response] of responses) {
  Deno.test(`bandwidthPerConnection slows a response ${title}`, async () => {
    await using origin = startTcp(async (conn) => {
      await readUntil(conn, headEnds);
      await send(conn, response);
    });
    await using proxy = startTestProxy("http", { bandwidthPerConnection: RATE });
    using conn = await connectTo(proxy.port);
    await noFasterThan(LEAST_MS, async () => {
      await send(
        conn,
        `GET http://${origin.address}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      const answer = new TextDecoder().decode(await readAll(conn));
      assert.equal(answer.replace(/[^~]/g, "").length, SIZE);
    });
  });
}

Deno.test("bandwidthPerConnection slows a request's body", async () => {
  await using origin = startTcp(async (conn) => {
    const head = await readUntil(conn, headEnds);
    await readExactly(conn, SIZE - head.split("\r\n\r\n")[1].length);
    await send(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  await using proxy = startTestProxy("http", { bandwidthPerConnection: RATE });
  using conn = await connectTo(proxy.port);
  await noFasterThan(LEAST_MS, async () => {
    const head =
      `POST http://${origin.address}/ HTTP/1.1\r\nHost: x\r\nContent-Length: ${SIZE}\r\n\r\n`;
    await Promise.all([send(conn, head + body), readUntil(conn, headEnds)]);
  });
});

Deno.test("bandwidth slows many small responses on kept connections too", async () => {
  const piece = 20_000;
  const response = `HTTP/1.1 200 OK\r\nContent-Length: ${piece}\r\n\r\n${body.slice(0, piece)}`;
  await using origin = startTcp(async (conn) => {
    for (;;) {
      await readUntil(conn, headEnds);
      await send(conn, response);
    }
  });
  await using proxy = startTestProxy("http", { bandwidth: RATE });
  using conn = await connectTo(proxy.port);
  await noFasterThan(LEAST_MS, async () => {
    for (let i = 0; i < SIZE / piece; i++) {
      await send(conn, `GET http://${origin.address}/ HTTP/1.1\r\nHost: x\r\n\r\n`);
      await readUntil(conn, (text) => text.endsWith("~".repeat(piece)));
    }
  });
  assert.equal(origin.accepted.length, 1);
});

for (const mode of MODES) {
  Deno.test(`stop cuts a throttled connection in ${mode} mode that outlasts the drain timeout`, async () => {
    await using server = startTcp(async (conn) => await send(conn, new Uint8Array(1 << 20)));
    await using proxy = startTestProxy(mode, {
      ...flagsFor(mode, server.address),
      bandwidth: "1k",
      drainTimeout: "0.1",
    });
    using conn = await openTunnel(mode, proxy, server.port);
    await conn.read(new Uint8Array(1));
    await proxy.proxy.stop();
    const report = await proxy.report("it is told", (report) => report.state === "stopped");
    assert.equal(report.active_connections, 0);
    assert.ok(report.total_bytes_received < 1 << 20);
  });
}

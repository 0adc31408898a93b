import { strict as assert } from "node:assert";
import { createHttpHandler } from "../../proxy/http/handler.ts";
import { UpstreamPool } from "../../proxy/http/pool.ts";
import { BufferPool } from "../../proxy/net/buffer.ts";
import { createDial } from "../../proxy/net/dial.ts";
import { Session } from "../../proxy/net/session.ts";
import { Bandwidth } from "../../proxy/net/throttle.ts";
import { proxyOptionsSchema } from "../../proxy/options.ts";
import { Collector } from "../../proxy/stats/collector.ts";
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

Deno.test("bandwidthPerConnection lets http take no more from either side than may go out soon", async () => {
  const size = 40_000;
  const large = "~".repeat(size);
  await using origin = startTcp(async (conn) => {
    const head = await readUntil(conn, headEnds);
    await readExactly(conn, size - head.split("\r\n\r\n")[1].length);
    await send(conn, `HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n${large}`);
  });
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [client, accepted] = await Promise.all([
    connectTo(listener.addr.port),
    listener.accept(),
  ]);
  const taken: Record<"client" | "origin", number[]> = { client: [], origin: [] };
  const pool = new BufferPool();
  const dial = createDial({ timeout: 5 });
  const handler = createHttpHandler({
    auth: null,
    dial: async (address, waiter) => watched(await dial(address, waiter), taken.origin),
    pool,
    upstreams: new UpstreamPool(pool),
    via: "test",
    rules: proxyOptionsSchema.parse({ mode: "http" }).http,
    count: () => {},
  });
  const bandwidth = new Bandwidth({ bandwidth: null, bandwidthPerConnection: 100_000 });
  const session = new Session(
    watched(accepted, taken.client),
    new Collector().open("127.0.0.1", 1),
    bandwidth.throttle(),
  );
  const handling = handler(session);
  const head =
    `POST http://${origin.address}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${size}`;
  await Promise.all([
    send(client, `${head}\r\n\r\n${large}`),
    readUntil(client, (text) => text.endsWith(large)),
  ]);
  client.close();
  await handling;
  session.close();
  for (const sizes of Object.values(taken)) {
    assert.ok(sizes.reduce((a, b) => a + b) >= size);
    assert.ok(Math.max(...sizes) <= 5000, `${Math.max(...sizes)} bytes at once`);
  }
});

/** The connection, with the sizes of what is read from it noted. */
function watched(conn: Deno.TcpConn, sizes: number[]): Deno.TcpConn {
  const read = conn.read.bind(conn);
  conn.read = async (into) => {
    const n = await read(into);
    if (n !== null) sizes.push(n);
    return n;
  };
  return conn;
}

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

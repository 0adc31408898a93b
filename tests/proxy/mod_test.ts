import { strict as assert } from "node:assert";
import { ListenError } from "../../proxy/net/address.ts";
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

Deno.test("startProxy names the port that is taken", async () => {
  await using taken = startTcp(echo);
  assert.throws(() => startTestProxyOn(taken.address), (error) => {
    assert.ok(error instanceof ListenError);
    assert.equal(error.message, `Cannot listen on tcp ${taken.address}: the port is in use`);
    return true;
  });
});

Deno.test("startProxy gives the system the backlog", async () => {
  const { listen } = Deno;
  const seen: unknown[] = [];
  Deno.listen = ((options: Parameters<typeof listen>[0]) => {
    seen.push((options as { tcpBacklog?: number }).tcpBacklog);
    return listen(options);
  }) as typeof listen;
  try {
    await using _ = startTestProxy("http", { backlog: "7" });
    await using __ = startTestProxy("http");
  } finally {
    Deno.listen = listen;
  }
  assert.deepEqual(seen, [7, 511]);
});

Deno.test("stop lets a transfer finish, refuses new connections and reports a last time", async () => {
  await using server = startTcp(echo);
  await using test = startTestProxy("tcp", { target: server.address, drainTimeout: "30" });
  using conn = await connectTo(test.port);
  await send(conn, "before");
  await readExactly(conn, 6);
  const stopped = test.proxy.stop();
  await test.report("the drain is reported", (report) => report.state === "draining");
  await assert.rejects(connectTo(test.port), Deno.errors.ConnectionRefused);
  await send(conn, "after");
  assert.equal(new TextDecoder().decode(await readExactly(conn, 5)), "after");
  await conn.closeWrite();
  assert.equal((await readAll(conn)).length, 0);
  await stopped;
  const last = await test.report("the stop is reported", (report) => report.state === "stopped");
  assert.equal(last.total_bytes_sent, 11);
  assert.equal(last.active_connections, 0);
  assert.equal(last.total_connections, 1);
});

Deno.test("stop cuts what outlasts the drain timeout", async () => {
  await using server = startTcp(echo);
  await using test = startTestProxy("tcp", { target: server.address, drainTimeout: "0.1" });
  using conn = await connectTo(test.port);
  await send(conn, "x");
  await readExactly(conn, 1);
  const [rest] = await Promise.all([readAll(conn), test.proxy.stop()]);
  assert.equal(rest.length, 0);
  const cut = await test.report(
    "the cut connection is reported with its reason",
    (report) => report.kind === "connections" && report.connections[0]?.[10] === "drain_timeout",
  );
  assert.equal(cut.state, "stopped");
});

Deno.test("stop ends an idle keep-alive connection at once and a busy one after its response", async () => {
  const release = Promise.withResolvers<void>();
  await using origin = startTcp(async (conn) => {
    for (;;) {
      const head = await readUntil(conn, (text) => text.includes("\r\n\r\n"));
      if (head.includes("/slow")) await release.promise;
      await send(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
  });
  await using test = startTestProxy("http", { drainTimeout: "30" });
  const request = (path: string) =>
    `GET http://${origin.address}${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  using idle = await connectTo(test.port);
  await send(idle, request("/fast"));
  await readUntil(idle, (text) => text.endsWith("ok"));
  using busy = await connectTo(test.port);
  await send(busy, request("/slow"));
  await test.report("both are reported", (report) => report.active_connections === 2);
  const stopped = test.proxy.stop();
  assert.equal((await readAll(idle)).length, 0);
  release.resolve();
  const answer = new TextDecoder().decode(await readAll(busy));
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n.*\r\nConnection: close\r\n.*ok$/s);
  await stopped;
});

Deno.test("stop cancels a dial that outlasts the drain timeout", async () => {
  let dialled = 0;
  await using test = startTestProxy("tcp", { target: "127.0.0.1:9", drainTimeout: "0" }, {
    dial: (_, waiter) =>
      new Promise((_, reject) => {
        dialled++;
        waiter.cancel = () => reject(new Error("cancelled"));
      }),
  });
  using conn = await connectTo(test.port);
  await test.report("the dial is under way", () => dialled === 1);
  await test.proxy.stop();
  assert.equal((await readAll(conn)).length, 0);
});

function startTestProxyOn(listen: string) {
  return startTestProxy("http", { listen });
}

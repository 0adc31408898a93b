import { strict as assert } from "node:assert";
import { ConnectionLimits, Permit } from "../../proxy/limits.ts";
import { Sessions } from "../../proxy/sessions.ts";
import { Collector } from "../../proxy/stats/collector.ts";
import type { Mode } from "../../proxy/options.ts";
import type { Datagram } from "../../proxy/stats/report.ts";
import { eventually } from "../support/eventually.ts";
import { converse, headEnds, OK } from "../support/http.ts";
import { startTestProxy, type TestProxy } from "../support/proxy.ts";
import {
  closedPort,
  connectTo,
  echo,
  readAll,
  readExactly,
  readText,
  readUntil,
  send,
  startTcp,
} from "../support/tcp.ts";
import { flagsFor, MODES, openTunnel } from "../support/tunnel.ts";

/** Long enough, in seconds, for what is not idle to answer on a machine that is busy with other tests. */
const IDLE = "2";

/** What comes of a connection that the proxy does not take: it ends without a byte. */
async function isRejected(port: number, hostname?: string): Promise<boolean> {
  using conn = await connectTo(port, hostname);
  const end = await conn.read(new Uint8Array(1)).catch(() => null);
  return end === null;
}

async function echoes(conn: Deno.TcpConn): Promise<void> {
  await send(conn, "ping");
  assert.equal(new TextDecoder().decode(await readExactly(conn, 4)), "ping");
}

/** Passes something through a new connection; throws if that is not taken. */
async function serves(mode: Mode, proxy: TestProxy, port: number): Promise<true> {
  using conn = await openTunnel(mode, proxy, port);
  await echoes(conn);
  return true;
}

/** The report's counter for this reason. */
function reason(report: Datagram, name: string): number {
  return report.kind === "detail" ? report.reasons[name] ?? 0 : 0;
}

/** Waits until the only connection is reported as ended, and tells how. */
async function endOf(proxy: TestProxy): Promise<{ state: string; reason: string }> {
  const report = await proxy.report(
    "the end is reported",
    (report) => report.kind === "connections" && /closed|failed/.test(report.connections[0]?.[8]),
  );
  assert.ok(report.kind === "connections");
  return { state: report.connections[0][8], reason: report.connections[0][10] };
}

for (const mode of MODES) {
  Deno.test(`--max-connections in ${mode} mode closes the next at once, and takes one when a place is free`, async () => {
    await using server = startTcp(echo);
    await using proxy = startTestProxy(mode, {
      ...flagsFor(mode, server.address),
      maxConnections: "2",
    });
    using first = await openTunnel(mode, proxy, server.port);
    const second = await openTunnel(mode, proxy, server.port);
    assert.equal(await isRejected(proxy.port), true);
    assert.equal(await isRejected(proxy.port), true);
    const report = await proxy.report(
      "the rejections are counted",
      (report) => reason(report, "max_connections") === 2,
    );
    assert.equal(report.rejected_connections, 2);
    assert.equal(report.total_connections, 2);
    assert.equal(report.active_connections, 2);
    assert.equal(report.failed_connections, 0);
    await echoes(first);
    await echoes(second);
    second.close();
    await eventually("a place is free again", () => serves(mode, proxy, server.port));
  });

  Deno.test(`--max-connections-per-client in ${mode} mode counts each address for itself`, async () => {
    await using server = startTcp(echo);
    await using proxy = startTestProxy(mode, {
      ...flagsFor(mode, server.address),
      listen: "[::]:0",
      maxConnectionsPerClient: "1",
    });
    const first = await openTunnel(mode, proxy, server.port);
    assert.equal(await isRejected(proxy.port), true);
    // Another address, for which there is a place.
    const silent = await connectTo(proxy.port, "::1");
    await proxy.report("both are open", (report) => report.active_connections === 2);
    assert.equal(await isRejected(proxy.port, "::1"), true);
    const report = await proxy.report(
      "the rejections are counted",
      (report) => reason(report, "max_connections_per_client") === 2,
    );
    assert.deepEqual([report.rejected_connections, report.total_connections], [2, 2]);
    await echoes(first);
    first.close();
    await eventually("the place is free again", () => serves(mode, proxy, server.port));
    silent.close();
  });

  Deno.test(`--accept-rate in ${mode} mode closes what comes too fast, and takes it later`, async () => {
    await using server = startTcp(echo);
    await using proxy = startTestProxy(mode, {
      ...flagsFor(mode, server.address),
      acceptRate: "1",
    });
    const one = () => serves(mode, proxy, server.port);
    assert.equal(await one(), true);
    // Not necessarily the next one: on a slow machine a second may have passed.
    await eventually("one is rejected", () => one().then(() => false, () => true));
    const report = await proxy.report(
      "the rejection is counted",
      (report) => reason(report, "accept_rate") >= 1,
    );
    assert.ok(report.rejected_connections >= 1);
    await eventually("one is taken again", one);
  });

  Deno.test(`--idle-timeout in ${mode} mode closes both sides of a tunnel on which nothing moves`, async () => {
    const targetEnded = Promise.withResolvers<number>();
    await using server = startTcp(async (conn) => {
      await send(conn, "hello");
      targetEnded.resolve((await readAll(conn)).length);
    });
    await using proxy = startTestProxy(mode, {
      ...flagsFor(mode, server.address),
      idleTimeout: IDLE,
    });
    using conn = await openTunnel(mode, proxy, server.port);
    assert.equal((await readAll(conn)).length, 5);
    assert.equal(await targetEnded.promise, 0);
    assert.deepEqual(await endOf(proxy), { state: "closed", reason: "idle_timeout" });
  });
}

Deno.test("--idle-timeout answers 504 for an origin that does not, and the client's connection goes on", async () => {
  await using origin = startTcp(async (conn) => {
    const head = await readUntil(conn, headEnds);
    if (head.startsWith("GET /end ")) return await send(conn, OK);
    assert.equal((await readAll(conn)).length, 0);
  });
  await using proxy = startTestProxy("http", { idleTimeout: IDLE });
  using conn = await connectTo(proxy.port);
  await send(conn, `GET http://${origin.address}/ HTTP/1.1\r\nHost: x\r\n\r\n`);
  const answer = await readUntil(conn, (text) => text.endsWith("in time\n"));
  assert.match(answer, /^HTTP\/1\.1 504 .*\r\nProxy-Status: \S+; error=http_response_timeout\r\n/s);
  await send(
    conn,
    `GET http://${origin.address}/end HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  );
  assert.match(await readText(conn), /^HTTP\/1\.1 200 /);
  assert.deepEqual(await endOf(proxy), { state: "closed", reason: "done" });
  const report = await proxy.report("it is counted", (report) => report.kind === "detail");
  assert.deepEqual(report.kind === "detail" && report.reasons, { response_timeout: 1 });
});

Deno.test("--idle-timeout answers 408 to a client that does not go on with its body", async () => {
  await using origin = startTcp(async (conn) => {
    await readAll(conn);
  });
  await using proxy = startTestProxy("http", { idleTimeout: IDLE });
  const answer = await converse(
    proxy,
    `POST http://${origin.address}/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc`,
  );
  assert.match(answer, /^HTTP\/1\.1 408 .*\r\nConnection: close\r\n/s);
  assert.deepEqual(await endOf(proxy), { state: "failed", reason: "request_timeout" });
});

Deno.test("--idle-timeout cuts an answer that has begun, so that it does not look complete", async () => {
  await using origin = startTcp(async (conn) => {
    await readUntil(conn, headEnds);
    await send(conn, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n");
    await readAll(conn);
  });
  await using proxy = startTestProxy("http", { idleTimeout: IDLE });
  const answer = await converse(
    proxy,
    `GET http://${origin.address}/ HTTP/1.1\r\nHost: x\r\n\r\n`,
  );
  assert.match(answer, /^HTTP\/1\.1 200 .*\r\n2\r\nab\r\n$/s);
  assert.deepEqual(await endOf(proxy), { state: "closed", reason: "idle_timeout" });
});

Deno.test("A connection is rejected although the client sends at once", async () => {
  await using server = startTcp(echo);
  await using proxy = startTestProxy("tcp", { target: server.address, maxConnections: "1" });
  using held = await openTunnel("tcp", proxy, server.port);
  await echoes(held);
  using conn = await connectTo(proxy.port);
  await send(conn, "x".repeat(1000)).catch(() => {});
  const end = await conn.read(new Uint8Array(1)).catch(() => null);
  assert.equal(end, null);
  assert.equal(server.accepted.length, 1);
});

Deno.test("A dial that fails gives its place back", async () => {
  await using proxy = startTestProxy("tcp", {
    target: `127.0.0.1:${closedPort()}`,
    maxConnections: "1",
  });
  for (let i = 1; i <= 5; i++) {
    await eventually("a connection is taken", async () => {
      assert.equal(await isRejected(proxy.port), true);
      await proxy.report("it has failed", (report) => report.failed_connections >= i);
      return true;
    });
  }
  const report = await proxy.report(
    "all ended",
    (report) => report.failed_connections >= 5 && report.active_connections === 0,
  );
  assert.equal(report.total_connections, report.failed_connections);
});

Deno.test("Sessions.tick lets the limits forget clients", () => {
  let now = 0;
  const acceptRate = { maxConnections: 1, maxConnectionsPerClient: null, acceptRate: 1 };
  const connections = new ConnectionLimits(acceptRate, () => now);
  const limits = { connections, bandwidth: null, idleTimeout: 0, trusted: [], gate: null };
  const sessions = new Sessions(() => Promise.resolve("done"), new Collector(), limits);
  assert.ok(connections.admit("192.0.2.1") instanceof Permit);
  sessions.tick(0);
  assert.equal(connections.clients, 1);
  now = 1000;
  sessions.tick(0);
  assert.equal(connections.clients, 0);
});

Deno.test("Limits by client count those whom PROXY protocol headers tell, not who sends them", async () => {
  await using server = startTcp(echo);
  await using proxy = startTestProxy("tcp", {
    target: server.address,
    acceptProxy: "127.0.0.1",
    maxConnectionsPerClient: "1",
  });
  const from = async (client: string) => {
    const conn = await connectTo(proxy.port);
    await send(conn, `PROXY TCP4 ${client} 192.0.2.100 1000 80\r\n`);
    return conn;
  };
  const first = await from("192.0.2.1");
  await echoes(first);
  using other = await from("192.0.2.2");
  await echoes(other);
  using second = await from("192.0.2.1");
  assert.equal(await second.read(new Uint8Array(1)), null);
  // Its record was open by then, so it counts as failed.
  const report = await proxy.report(
    "it is counted",
    (report) => reason(report, "max_connections_per_client") === 1,
  );
  assert.deepEqual(
    [report.failed_connections, report.rejected_connections, report.total_connections],
    [1, 0, 3],
  );
  first.close();
  await eventually("the place is free again", async () => {
    using again = await from("192.0.2.1");
    await echoes(again);
    return true;
  });
});

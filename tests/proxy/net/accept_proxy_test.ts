import { strict as assert } from "node:assert";
import { acceptProxy } from "../../../proxy/net/accept_proxy.ts";
import { BufferPool } from "../../../proxy/net/buffer.ts";
import { parseCidr } from "../../../proxy/net/cidr.ts";
import { encodeProxyHeader, type Endpoints } from "../../../proxy/net/proxy_protocol.ts";
import { Session } from "../../../proxy/net/session.ts";
import { LiveConnection } from "../../../proxy/stats/collector.ts";
import type { Datagram } from "../../../proxy/stats/report.ts";
import { startOrigin } from "../../support/http.ts";
import { startTestProxy, type TestProxy } from "../../support/proxy.ts";
import {
  connectTo,
  echo,
  readAll,
  readExactly,
  readText,
  readUntil,
  send,
  startTcp,
} from "../../support/tcp.ts";

const TRUSTED = { acceptProxy: "127.0.0.0/8" };
/** For http and socks5: the client that the header tells is not on loopback, the targets are. */
const TO_LOCAL = { ...TRUSTED, access: ["--allow-target local"] };
const REAL: Endpoints = {
  source: { host: "203.0.113.9", port: 4711 },
  destination: { host: "198.51.100.1", port: 443 },
};
const V1 = encodeProxyHeader("v1", REAL);
const V2 = encodeProxyHeader("v2", REAL);

const join = (...parts: (string | Uint8Array)[]) =>
  Uint8Array.from(parts.flatMap((part) => [
    ...typeof part === "string" ? new TextEncoder().encode(part) : part,
  ]));

/** The reported client of the proxy's first connection. */
async function client(
  proxy: TestProxy,
  is: (record: (Datagram & { kind: "connections" })["connections"][0]) => boolean,
): Promise<string> {
  const report = await proxy.report(
    "the connection is reported",
    (report) => report.kind === "connections" && report.connections.some(is),
  );
  assert.ok(report.kind === "connections");
  const [, ip, port] = report.connections.find(is)!;
  return `${ip} ${port}`;
}

const ended = (record: { [8]: string }) => record[8] === "closed" || record[8] === "failed";

for (const [version, header] of [["v1", V1], ["v2", V2]] as const) {
  Deno.test(`accept-proxy takes ${version} with the first bytes behind it in tcp mode`, async () => {
    await using server = startTcp(echo);
    await using proxy = startTestProxy("tcp", { target: server.address, ...TRUSTED });
    using conn = await connectTo(proxy.port);
    await send(conn, join(header, "early"));
    await send(conn, "late");
    await conn.closeWrite();
    assert.equal(await readText(conn), "earlylate");
    assert.equal(await client(proxy, ended), "203.0.113.9 4711");
    assert.equal(proxy.reports.at(-1)!.total_bytes_sent, 9);
  });

  Deno.test(`accept-proxy takes ${version} byte by byte in http mode`, async () => {
    await using origin = startOrigin("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    await using proxy = startTestProxy("http", TO_LOCAL);
    using conn = await connectTo(proxy.port);
    conn.setNoDelay(true);
    for (const byte of header) await send(conn, Uint8Array.of(byte));
    await send(
      conn,
      `GET http://${origin.address}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    assert.match(await readText(conn), /^HTTP\/1\.1 200 OK\r\n.*ok$/s);
    assert.equal(await client(proxy, ended), "203.0.113.9 4711");
  });

  Deno.test(`accept-proxy takes ${version} and a greeting in one piece in socks5 mode`, async () => {
    await using server = startTcp(echo);
    await using proxy = startTestProxy("socks5", TO_LOCAL);
    using conn = await connectTo(proxy.port);
    const target = [5, 1, 0, 1, 127, 0, 0, 1, server.port >> 8, server.port & 255];
    await send(conn, join(header, Uint8Array.of(5, 1, 0), Uint8Array.from(target), "ping"));
    await conn.closeWrite();
    assert.deepEqual([...await readExactly(conn, 2)], [5, 0]);
    assert.equal((await readExactly(conn, 10))[1], 0);
    assert.equal(await readText(conn), "ping");
    assert.equal(await client(proxy, ended), "203.0.113.9 4711");
  });

  Deno.test(`accept-proxy hands the client of ${version} on to the target`, async () => {
    const target = startTcp(async (conn) => await send(conn, await readUntil(conn, endsLine)));
    await using server = target;
    const flags = { target: server.address, proxyProtocol: "v1" as const, ...TRUSTED };
    await using proxy = startTestProxy("tcp", flags);
    using conn = await connectTo(proxy.port);
    await send(conn, header);
    assert.equal(await readText(conn), new TextDecoder().decode(V1));
  });
}

Deno.test("accept-proxy takes the longest header, with more behind it than a small buffer holds", async () => {
  await using server = startTcp(echo);
  await using proxy = startTestProxy("tcp", { target: server.address, ...TRUSTED });
  const header = join(V2.subarray(0, 14), Uint8Array.of(0x0f, 0xf0), V2.subarray(16));
  const data = crypto.getRandomValues(new Uint8Array(20_000));
  using conn = await connectTo(proxy.port);
  const sending = send(conn, join(header, new Uint8Array(4096 - header.length), data))
    .then(() => conn.closeWrite());
  assert.deepEqual(await readAll(conn), data);
  await sending;
  assert.equal(await client(proxy, ended), "203.0.113.9 4711");
});

const endsLine = (text: string) => text.endsWith("\r\n");

Deno.test("accept-proxy takes a header from nobody but the trusted", async () => {
  await using server = startTcp(echo);
  const flags = { target: server.address, acceptProxy: "192.0.2.0/24,::1" };
  await using proxy = startTestProxy("tcp", flags);
  using conn = await connectTo(proxy.port);
  await send(conn, join(V1, "x"));
  await conn.closeWrite();
  assert.equal(await readText(conn), new TextDecoder().decode(V1) + "x");
  assert.equal(await client(proxy, ended), `127.0.0.1 ${conn.localAddr.port}`);
});

for (const [what, header] of [["v1 UNKNOWN", "v1"], ["v2 LOCAL", "v2"]] as const) {
  Deno.test(`accept-proxy keeps the real peer with ${what}`, async () => {
    await using server = startTcp(echo);
    await using proxy = startTestProxy("tcp", { target: server.address, ...TRUSTED });
    using conn = await connectTo(proxy.port);
    await send(conn, join(encodeProxyHeader(header, null), "x"));
    await conn.closeWrite();
    assert.equal(await readText(conn), "x");
    assert.equal(await client(proxy, ended), `127.0.0.1 ${conn.localAddr.port}`);
  });
}

for (
  const [what, bytes] of [
    ["none", "GET / HTTP/1.1\r\n\r\n"],
    ["one that is wrong", "PROXY TCP4 1.2.3.4\r\n"],
    ["half of one", "PROXY TCP4 1.2.3.4 "],
  ]
) {
  Deno.test(`accept-proxy ends a trusted connection with ${what}, and counts it`, async () => {
    await using server = startTcp(echo);
    await using proxy = startTestProxy("tcp", { target: server.address, ...TRUSTED });
    using conn = await connectTo(proxy.port);
    await send(conn, bytes);
    await conn.closeWrite();
    assert.equal((await readAll(conn).catch(() => [])).length, 0);
    const report = await proxy.report(
      "it is counted",
      (report) => report.kind === "detail" && "bad_proxy_header" in report.reasons,
    );
    assert.equal(report.failed_connections, 1);
    assert.equal(server.accepted.length, 0);
  });
}

Deno.test("accept-proxy takes a trusted connection without a byte for a look at the port, not for a failure", async () => {
  await using server = startTcp(echo);
  await using proxy = startTestProxy("tcp", { target: server.address, ...TRUSTED });
  (await connectTo(proxy.port)).close();
  const report = await proxy.report(
    "it has ended",
    (report) => report.total_connections === 1 && report.active_connections === 0,
  );
  assert.equal(report.failed_connections, 0);
  assert.equal(server.accepted.length, 0);
});

Deno.test("acceptProxy gives a header ten seconds", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using conn = await connectTo(listener.addr.port);
  const session = new Session(await listener.accept(), new LiveConnection(1, "127.0.0.1", 1, 0));
  const handler = acceptProxy(
    () => Promise.resolve("done"),
    [parseCidr("127.0.0.1")],
    new BufferPool(),
  );
  const run = handler(session);
  await send(conn, V1.subarray(0, 20));
  session.checkDeadline(Date.now() + 9_000);
  assert.equal(session.endReason, "");
  session.checkDeadline(Date.now() + 10_001);
  await assert.rejects(run);
  assert.equal(session.endReason, "bad_proxy_header");
});

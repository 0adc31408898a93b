import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { eventually, within } from "../../support/eventually.ts";
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
import { CertificateFolder, connectTls, SECOND } from "../../support/tls.ts";

const headEnds = (text: string) => text.includes("\r\n\r\n");

async function ended(proxy: TestProxy, reason: string, state: "closed" | "failed"): Promise<void> {
  await proxy.report(
    `a connection has ended as ${reason}`,
    (report) =>
      report.kind === "connections" &&
      report.connections.some((c) => c[10] === reason && c[8] === state),
  );
}

Deno.test("acceptTls serves http to clients that speak TLS, keep-alive and CONNECT included", async () => {
  await using certificate = new CertificateFolder();
  await using origin = startTcp(async (conn) => {
    for (;;) {
      await readUntil(conn, headEnds);
      await send(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
  });
  await using proxy = startTestProxy("http", { ...certificate.flags, auth: "ann:secret" });
  const credentials = `Proxy-Authorization: Basic ${btoa("ann:secret")}\r\n`;
  using conn = await connectTls(proxy.port);
  for (let i = 0; i < 3; i++) {
    await send(conn, `GET http://${origin.address}/ HTTP/1.1\r\nHost: x\r\n${credentials}\r\n`);
    assert.match(await readUntil(conn, (text) => text.endsWith("ok")), /^HTTP\/1\.1 200 OK\r\n/);
  }
  await using server = startTcp(echo);
  await send(conn, `CONNECT ${server.address} HTTP/1.1\r\nHost: x\r\n${credentials}\r\nearly`);
  await readUntil(conn, (text) => text.endsWith("\r\n\r\nearly"));
  await send(conn, "more");
  assert.equal(new TextDecoder().decode(await readExactly(conn, 4)), "more");
  await conn.closeWrite();
  assert.equal((await readAll(conn)).length, 0, "the end came by close_notify");
  await ended(proxy, "done", "closed");
  const report = await proxy.report(
    "who and where from",
    (report) => report.kind === "connections" && report.connections.some((c) => c[9] === "ann"),
  );
  assert.ok(report.kind === "connections");
  const [, ip, port] = report.connections[0];
  assert.deepEqual([ip, port], ["127.0.0.1", (conn.localAddr as Deno.NetAddr).port]);
});

for (const mode of ["tcp", "socks5"] as const) {
  Deno.test(`acceptTls serves ${mode} as well, and passes on half-closes`, async () => {
    await using certificate = new CertificateFolder();
    await using server = startTcp(async (conn) => {
      const all = await readText(conn);
      await send(conn, `${all}, all of it`);
    });
    const target = mode === "tcp" ? { target: server.address } : {};
    await using proxy = startTestProxy(mode, { ...certificate.flags, ...target });
    using conn = await connectTls(proxy.port);
    if (mode === "socks5") {
      const port = [server.port >> 8, server.port & 255];
      await send(conn, Uint8Array.of(5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, ...port));
      await readExactly(conn, 12);
    }
    await send(conn, "hello");
    await conn.closeWrite();
    assert.equal(await readText(conn), "hello, all of it");
    await ended(proxy, "done", "closed");
  });
}

Deno.test("acceptTls delivers all of a large answer, though its connection is closed behind it", async () => {
  await using certificate = new CertificateFolder();
  const data = crypto.getRandomValues(new Uint8Array(64 << 10));
  const pieces = 512;
  const expected = createHash("sha256");
  for (let i = 0; i < pieces; i++) expected.update(data);
  await using server = startTcp(async (conn) => {
    await readExactly(conn, 1);
    for (let i = 0; i < pieces; i++) await send(conn, data);
  });
  const flags = { ...certificate.flags, target: server.address };
  await using proxy = startTestProxy("tcp", flags);
  using conn = await connectTls(proxy.port);
  await send(conn, "x");
  await conn.closeWrite();
  // Nothing is read until everything has gone out at the other end, as far as buffers hold it.
  await proxy.report("bytes flow", (report) => report.total_bytes_received > 1 << 20);
  const got = createHash("sha256");
  const buffer = new Uint8Array(64 << 10);
  for (let n; (n = await conn.read(buffer)) !== null;) got.update(buffer.subarray(0, n));
  assert.equal(got.digest("hex"), expected.digest("hex"));
  await ended(proxy, "done", "closed");
});

Deno.test("acceptTls counts clients that speak something else, and says nothing to them", async () => {
  await using certificate = new CertificateFolder();
  await using proxy = startTestProxy("http", certificate.flags);
  const garbage: (string | Uint8Array)[] = [
    "GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n",
    Uint8Array.of(5, 1, 0),
    Uint8Array.of(0),
  ];
  for (const bytes of garbage) {
    using conn = await connectTo(proxy.port);
    await send(conn, bytes);
    assert.equal(await readText(conn).catch(() => ""), "");
  }
  using broken = await connectTo(proxy.port);
  await send(broken, Uint8Array.of(22, 3, 1, 0, 4, 1, 0, 0, 0));
  const alert = await readAll(broken);
  assert.equal(alert[0], 21, "a client that began well is told by an alert");
  await assert.rejects(connectTls(proxy.port, SECOND), "it does not trust the certificate");
  await proxy.report(
    "all are counted",
    (report) => report.kind === "detail" && report.reasons.tls_failed === garbage.length + 2,
  );
});

Deno.test("acceptTls serves others while some say nothing, and takes it as no failure if they leave", async () => {
  await using certificate = new CertificateFolder();
  await using server = startTcp(echo);
  await using proxy = startTestProxy("tcp", { ...certificate.flags, target: server.address });
  const silent = await Promise.all(Array.from({ length: 20 }, () => connectTo(proxy.port)));
  const halfway = await connectTo(proxy.port);
  await send(halfway, Uint8Array.of(22, 3, 1, 2, 0, 1));
  using conn = await connectTls(proxy.port);
  await send(conn, "x");
  await readExactly(conn, 1);
  for (const conn of [...silent, halfway]) conn.close();
  const report = await proxy.report(
    "one is left",
    (report) => report.total_connections === 22 && report.active_connections === 1,
  );
  assert.equal(report.failed_connections, 0);
});

Deno.test("acceptTls notices resets on both sides", async () => {
  await using certificate = new CertificateFolder();
  await using server = startTcp(echo);
  await using proxy = startTestProxy("tcp", { ...certificate.flags, target: server.address });
  const conn = await connectTls(proxy.port);
  await send(conn, "x");
  await readExactly(conn, 1);
  server.accepted[0].close();
  assert.equal((await readAll(conn)).length, 0);
  conn.close();
  await ended(proxy, "done", "closed");
  // A client that closes without a word of TLS has not said that it was all.
  const raw = await rawTls(proxy.port);
  await eventually("it is relayed", () => server.accepted.length === 2);
  raw.close();
  await eventually("the target sees the end", async () => {
    return await server.accepted[1].read(new Uint8Array(1)).catch(() => null) === null;
  });
  await ended(proxy, "client_reset", "closed");
});

/** A connection whose TLS was set up through a relay that ends it as only a broken client does. */
async function rawTls(port: number): Promise<{ close(): void }> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connecting = connectTls(listener.addr.port);
  const near = await listener.accept();
  const far = await connectTo(port);
  const passes = [near.readable.pipeTo(far.writable), far.readable.pipeTo(near.writable)];
  for (const pass of passes) pass.catch(() => {});
  const conn = await connecting;
  return {
    close() {
      far.close();
      near.close();
      conn.close();
      listener.close();
    },
  };
}

Deno.test("acceptTls drains: what runs may finish, and what does not is cut", async () => {
  await using certificate = new CertificateFolder();
  await using server = startTcp(echo);
  const flags = { ...certificate.flags, target: server.address, drainTimeout: "0.2" };
  await using proxy = startTestProxy("tcp", flags);
  using conn = await connectTls(proxy.port);
  await send(conn, "x");
  await readExactly(conn, 1);
  await using idle = { conn: await connectTo(proxy.port), [Symbol.asyncDispose]: async () => {} };
  await within("it stops", proxy.proxy.stop());
  assert.equal(await conn.read(new Uint8Array(1)).catch(() => null), null);
  assert.equal(await idle.conn.read(new Uint8Array(1)).catch(() => null), null);
  idle.conn.close();
});

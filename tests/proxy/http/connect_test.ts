import { strict as assert } from "node:assert";
import { converse, OK, startOrigin } from "../../support/http.ts";
import { startTestProxy } from "../../support/proxy.ts";
import {
  closedPort,
  connectTo,
  echo,
  readExactly,
  readText,
  readUntil,
  send,
  startTcp,
} from "../../support/tcp.ts";

Deno.test("http mode tunnels CONNECT, early bytes included, and counts its payload", async () => {
  await using server = startTcp(echo);
  await using proxy = startTestProxy("http");
  using conn = await connectTo(proxy.port);
  await send(conn, `CONNECT ${server.address} HTTP/1.1\r\nHost: ${server.address}\r\n\r\nearly`);
  const established = "HTTP/1.1 200 Connection established\r\n\r\n";
  const start = new TextDecoder().decode(await readExactly(conn, established.length + 5));
  assert.equal(start, `${established}early`);
  await send(conn, "later");
  await conn.closeWrite();
  assert.equal(await readText(conn), "later");
  const report = await proxy.report(
    "the tunnel is reported as closed",
    (report) => report.kind === "connections" && report.connections[0]?.[8] === "closed",
  );
  assert.equal(report.total_bytes_sent, 10);
  assert.equal(report.total_bytes_received, 10);
});

Deno.test("http mode tunnels what comes late behind a CONNECT that was sent with another request", async () => {
  await using origin = startOrigin(OK);
  await using server = startTcp(echo);
  await using proxy = startTestProxy("http");
  using conn = await connectTo(proxy.port);
  // While the first one is answered, the client is read ahead: nothing of that may be lost.
  await send(
    conn,
    `GET http://${origin.address}/ HTTP/1.1\r\nHost: x\r\n\r\n` +
      `CONNECT ${server.address} HTTP/1.1\r\nHost: x\r\n\r\nearly`,
  );
  await readUntil(conn, (text) => text.endsWith("\r\n\r\nearly"));
  for (const text of ["later", "latest"]) {
    await send(conn, text);
    assert.equal(new TextDecoder().decode(await readExactly(conn, text.length)), text);
  }
});

Deno.test("http mode answers a CONNECT that fails with its reason and never with 200", async () => {
  await using proxy = startTestProxy("http");
  const port = closedPort();
  const answer = await converse(proxy, `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\n`);
  assert.match(answer, /^HTTP\/1\.1 502 Bad Gateway\r\n.*ECONNREFUSED/s);
  assert.match(
    await converse(proxy, "CONNECT nothing.invalid:443 HTTP/1.1\r\nHost: x\r\n\r\n"),
    /^HTTP\/1\.1 502 .*ENOTFOUND/s,
  );
  assert.match(await converse(proxy, "CONNECT x HTTP/1.1\r\nHost: x\r\n\r\n"), /^HTTP\/1\.1 400 /);
});

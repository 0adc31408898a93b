import { strict as assert } from "node:assert";
import { headEnds, OK, startOrigin } from "../../support/http.ts";
import { startTestProxy } from "../../support/proxy.ts";
import { connectTo, echo, readUntil, send, startTcp } from "../../support/tcp.ts";

const SWITCH = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
  "Sec-WebSocket-Accept: abc\r\n\r\n";

const request = (address: string, more = "") =>
  `GET http://${address}/chat HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\n` +
  `Upgrade: WebSocket\r\nSec-WebSocket-Key: abc\r\n${more}\r\n`;

Deno.test("http mode relays both ways once an origin has switched to a WebSocket", async () => {
  let head = "";
  await using origin = startTcp(async (conn) => {
    head = await readUntil(conn, headEnds);
    // A first frame in the same packet as the head.
    await send(conn, `${SWITCH}first`);
    await echo(conn);
  });
  await using proxy = startTestProxy("http");
  using conn = await connectTo(proxy.port);
  await send(conn, request(origin.address));
  const answer = await readUntil(conn, (text) => text.endsWith("first"));
  assert.match(head, /\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n/);
  assert.match(head, /\r\nSec-WebSocket-Key: abc\r\n/);
  assert.doesNotMatch(head, /keep-alive/);
  assert.match(answer, /^HTTP\/1\.1 101 Switching Protocols\r\n/);
  assert.match(answer, /\r\nVia: 1\.1 [^\r]+\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n/);
  await send(conn, "frames");
  assert.equal(await readUntil(conn, (text) => text.endsWith("frames")), "frames");
  await conn.closeWrite();
  assert.equal(await conn.read(new Uint8Array(1)), null, "the origin's end is passed on");
});

Deno.test("http mode passes on what a client sends behind its upgrade request", async () => {
  await using origin = startTcp(async (conn) => {
    await readUntil(conn, headEnds);
    await send(conn, SWITCH);
    await echo(conn);
  });
  await using proxy = startTestProxy("http");
  using conn = await connectTo(proxy.port);
  await send(conn, request(origin.address) + "early");
  await readUntil(conn, (text) => text.endsWith("\r\n\r\nearly"));
});

Deno.test("http mode goes on with a next request where the upgrade is refused", async () => {
  const answers = ["HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno", OK];
  await using origin = startTcp(async (conn) => {
    for (const answer of answers) {
      await readUntil(conn, headEnds);
      await send(conn, answer);
    }
  });
  await using proxy = startTestProxy("http");
  using conn = await connectTo(proxy.port);
  await send(conn, request(origin.address));
  assert.match(await readUntil(conn, (text) => text.endsWith("no")), /^HTTP\/1\.1 426 /);
  await send(conn, `GET http://${origin.address}/ HTTP/1.1\r\nHost: x\r\n\r\n`);
  assert.match(await readUntil(conn, (text) => text.endsWith("ok")), /^HTTP\/1\.1 200 /);
});

for (
  const [what, change] of [
    ["another protocol", (text: string) => text.replace("WebSocket", "h2c")],
    ["two protocols", (text: string) => text.replace("WebSocket", "websocket, h2c")],
    ["a request of HTTP/1.0", (text: string) => text.replace("HTTP/1.1", "HTTP/1.0")],
    ["a method other than GET", (text: string) => text.replace("GET", "POST")],
    ["no word in Connection", (text: string) => text.replace(", Upgrade", "")],
  ] as const
) {
  Deno.test(`http mode drops Upgrade with ${what}`, async () => {
    await using origin = startOrigin(OK);
    await using proxy = startTestProxy("http");
    using conn = await connectTo(proxy.port);
    await send(conn, change(request(origin.address)));
    await readUntil(conn, (text) => text.endsWith("\r\n\r\nok"));
    assert.doesNotMatch(origin.heads[0], /upgrade/i);
  });
}

Deno.test("http mode answers 502 where an origin switches to another protocol", async () => {
  await using origin = startOrigin(SWITCH.replace("websocket", "h2c"));
  await using proxy = startTestProxy("http");
  using conn = await connectTo(proxy.port);
  await send(conn, request(origin.address));
  assert.match(await readUntil(conn, headEnds), /^HTTP\/1\.1 502 /);
});

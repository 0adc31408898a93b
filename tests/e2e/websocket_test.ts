import { strict as assert } from "node:assert";
import { headEnds } from "../support/http.ts";
import { startTestProxy } from "../support/proxy.ts";
import { connectTo, type Reader, readUntil, send, startTcp, type Writer } from "../support/tcp.ts";

/** A server of WebSockets that sends everything back, and refuses those without a ticket. */
function startEcho() {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    if (!request.url.endsWith("/?ticket")) return new Response("no ticket", { status: 403 });
    const via = request.headers.get("via");
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.binaryType = "arraybuffer";
    // A first frame that nobody asked for: it may arrive together with the 101.
    socket.onopen = () => socket.send(`via ${via}`);
    socket.onmessage = ({ data }) => socket.send(data);
    return response;
  });
}

/** Rewrites the first line of each connection for a proxy, as a client that knows of one would, and passes on the rest. */
function startAbsoluteForm(proxy: { port: number }, origin: string) {
  return startTcp(async (client) => {
    using upstream = await connectTo(proxy.port);
    const head = await readUntil(client, headEnds);
    await send(upstream, head.replace(/^GET \//, `GET http://${origin}/`));
    await Promise.all([
      pass(client, upstream).then(() => upstream.closeWrite()),
      pass(upstream, client).then(() => client.closeWrite()),
    ]);
  });
}

async function pass(from: Reader, to: Writer): Promise<void> {
  const buffer = new Uint8Array(64 << 10);
  for (;;) {
    const n = await from.read(buffer);
    if (n === null) return;
    await send(to, buffer.subarray(0, n));
  }
}

/** What arrives on a socket, in its order. */
function messages(socket: WebSocket): ReadableStreamDefaultReader<string | ArrayBuffer> {
  socket.binaryType = "arraybuffer";
  return new ReadableStream({
    start(controller) {
      socket.onmessage = ({ data }) => controller.enqueue(data);
      socket.onerror = (event) => controller.error((event as ErrorEvent).error);
    },
  }).getReader();
}

Deno.test("A WebSocket through http in absolute-form carries every frame both ways and closes well", async () => {
  await using echo = startEcho();
  await using proxy = startTestProxy("http");
  await using front = startAbsoluteForm(proxy, `127.0.0.1:${echo.addr.port}`);
  const socket = new WebSocket(`ws://${front.address}/?ticket`);
  const received = messages(socket);
  assert.match((await received.read()).value as string, /^via 1\.1 rustproxy-/);
  for (const size of [0, 1, 125, 126, 65_535, 65_536, 1 << 20]) {
    const bytes = new Uint8Array(size).map((_, i) => i * 31);
    socket.send(bytes);
    const { value } = await received.read();
    assert.deepEqual(new Uint8Array(value as ArrayBuffer), bytes);
  }
  const texts = Array.from({ length: 100 }, (_, i) => `${i} zwölf Boxkämpfer`);
  for (const text of texts) socket.send(text);
  for (const text of texts) assert.equal((await received.read()).value, text);
  const closed = Promise.withResolvers<CloseEvent>();
  socket.onclose = closed.resolve;
  socket.close(3000, "done");
  const { code, reason, wasClean } = await closed.promise;
  assert.deepEqual([code, reason, wasClean], [3000, "done", true]);
  const report = await proxy.report(
    "the end is reported",
    (report) => report.total_connections === 1 && report.active_connections === 0,
  );
  assert.equal(report.failed_connections, 0);
  assert.ok(report.total_bytes_sent > 1 << 20 && report.total_bytes_received > 1 << 20);
});

Deno.test("A WebSocket's refusal through http in absolute-form leaves the connection to the next one", async () => {
  await using echo = startEcho();
  await using proxy = startTestProxy("http");
  using conn = await connectTo(proxy.port);
  const ask = (query: string) =>
    send(
      conn,
      `GET http://127.0.0.1:${echo.addr.port}/${query} HTTP/1.1\r\nHost: x\r\n` +
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
  await ask("");
  const refusal = await readUntil(conn, (text) => text.endsWith("no ticket"));
  assert.match(refusal, /^HTTP\/1\.1 403 Forbidden\r\n/);
  await ask("?ticket");
  const accepted = await readUntil(conn, (text) => /via 1\.1 rustproxy-\S+$/.test(text));
  assert.match(accepted, /^HTTP\/1\.1 101 Switching Protocols\r\n/);
  // The answer to RFC 6455's own key (section 1.3).
  assert.match(accepted, /\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/i);
  const report = await proxy.report(
    "both requests are counted on one connection",
    (report) => report.kind === "connections" && report.connections[0]?.[11] === 2,
  );
  assert.equal(report.total_connections, 1);
});

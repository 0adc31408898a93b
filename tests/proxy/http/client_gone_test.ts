import { strict as assert } from "node:assert";
import { headEnds } from "../../support/http.ts";
import { startTestProxy } from "../../support/proxy.ts";
import { connectTo, readUntil, send, startTcp } from "../../support/tcp.ts";

for (const body of ["", "Content-Length: 3\r\n"]) {
  const kind = body ? "with a body" : "without a body";
  Deno.test(`http mode ends the origin's connection when the client of a request ${kind} leaves`, async () => {
    const asked = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    await using origin = startTcp(async (conn) => {
      await readUntil(conn, (text) => headEnds(text) && text.endsWith(body ? "abc" : ""));
      asked.resolve();
      // It never answers: only the proxy can end this.
      assert.equal(await conn.read(new Uint8Array(1)), null);
      ended.resolve();
    });
    await using proxy = startTestProxy("http");
    const conn = await connectTo(proxy.port);
    const method = body ? "POST" : "GET";
    const head = `${method} http://${origin.address}/ HTTP/1.1\r\nHost: x\r\n${body}\r\n`;
    await send(conn, head + (body ? "abc" : ""));
    await asked.promise;
    conn.close();
    await ended.promise;
    const report = await proxy.report(
      "the end is reported",
      (report) => report.kind === "connections" && report.connections[0]?.[8] === "closed",
    );
    assert.equal(report.kind === "connections" && report.connections[0][10], "client_gone");
  });
}

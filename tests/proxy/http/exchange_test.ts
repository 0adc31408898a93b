import { strict as assert } from "node:assert";
import { converse, headEnds, OK, startOrigin } from "../../support/http.ts";
import { startTestProxy } from "../../support/proxy.ts";
import {
  connectTo,
  Incoming,
  readAll,
  readText,
  readUntil,
  send,
  startTcp,
} from "../../support/tcp.ts";

Deno.test("http mode streams a chunked request and its chunked response while both are under way", async () => {
  await using origin = startTcp(async (conn) => {
    const request = new Incoming(conn);
    await request.until(headEnds);
    await send(conn, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n");
    await request.until((text) => text.includes("one"));
    await send(conn, "3\r\nONE\r\n");
    await request.until((text) => text.includes("two\r\n0\r\n\r\n"));
    await send(conn, "3;x=y\r\nTWO\r\n0\r\nX-Sum: 6\r\nContent-Length: 9\r\n\r\n");
  });
  await using proxy = startTestProxy("http");
  using conn = await connectTo(proxy.port);
  await send(
    conn,
    `POST http://${origin.address}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n`,
  );
  await send(conn, "3\r\none\r\n");
  // The first half of the answer is there before the request has ended.
  await readUntil(conn, (text) => text.includes("3\r\nONE\r\n"));
  await send(conn, "3\r\ntwo\r\n0\r\n\r\n");
  assert.equal(await readText(conn), "3\r\nTWO\r\n0\r\nX-Sum: 6\r\n\r\n");
});

Deno.test("http mode passes on 100 Continue before the body", async () => {
  await using origin = startTcp(async (conn) => {
    await readUntil(conn, headEnds);
    await send(conn, "HTTP/1.1 100 Continue\r\n\r\n");
    await readUntil(conn, (text) => text.endsWith("body"));
    await send(conn, OK);
  });
  await using proxy = startTestProxy("http");
  using conn = await connectTo(proxy.port);
  await send(
    conn,
    `PUT http://${origin.address}/ HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n`,
  );
  const interim = await readUntil(conn, headEnds);
  assert.match(interim, /^HTTP\/1\.1 100 Continue\r\n/);
  await send(conn, "body");
  assert.match(await readUntil(conn, (text) => text.endsWith("ok")), /^HTTP\/1\.1 200 OK\r\n/);
});

Deno.test("http mode answers HEAD, 204 and 304 without a body and goes on", async () => {
  await using origin = startTcp(async (conn) => {
    for (;;) {
      const head = await readUntil(conn, headEnds);
      if (head.startsWith("HEAD")) await send(conn, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
      else if (head.includes("/204")) await send(conn, "HTTP/1.1 204 No Content\r\n\r\n");
      else await send(conn, "HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n");
    }
  });
  await using proxy = startTestProxy("http");
  using conn = await connectTo(proxy.port);
  for (const [method, path] of [["HEAD", "/"], ["GET", "/204"], ["GET", "/304"]]) {
    await send(conn, `${method} http://${origin.address}${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const answer = await readUntil(conn, headEnds);
    assert.ok(answer.endsWith("\r\n\r\n"), answer);
    if (method === "HEAD") assert.match(answer, /Content-Length: 9/);
  }
  assert.equal(origin.accepted.length, 1);
});

Deno.test("http mode tells a client of HTTP/1.1 the end of a body that only a close delimits", async () => {
  await using origin = startOrigin("HTTP/1.1 200 OK\r\n\r\nto the end");
  await using proxy = startTestProxy("http");
  const ask = (version: string) =>
    converse(
      proxy,
      `GET http://${origin.address}/ ${version}\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
  const newer = await ask("HTTP/1.1");
  assert.match(newer, /Transfer-Encoding: chunked/);
  assert.ok(newer.endsWith("\r\na\r\nto the end\r\n0\r\n\r\n"), newer);
  const older = await ask("HTTP/1.0");
  assert.doesNotMatch(older, /Transfer-Encoding/);
  assert.ok(older.endsWith("\r\n\r\nto the end"), older);
});

Deno.test("http mode takes the chunked coding off for a client of HTTP/1.0", async () => {
  await using origin = startOrigin(
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
  );
  await using proxy = startTestProxy("http");
  const answer = await converse(proxy, `GET http://${origin.address}/ HTTP/1.0\r\n\r\n`);
  assert.ok(answer.endsWith("\r\n\r\nabcde"), answer);
});

Deno.test("http mode never makes a truncated body look complete", async () => {
  const truncated = [
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
  ];
  for (const answer of truncated) {
    await using origin = startTcp(async (conn) => {
      await readUntil(conn, headEnds);
      await send(conn, answer);
    });
    await using proxy = startTestProxy("http");
    const got = await converse(proxy, `GET http://${origin.address}/ HTTP/1.1\r\nHost: x\r\n\r\n`);
    assert.ok(got.includes("abc") && !got.includes("\r\n0\r\n\r\n"), got);
    await proxy.report(
      "the failure is counted",
      (report) => report.kind === "detail" && report.reasons.target_gone === 1,
    );
  }
});

Deno.test("http mode does not end a body whose later chunks break a rule", async () => {
  const passedOn = Promise.withResolvers<void>();
  await using origin = startTcp(async (conn) => {
    await readUntil(conn, headEnds);
    await send(conn, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    await passedOn.promise;
    await send(conn, "-3\r\nabc\r\n0\r\n\r\n");
    await readAll(conn);
  });
  await using proxy = startTestProxy("http");
  using conn = await connectTo(proxy.port);
  await send(conn, `GET http://${origin.address}/ HTTP/1.1\r\nHost: x\r\n\r\n`);
  await readUntil(conn, (text) => text.endsWith("abc\r\n"));
  passedOn.resolve();
  assert.equal(await readText(conn), "");
  await proxy.report(
    "the failure is counted",
    (report) => report.kind === "detail" && report.reasons.bad_response === 1,
  );
});

Deno.test("http mode answers 502 to a response that breaks the rules", async () => {
  const broken = [
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
    "SSH-2.0-OpenSSH\r\n\r\n",
    "",
  ];
  for (const answer of broken) {
    await using origin = startTcp(async (conn) => {
      await readUntil(conn, headEnds);
      await send(conn, answer);
    });
    await using proxy = startTestProxy("http");
    const got = await converse(
      proxy,
      `GET http://${origin.address}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    assert.match(got, /^HTTP\/1\.1 502 Bad Gateway\r\n/, JSON.stringify(answer));
  }
});

Deno.test("http mode counts heads and framing on the target's side", async () => {
  const response =
    "HTTP/1.1 200 OK\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  await using origin = startOrigin(response);
  await using proxy = startTestProxy("http");
  await converse(
    proxy,
    `GET http://${origin.address}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  );
  const report = await proxy.report(
    "the connection is reported as closed",
    (report) => report.kind === "connections" && report.connections[0]?.[8] === "closed",
  );
  assert.equal(report.total_bytes_sent, origin.heads[0].length);
  assert.equal(report.total_bytes_received, response.length);
});

Deno.test("http mode holds back a fast origin while the client does not read", async () => {
  let sent = 0;
  await using origin = startTcp(async (conn) => {
    await readUntil(conn, headEnds);
    await send(conn, `HTTP/1.1 200 OK\r\nContent-Length: ${64 << 20}\r\n\r\n`);
    const piece = new Uint8Array(1 << 20);
    for (; sent < 64; sent++) await send(conn, piece);
  });
  await using proxy = startTestProxy("http");
  using conn = await connectTo(proxy.port);
  await send(
    conn,
    `GET http://${origin.address}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  );
  // Two reports with the same figure: the flow stands still, long before the end.
  await proxy.report("the flow stands still", (report) => {
    const last = proxy.reports.at(-2);
    return report.total_bytes_received > 0 &&
      last?.total_bytes_received === report.total_bytes_received;
  });
  assert.ok(sent < 48, `${sent} MiB of 64 were taken from the origin`);
  assert.ok((await readAll(conn)).length > 64 << 20);
});

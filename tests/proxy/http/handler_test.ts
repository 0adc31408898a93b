import { strict as assert } from "node:assert";
import { startTestProxy, type TestProxy } from "../../support/proxy.ts";
import {
  closedPort,
  connectTo,
  echo,
  Incoming,
  readAll,
  readExactly,
  readText,
  readUntil,
  send,
  startTcp,
  type TcpServer,
} from "../../support/tcp.ts";

const headEnds = (text: string) => text.includes("\r\n\r\n");

/** An origin that sends this answer to each request head, as often as asked, and remembers the heads. */
function startOrigin(answer: string): TcpServer & { heads: string[] } {
  const heads: string[] = [];
  const server = startTcp(async (conn) => {
    for (;;) {
      heads.push(await readUntil(conn, headEnds));
      await send(conn, answer);
      if (!/content-length|chunked/i.test(answer)) return;
    }
  });
  return Object.assign(server, { heads });
}

/** What the proxy answers to these bytes until it closes the connection. */
async function converse(proxy: TestProxy, bytes: string): Promise<string> {
  using conn = await connectTo(proxy.port);
  await send(conn, bytes);
  return await readText(conn);
}

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

Deno.test("http mode forwards in origin-form, with Host from the target and no hop-by-hop fields", async () => {
  await using origin = startOrigin(
    "HTTP/1.1 200 Fine\r\nContent-Length: 2\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nX-End: 2\r\n\r\nok",
  );
  await using proxy = startTestProxy("http");
  const answer = await converse(
    proxy,
    `GET http://${origin.address}/a?b=c HTTP/1.1\r\nHost: elsewhere.test\r\nProxy-Connection: close\r\n` +
      "Connection: X-Secret\r\nX-Secret: 1\r\nProxy-Authorization: Basic eDp5\r\nTE: trailers\r\nX-Kept: yes\r\n\r\n",
  );
  const [head] = origin.heads;
  assert.match(head, /^GET \/a\?b=c HTTP\/1\.1\r\n/);
  assert.ok(head.includes(`Host: ${origin.address}\r\n`), head);
  assert.ok(head.includes("X-Kept: yes\r\n"), head);
  assert.match(head, /\r\nVia: 1\.1 rustproxy-[0-9a-f]{8}\r\n/);
  assert.doesNotMatch(head, /elsewhere|secret|\nproxy-|\nte:|\nconnection:/i);
  assert.match(answer, /^HTTP\/1\.1 200 Fine\r\n/);
  assert.ok(answer.includes("X-End: 2\r\n") && answer.endsWith("\r\n\r\nok"), answer);
  assert.doesNotMatch(answer, /x-hop|keep-alive/i);
});

Deno.test("http mode keeps the client's connection and the origin's for a next request", async () => {
  await using origin = startOrigin(OK);
  await using proxy = startTestProxy("http");
  using conn = await connectTo(proxy.port);
  for (let i = 1; i <= 5; i++) {
    await send(conn, `GET http://${origin.address}/${i} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await readUntil(conn, (text) => text.endsWith("\r\n\r\nok"));
  }
  assert.deepEqual(origin.heads.map((head) => head.split(" ")[1]), ["/1", "/2", "/3", "/4", "/5"]);
  assert.equal(origin.accepted.length, 1);
  const report = await proxy.report(
    "the requests are reported",
    (report) => report.kind === "connections" && report.connections[0]?.[11] === 5,
  );
  assert.equal(report.total_connections, 1);
});

Deno.test("http mode serves pipelined requests in order", async () => {
  await using origin = startOrigin(OK);
  await using proxy = startTestProxy("http");
  const request = (path: string, more = "") =>
    `GET http://${origin.address}${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
  const answer = await converse(
    proxy,
    request("/1") + request("/2") + request("/3", "Connection: close\r\n"),
  );
  assert.equal(answer.match(/HTTP\/1\.1 200 OK/g)?.length, 3);
  assert.deepEqual(origin.heads.map((head) => head.split(" ")[1]), ["/1", "/2", "/3"]);
});

Deno.test("http mode dials anew when the origin has closed a kept connection", async () => {
  // Each connection serves one request and is then closed without a word.
  await using origin = startTcp(async (conn) => {
    await readUntil(conn, headEnds);
    await send(conn, OK);
  });
  await using proxy = startTestProxy("http");
  using conn = await connectTo(proxy.port);
  for (let i = 1; i <= 3; i++) {
    await send(conn, `GET http://${origin.address}/ HTTP/1.1\r\nHost: x\r\n\r\n`);
    await readUntil(conn, (text) => text.endsWith("ok"));
  }
  assert.equal(origin.accepted.length, 3);
});

Deno.test("http mode streams a chunked request and its chunked response while both are under way", async () => {
  await using origin = startTcp(async (conn) => {
    const request = new Incoming(conn);
    await request.until(headEnds);
    await send(conn, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n");
    await request.until((text) => text.includes("one"));
    await send(conn, "3\r\nONE\r\n");
    await request.until((text) => text.includes("0\r\n\r\n"));
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
    assert.ok(got.includes("abc") && !got.includes("0\r\n\r\n"), got);
    await proxy.report(
      "the failure is counted",
      (report) => report.kind === "detail" && report.reasons.target_gone === 1,
    );
  }
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

Deno.test("http mode refuses a bad request with one answer and nothing sent on", async () => {
  await using origin = startOrigin(OK);
  await using proxy = startTestProxy("http");
  const target = `http://${origin.address}/`;
  const cases: [string, RegExp][] = [
    ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", /^HTTP\/1\.1 400 .*this is a proxy/s],
    [`GET ${target} HTTP/1.1\r\n\r\n`, /^HTTP\/1\.1 400 .*Host is missing/s],
    [`GET ${target} HTTP/2.0\r\nHost: x\r\n\r\n`, /^HTTP\/1\.1 505 /],
    [`GET https://${origin.address}/ HTTP/1.1\r\nHost: x\r\n\r\n`, /^HTTP\/1\.1 400 .*CONNECT/s],
    [`GET ${target} HTTP/1.1\r\nHost: x\r\nX : y\r\n\r\n`, /^HTTP\/1\.1 400 .*white space/s],
    [`GET ${target} HTTP/1.1\r\nHost: x\nX: y\r\n\r\n`, /^HTTP\/1\.1 400 .*bare LF/s],
    [
      `POST ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      /^HTTP\/1\.1 400 .*both/s,
    ],
    [`GET ${target} HTTP/1.1\r\nHost: x\r\nX: ${"y".repeat(70_000)}`, /^HTTP\/1\.1 431 /],
    ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", /^HTTP\/1\.1 400 /],
  ];
  for (const [bytes, expected] of cases) {
    const answer = await converse(proxy, bytes);
    assert.match(answer, expected, bytes.slice(0, 100));
    assert.match(answer, /\r\nConnection: close\r\n/);
    assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1, "one answer");
  }
  assert.deepEqual(origin.heads, []);
});

Deno.test("http mode answers 502 when the origin refuses and keeps the client's connection", async () => {
  await using origin = startOrigin(OK);
  await using proxy = startTestProxy("http");
  using conn = await connectTo(proxy.port);
  await send(conn, `GET http://127.0.0.1:${closedPort()}/ HTTP/1.1\r\nHost: x\r\n\r\n`);
  const refusal = await readUntil(conn, (text) => text.includes("ECONNREFUSED"));
  assert.match(refusal, /^HTTP\/1\.1 502 Bad Gateway\r\n/);
  await send(conn, `GET http://${origin.address}/ HTTP/1.1\r\nHost: x\r\n\r\n`);
  assert.match(await readUntil(conn, (text) => text.endsWith("ok")), /^HTTP\/1\.1 200/);
  await proxy.report(
    "the reason is counted",
    (report) => report.kind === "detail" && report.reasons.connect_refused === 1,
  );
});

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

Deno.test("http mode asks for credentials when they are set", async () => {
  await using origin = startOrigin(OK);
  await using proxy = startTestProxy("http", { auth: "ann:pass:word" });
  const ask = (field: string) =>
    converse(
      proxy,
      `GET http://${origin.address}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${field}\r\n`,
    );
  const basic = (text: string) => `Proxy-Authorization: Basic ${btoa(text)}\r\n`;
  for (const field of ["", basic("ann:pass"), basic("ann"), "Proxy-Authorization: Bearer x\r\n"]) {
    const answer = await ask(field);
    assert.match(answer, /^HTTP\/1\.1 407 Proxy Authentication Required\r\n/, field);
    assert.match(answer, /\r\nProxy-Authenticate: Basic realm="rustproxy", charset="UTF-8"\r\n/);
  }
  assert.deepEqual(origin.heads, []);
  assert.match(await ask(basic("ann:pass:word")), /^HTTP\/1\.1 200 OK/);
  await proxy.report(
    "the user is reported",
    (report) => report.kind === "connections" && report.connections.some((c) => c[9] === "ann"),
  );
});

Deno.test("http mode refuses a request that has passed through it before", async () => {
  await using origin = startOrigin(OK);
  await using proxy = startTestProxy("http");
  const ask = (via: string) =>
    converse(
      proxy,
      `GET http://${origin.address}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${via}\r\n`,
    );
  assert.match(await ask("Via: 1.1 another\r\n"), /^HTTP\/1\.1 200 /);
  const own = /\r\n(Via: 1\.1 rustproxy-.*\r\n)/.exec(origin.heads[0])?.[1];
  assert.ok(own);
  assert.match(await ask(own), /^HTTP\/1\.1 508 Loop Detected\r\n/);
  assert.equal(origin.heads.length, 1);
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

import { strict as assert } from "node:assert";
import { converse, headEnds, OK, startOrigin } from "../../support/http.ts";
import { startTestProxy } from "../../support/proxy.ts";
import { closedPort, connectTo, readUntil, send, startTcp } from "../../support/tcp.ts";

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

import { strict as assert } from "node:assert";
import type { Framing } from "../../../proxy/http/body.ts";
import { parseFields } from "../../../proxy/http/fields.ts";
import {
  encodeChunkSize,
  encodeInterimHead,
  encodeRequestHead,
  encodeResponseHead,
  encodeTrailers,
} from "../../../proxy/http/head.ts";
import { parseRequest } from "../../../proxy/http/request.ts";
import { parseResponse } from "../../../proxy/http/response.ts";
import { bytes, text } from "../../support/http_bytes.ts";

const VIA = "rustproxy-x";

function forwarded(head: string): string {
  const all = bytes(head);
  return text(encodeRequestHead(parseRequest(all, 0, all.length), VIA));
}

const fieldsOf = (head: string) => head.split("\r\n").slice(1, -2);
/** The field lines that the origin gets for a GET of http://a/ with these. */
const passed = (...lines: string[]) =>
  fieldsOf(forwarded(["GET http://a/ HTTP/1.1", "Host: a", ...lines, "", ""].join("\r\n")));

const OWN = `Via: 1.1 ${VIA}`;

const requestLines: [line: string, first: string, host: string][] = [
  ["GET http://a HTTP/1.1", "GET / HTTP/1.1", "a"],
  ["GET http://a:80/x?y HTTP/1.1", "GET /x?y HTTP/1.1", "a"],
  ["GET http://a:8080/ HTTP/1.1", "GET / HTTP/1.1", "a:8080"],
  ["GET http://[::1]/ HTTP/1.1", "GET / HTTP/1.1", "[::1]"],
  ["GET http://[::1]:81/ HTTP/1.1", "GET / HTTP/1.1", "[::1]:81"],
  ["OPTIONS http://a HTTP/1.1", "OPTIONS * HTTP/1.1", "a"],
  ["GET http://a?q HTTP/1.1", "GET /?q HTTP/1.1", "a"],
];
for (const [line, first, host] of requestLines) {
  Deno.test(`encodeRequestHead makes "${first}" for ${host} of "${line}"`, () => {
    // The target wins over a Host that disagrees.
    const head = forwarded(`${line}\r\nHost: other.example\r\nA: b\r\n\r\n`);
    assert.equal(head, `${first}\r\nHost: ${host}\r\nA: b\r\n${OWN}\r\n\r\n`);
  });
}

Deno.test("encodeRequestHead speaks HTTP/1.1, and names the client's version in Via", () => {
  assert.equal(
    forwarded("GET http://a/ HTTP/1.0\r\n\r\n"),
    `GET / HTTP/1.1\r\nHost: a\r\nVia: 1.0 ${VIA}\r\n\r\n`,
  );
});

const fields: [title: string, lines: string[], expected: string[]][] = [
  ["passes fields on as they stand", ["X-A:  b ", "x-a: \xe4"], ["X-A:  b ", "x-a: \xe4"]],
  ["takes hop-by-hop fields out", [
    "Connection: close",
    "Proxy-Connection: keep-alive",
    "Keep-Alive: 5",
    "TE: trailers",
    "Trailer: X",
    "Upgrade: h2c",
    "Proxy-Authorization: Basic eDp5",
    "Proxy-Authenticate: Basic",
    "Proxy-Authentication-Info: x",
  ], []],
  ["takes out what Connection names, in any case", [
    "Connection: X-A, x-b",
    "x-a: 1",
    "X-B: 2",
    "X-AB: 3",
    "X: 4",
  ], ["X-AB: 3", "X: 4"]],
  ["takes out what an earlier Connection names after it", [
    "X-A: 1",
    "Connection: close",
    "Connection: x-a",
  ], []],
  ["keeps Content-Length, though Connection names it", [
    "Connection: content-length",
    "Content-Length: 5",
  ], ["Content-Length: 5"]],
  ["keeps Host, though Connection names it", ["Connection: host"], []],
  ["keeps the chunked coding, though Connection names it", [
    "Connection: transfer-encoding",
    "Transfer-Encoding: Chunked",
  ], ["Transfer-Encoding: chunked"]],
  ["writes Content-Length anew", ["content-length: 0005", "A: b"], ["A: b", "Content-Length: 5"]],
  ["passes Expect on", ["Expect: 100-continue"], ["Expect: 100-continue"]],
  ["keeps earlier Via before its own", ["Via: 1.1 first"], ["Via: 1.1 first"]],
  ["does not pass fields of Proxy-Connection off as hop-by-hop", [
    "Proxy-Connection: x-a",
    "X-A: 1",
  ], ["X-A: 1"]],
];
for (const [title, lines, expected] of fields) {
  Deno.test(`encodeRequestHead ${title}`, () => {
    assert.deepEqual(passed(...lines), ["Host: a", ...expected, OWN]);
  });
}

Deno.test("encodeRequestHead writes a head beyond its first buffer whole", () => {
  const lines = Array.from({ length: 900 }, (_, i) => `X-${i}: ${"v".repeat(i % 60)}`);
  assert.deepEqual(passed(...lines), ["Host: a", ...lines, OWN]);
  const long = `X: ${"y".repeat(60_000)}`;
  assert.deepEqual(passed(long), ["Host: a", long, OWN]);
});

Deno.test("encodeRequestHead makes what its own parser reads the same way", () => {
  const head = forwarded(
    "POST http://a:81/p HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nB: c\r\n\r\n",
  )
    .replace("POST /p", "POST http://a:81/p");
  const again = bytes(head);
  const request = parseRequest(again, 0, again.length);
  assert.deepEqual(request.target, { host: "a", port: 81 });
  assert.deepEqual(request.framing, { kind: "length", length: 3 });
  assert.equal(request.fields.length, 4);
});

interface Answer {
  method?: string;
  clientMinor?: number;
  keepAlive?: boolean;
  framing?: Framing;
}

function answered(head: string, answer: Answer = {}): string {
  const { method = "GET", clientMinor = 1, keepAlive = true } = answer;
  const all = bytes(head);
  const response = parseResponse(all, 0, all.length, method);
  const framing = answer.framing ?? response.framing;
  return text(encodeResponseHead(response, { framing, clientMinor, keepAlive, via: VIA }));
}

const responses: [title: string, head: string, answer: Answer, expected: string[]][] = [
  [
    "passes status, phrase and fields on",
    "HTTP/1.1 299 Fine \xe4\r\nA: b\r\nContent-Length: 5\r\n\r\n",
    {},
    [
      "HTTP/1.1 299 Fine \xe4",
      "A: b",
      "Content-Length: 5",
      OWN,
    ],
  ],
  ["answers in HTTP/1.1 for an origin of 1.0", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", {}, [
    "HTTP/1.1 200 OK",
    "Content-Length: 0",
    `Via: 1.0 ${VIA}`,
  ]],
  [
    "takes hop-by-hop fields out",
    "HTTP/1.1 200 OK\r\nConnection: close, X-A\r\nX-A: 1\r\nKeep-Alive: 5\r\n" +
    "Proxy-Authenticate: Basic\r\nUpgrade: h2\r\nTrailer: X\r\nContent-Length: 0\r\n\r\n",
    {},
    [
      "HTTP/1.1 200 OK",
      "Content-Length: 0",
      OWN,
    ],
  ],
  [
    "keeps each Set-Cookie",
    "HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 0\r\n\r\n",
    {},
    [
      "HTTP/1.1 200 OK",
      "Set-Cookie: a",
      "Set-Cookie: b",
      "Content-Length: 0",
      OWN,
    ],
  ],
  ["says close where the connection ends", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", {
    keepAlive: false,
  }, [
    "HTTP/1.1 200 OK",
    "Content-Length: 0",
    OWN,
    "Connection: close",
  ]],
  ["says keep-alive to a client of 1.0", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", {
    clientMinor: 0,
  }, [
    "HTTP/1.1 200 OK",
    "Content-Length: 0",
    OWN,
    "Connection: keep-alive",
  ]],
  ["puts the chunked coding on", "HTTP/1.1 200 OK\r\n\r\n", { framing: { kind: "chunked" } }, [
    "HTTP/1.1 200 OK",
    "Transfer-Encoding: chunked",
    OWN,
  ]],
  ["takes the chunked coding off", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", {
    framing: { kind: "close" },
    clientMinor: 0,
    keepAlive: false,
  }, ["HTTP/1.1 200 OK", OWN, "Connection: close"]],
  ["keeps Content-Length of a response to HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", {
    method: "HEAD",
  }, [
    "HTTP/1.1 200 OK",
    "Content-Length: 5",
    OWN,
  ]],
  ["keeps Content-Length of a 304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", {}, [
    "HTTP/1.1 304 Not Modified",
    "Content-Length: 5",
    OWN,
  ]],
  ["takes Content-Length off a 204", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", {}, [
    "HTTP/1.1 204 No Content",
    OWN,
  ]],
];
for (const [title, head, answer, expected] of responses) {
  Deno.test(`encodeResponseHead ${title}`, () => {
    assert.equal(answered(head, answer), [...expected, "", ""].join("\r\n"));
  });
}

Deno.test("encodeInterimHead has neither framing nor a word about the connection", () => {
  const all = bytes(
    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
  );
  const response = parseResponse(all, 0, all.length, "GET");
  assert.equal(
    text(encodeInterimHead(response, VIA)),
    `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n${OWN}\r\n\r\n`,
  );
});

Deno.test("encodeTrailers drops fields of framing, routing and this hop", () => {
  const all = bytes([
    "X-Sum: 1",
    "Content-Length: 5",
    "transfer-encoding: chunked",
    "Host: evil",
    "Connection: close",
    "Trailer: X",
    "Expect: 100-continue",
    "Proxy-Authorization: x",
    "TE: x",
    "Upgrade: x",
    "Y: \xe4",
    "",
  ].join("\r\n"));
  const fields = parseFields(all, 0, all.length);
  assert.equal(text(encodeTrailers(all, fields)), "X-Sum: 1\r\nY: \xe4\r\n\r\n");
  assert.equal(text(encodeTrailers(all, [])), "\r\n");
});

Deno.test("encodeChunkSize writes hexadecimal without leading zeros", () => {
  assert.deepEqual([1, 15, 16, 1 << 20].map((n) => text(encodeChunkSize(n))), [
    "1\r\n",
    "f\r\n",
    "10\r\n",
    "100000\r\n",
  ]);
});

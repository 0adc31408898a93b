/** RFC 9112, sections 4 and 6.3, and RFC 9110, section 15: what an origin answers. */
import { answered, ask, asked, CLOSES, converses, VIA } from "../../../support/conformance.ts";

const CHUNKED = "Transfer-Encoding: chunked";

/** What the client gets of what an origin answers to GET, in HTTP/1.1 on connections that stay open. */
const passed: [title: string, answer: string, gets: string][] = [
  [
    "a response without a phrase",
    "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok",
    answered(undefined, undefined, { line: "HTTP/1.1 200 " }),
  ],
  [
    "a response without a phrase and its space",
    "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
    answered(undefined, undefined, { line: "HTTP/1.1 200 " }),
  ],
  [
    "a phrase of any bytes",
    "HTTP/1.1 200 \xe4\t!\r\nContent-Length: 2\r\n\r\nok",
    answered(undefined, undefined, { line: "HTTP/1.1 200 \xe4\t!" }),
  ],
  [
    "an unknown status",
    "HTTP/1.1 299 X\r\nContent-Length: 2\r\n\r\nok",
    answered(undefined, undefined, { line: "HTTP/1.1 299 X" }),
  ],
  [
    "a redirect with its target",
    "HTTP/1.1 301 Moved\r\nLocation: http://b/\r\nContent-Length: 0\r\n\r\n",
    answered(["Location: http://b/", "Content-Length: 0"], "", { line: "HTTP/1.1 301 Moved" }),
  ],
  [
    "an error with its text",
    "HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno",
    answered(undefined, "no", { line: "HTTP/1.1 500 No" }),
  ],
  [
    "a response of HTTP/1.0 that closes",
    `HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok${CLOSES}`,
    answered(undefined, undefined, { minor: 0 }),
  ],
  [
    "a response that closes",
    `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok${CLOSES}`,
    answered(),
  ],
  [
    "an empty body",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    answered(["Content-Length: 0"], ""),
  ],
  [
    "any byte of a body",
    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\0\xff\r\n",
    answered(["Content-Length: 4"], "\0\xff\r\n"),
  ],
  [
    "a chunked body",
    `HTTP/1.1 200 OK\r\n${CHUNKED}\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    answered([CHUNKED], "2\r\nok\r\n0\r\n\r\n"),
  ],
  [
    "chunks anew, without extensions",
    `HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n002;a=b\r\nok\r\n00;c\r\n\r\n`,
    answered([CHUNKED], "2\r\nok\r\n0\r\n\r\n"),
  ],
  [
    "trailers",
    `HTTP/1.1 200 OK\r\n${CHUNKED}\r\nTrailer: A\r\n\r\n0\r\nA: b\r\n\r\n`,
    answered([CHUNKED], "0\r\nA: b\r\n\r\n"),
  ],
  [
    "no trailers about framing",
    `HTTP/1.1 200 OK\r\n${CHUNKED}\r\n\r\n0\r\nContent-Length: 9\r\nTransfer-Encoding: x\r\nA: b\r\n\r\n`,
    answered([CHUNKED], "0\r\nA: b\r\n\r\n"),
  ],
  [
    "no trailers that Connection names",
    `HTTP/1.1 200 OK\r\nConnection: x-a\r\n${CHUNKED}\r\n\r\n0\r\nX-A: b\r\n\r\n`,
    answered([CHUNKED], "0\r\n\r\n"),
  ],
  [
    "a body delimited by close, in chunks",
    `HTTP/1.1 200 OK\r\n\r\nok${CLOSES}`,
    answered([CHUNKED], "2\r\nok\r\n0\r\n\r\n"),
  ],
  [
    "an empty body delimited by close",
    `HTTP/1.0 200 OK\r\n\r\n${CLOSES}`,
    answered([CHUNKED], "0\r\n\r\n", { minor: 0 }),
  ],
  [
    "204 without a body",
    "HTTP/1.1 204 No Content\r\nA: b\r\n\r\n",
    answered(["A: b"], "", { line: "HTTP/1.1 204 No Content" }),
  ],
  [
    "204 without its Content-Length",
    "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
    answered([], "", { line: "HTTP/1.1 204 No Content" }),
  ],
  [
    "204 without what stands behind it",
    "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok",
    answered([], "", { line: "HTTP/1.1 204 No Content" }),
  ],
  [
    "204 without chunks behind it",
    `HTTP/1.1 204 No Content\r\n${CHUNKED}\r\n\r\n0\r\n\r\n`,
    answered([], "", { line: "HTTP/1.1 204 No Content" }),
  ],
  [
    "304 with the length that a 200 would have",
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\nETag: a\r\n\r\n",
    answered(["Content-Length: 9", "ETag: a"], "", { line: "HTTP/1.1 304 Not Modified" }),
  ],
  [
    "205 without a body",
    "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n",
    answered(["Content-Length: 0"], "", { line: "HTTP/1.1 205 Reset Content" }),
  ],
  [
    "nothing of what an origin sends beyond its response",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 Evil\r\n\r\n",
    answered(),
  ],
];
for (const [title, answer, gets] of passed) {
  Deno.test(`http mode answers with ${title}`, () =>
    converses({ send: ask(), sees: asked(), answers: [answer], gets }));
}

const heads: [title: string, answer: string, fields: string[]][] = [
  ["its Content-Length", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", ["Content-Length: 9"]],
  ["no body, though it is said to be chunked", `HTTP/1.1 200 OK\r\n${CHUNKED}\r\n\r\n`, []],
  ["neither length nor body", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", ["A: b"]],
  ["nothing of a body that there should not be", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", [
    "Content-Length: 2",
  ]],
];
for (const [title, answer, fields] of heads) {
  Deno.test(`http mode answers HEAD with ${title}`, () =>
    converses({
      send: ask("HEAD / HTTP/1.1"),
      sees: asked("HEAD / HTTP/1.1"),
      answers: [answer],
      gets: answered(fields, ""),
    }));
}

const LINK = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n";
const interims: [title: string, answer: string, gets: string][] = [
  [
    "103 before the response",
    `${LINK}\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`,
    `${LINK}Via: 1.1 ${VIA}\r\n\r\n${answered()}`,
  ],
  [
    "several interim responses",
    `${LINK}\r\nHTTP/1.1 102 P\r\n\r\n${LINK}\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`,
    `${LINK}Via: 1.1 ${VIA}\r\n\r\nHTTP/1.1 102 P\r\nVia: 1.1 ${VIA}\r\n\r\n${LINK}Via: 1.1 ${VIA}\r\n\r\n${answered()}`,
  ],
  [
    "an unknown interim response",
    `HTTP/1.1 199 X\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`,
    `HTTP/1.1 199 X\r\nVia: 1.1 ${VIA}\r\n\r\n${answered()}`,
  ],
  [
    "an interim response without hop-by-hop fields",
    `HTTP/1.1 100 C\r\nConnection: x-a\r\nX-A: b\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`,
    `HTTP/1.1 100 C\r\nVia: 1.1 ${VIA}\r\n\r\n${answered()}`,
  ],
];
for (const [title, answer, gets] of interims) {
  Deno.test(`http mode passes ${title}`, () =>
    converses({ send: ask(), sees: asked(), answers: [answer], gets }));
}

Deno.test("http mode keeps interim responses from a client of HTTP/1.0", () =>
  converses({
    send: ask("GET / HTTP/1.0"),
    sees: asked("GET / HTTP/1.1", [], "", 0),
    answers: [`${LINK}\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`],
    gets: answered(undefined, undefined, { after: ["Connection: close"] }),
    closes: true,
  }));

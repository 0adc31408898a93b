/** RFC 9112, section 9: connections, pipelining and HTTP/1.0. RFC 9110, section 7.6.2: Max-Forwards. */
import {
  answered,
  ask,
  asked,
  CLOSES,
  type Conversation,
  converses,
  isRefused,
  ORIGIN,
  refusal,
} from "../../../support/conformance.ts";

const GET = "GET / HTTP/1.1";
const POST = "POST / HTTP/1.1";
const TE = "Transfer-Encoding: chunked";
const closing = answered(undefined, undefined, { after: ["Connection: close"] });
const keeping = answered(undefined, undefined, { after: ["Connection: keep-alive"] });
const asked10 = (fields: string[] = [], body = "", line = GET) => asked(line, fields, body, 0);

const conversations: [title: string, conversation: Conversation][] = [
  ["keeps a connection of HTTP/1.1", { send: ask(), sees: asked() }],
  ["closes where the client says so", {
    send: ask(GET, ["Connection: close"]),
    sees: asked(),
    gets: closing,
    closes: true,
  }],
  ["closes where it is said among others", {
    send: ask(GET, ["Connection: keep-alive, CLOSE"]),
    sees: asked(),
    gets: closing,
    closes: true,
  }],
  ["closes where Proxy-Connection says so", {
    send: ask(GET, ["Proxy-Connection: close"]),
    sees: asked(),
    gets: closing,
    closes: true,
  }],
  ["closes a connection of HTTP/1.0", {
    send: ask("GET / HTTP/1.0"),
    sees: asked10(),
    gets: closing,
    closes: true,
  }],
  ["keeps one of HTTP/1.0 where asked to", {
    send: ask("GET / HTTP/1.0", ["Connection: Keep-Alive"]),
    sees: asked10(),
    gets: keeping,
  }],
  ["keeps one of HTTP/1.0 where Proxy-Connection asks", {
    send: ask("GET / HTTP/1.0", ["Proxy-Connection: keep-alive"]),
    sees: asked10(),
    gets: keeping,
  }],
  ["sends Expect of HTTP/1.0 no further", {
    send: ask("POST / HTTP/1.0", ["Expect: 100-continue", "Content-Length: 1"], "a"),
    sees: asked10(["Content-Length: 1"], "a", POST),
    gets: closing,
    closes: true,
  }],
  ["takes the chunked coding off for HTTP/1.0", {
    send: ask("GET / HTTP/1.0"),
    sees: asked10(),
    answers: [`HTTP/1.1 200 OK\r\n${TE}\r\n\r\n2;x\r\nok\r\n1\r\n!\r\n0\r\nA: b\r\n\r\n`],
    gets: answered([], "ok!", { after: ["Connection: close"] }),
    closes: true,
  }],
  ["closes a kept HTTP/1.0 for a body without a length", {
    send: ask("GET / HTTP/1.0", ["Connection: keep-alive"]),
    sees: asked10(),
    answers: [`HTTP/1.1 200 OK\r\n${TE}\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
    gets: answered([], "ok", { after: ["Connection: close"] }),
    closes: true,
  }],
  ["passes a body to the close for HTTP/1.0", {
    send: ask("GET / HTTP/1.0"),
    sees: asked10(),
    answers: [`HTTP/1.0 200 OK\r\n\r\nok${CLOSES}`],
    gets: answered([], "ok", { after: ["Connection: close"], minor: 0 }),
    closes: true,
  }],
  ["serves pipelined requests in order", {
    send: ask("GET /1 HTTP/1.1") + ask("GET /2 HTTP/1.1") + ask("GET /3 HTTP/1.1"),
    sees: asked("GET /1 HTTP/1.1") + asked("GET /2 HTTP/1.1") + asked("GET /3 HTTP/1.1"),
    gets: answered().repeat(3),
  }],
  ["serves a request behind a body of a length", {
    send: ask(POST, ["Content-Length: 3"], "abc") + ask(),
    sees: asked(POST, ["Content-Length: 3"], "abc") + asked(),
    gets: answered().repeat(2),
  }],
  ["serves a request behind a chunked body", {
    send: ask(POST, [TE], "1\r\na\r\n0\r\nA: b\r\n\r\n") + ask(),
    sees: asked(POST, [TE], "1\r\na\r\n0\r\nA: b\r\n\r\n") + asked(),
    gets: answered().repeat(2),
  }],
  ["serves a request behind an empty line", {
    send: `${ask()}\r\n${ask()}`,
    sees: asked().repeat(2),
    gets: answered().repeat(2),
  }],
  ["serves nothing behind a close", {
    send: ask(GET, ["Connection: close"]) + ask(),
    sees: asked(),
    gets: closing,
    closes: true,
  }],
  ["serves HEAD and GET in turn", {
    send: ask("HEAD / HTTP/1.1") + ask(),
    sees: asked("HEAD / HTTP/1.1") + asked(),
    answers: ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"],
    gets: answered(undefined, "") + answered(),
  }],
  ["serves 204, 304 and 200 in turn", {
    send: ask().repeat(3),
    sees: asked().repeat(3),
    answers: ["HTTP/1.1 204 N\r\n\r\n", "HTTP/1.1 304 M\r\n\r\n"],
    gets: answered([], "", { line: "HTTP/1.1 204 N" }) +
      answered([], "", { line: "HTTP/1.1 304 M" }) + answered(),
  }],
  ["answers the first of two and refuses the second", {
    send: ask() + "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    sees: asked(),
    gets: answered() +
      refusal(
        "400 Bad Request",
        "this is a proxy: expected a target such as http://example.com/ without a fragment",
        "http_request_error",
        false,
      ),
    closes: true,
  }],
  ["counts Max-Forwards of OPTIONS down", {
    send: ask("OPTIONS / HTTP/1.1", ["A: b", "Max-Forwards: 10"]),
    sees: asked("OPTIONS / HTTP/1.1", ["A: b", "Max-Forwards: 9"]),
  }],
  ["counts Max-Forwards of TRACE down", {
    send: ask("TRACE / HTTP/1.1", ["max-forwards: 1"]),
    sees: asked("TRACE / HTTP/1.1", ["Max-Forwards: 0"]),
  }],
  ["takes a huge Max-Forwards for many", {
    send: ask("TRACE / HTTP/1.1", [`Max-Forwards: ${"9".repeat(30)}`]),
    sees: asked("TRACE / HTTP/1.1", ["Max-Forwards: 9007199254740990"]),
  }],
  ["passes TRACE without Max-Forwards", {
    send: ask("TRACE / HTTP/1.1"),
    sees: asked("TRACE / HTTP/1.1"),
  }],
  ["leaves Max-Forwards of GET alone", {
    send: ask(GET, ["Max-Forwards: x"]),
    sees: asked(GET, ["Max-Forwards: x"]),
  }],
  ["answers OPTIONS with Max-Forwards: 0 itself", {
    send: ask("OPTIONS / HTTP/1.1", ["Max-Forwards: 0"]),
    sees: "",
    gets:
      "HTTP/1.1 200 OK\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE, CONNECT\r\nContent-Length: 0\r\n\r\n",
  }],
  ["answers TRACE with Max-Forwards: 0 itself, secrets left out", {
    send: ask("TRACE /a?b HTTP/1.1", [
      "A:  b ",
      "Cookie: c",
      "Authorization: d",
      "proxy-authorization: e",
      "Max-Forwards: 0",
      "Connection: close",
    ]),
    sees: "",
    closes: true,
    gets: reflected(
      `TRACE http://${ORIGIN}/a?b HTTP/1.1\r\nHost: ${ORIGIN}\r\nA:  b \r\nMax-Forwards: 0\r\nConnection: close\r\n\r\n`,
    ),
  }],
];
for (const [title, conversation] of conversations) {
  Deno.test(`http mode ${title}`, () => converses(conversation));
}

/** The length counts the real address, which is as long as any with a port of five digits. */
function reflected(body: string): string {
  const length = body.replaceAll(ORIGIN, "127.0.0.1:12345").length;
  return `HTTP/1.1 200 OK\r\nContent-Type: message/http\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${body}`;
}

const hops: string[][] = [
  ["Max-Forwards: x"],
  ["Max-Forwards: -1"],
  ["Max-Forwards: 1.5"],
  ["Max-Forwards:"],
  ["Max-Forwards: 1", "Max-Forwards: 1"],
];
for (const lines of hops) {
  Deno.test(`http mode refuses OPTIONS with ${lines.join(" and ")}`, () =>
    isRefused({
      send: ask("OPTIONS / HTTP/1.1", ["Connection: close", ...lines]),
      status: 400,
      reason: "Max-Forwards is not one whole number",
    }));
}

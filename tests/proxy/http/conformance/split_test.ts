/** TCP keeps no boundaries: what arrives in whatever pieces is the same message. */
import fc from "fast-check";
import {
  answered,
  ask,
  asked,
  type Conversation,
  converses,
  isRefused,
  ORIGIN,
  type Refusal,
} from "../../../support/conformance.ts";

const TE = "Transfer-Encoding: chunked";
const POST = "POST / HTTP/1.1";

/** A bit of everything that is read byte for byte. */
const long: Conversation = {
  send: "\r\n" + ask("GET /1 HTTP/1.1", ["A: b", "Connection: X-A", "X-A: 1"]) +
    ask(POST, [TE], "3;x=y\r\nabc\r\n0a\r\n0123456789\r\n0\r\nX-Sum: 1\r\nHost: x\r\n\r\n") +
    ask(POST, ["Content-Length: 4"], "\r\n\r\n") + ask("HEAD / HTTP/1.1"),
  sees: asked("GET /1 HTTP/1.1", ["A: b"]) +
    asked(POST, [TE], "3\r\nabc\r\na\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n") +
    asked(POST, ["Content-Length: 4"], "\r\n\r\n") + asked("HEAD / HTTP/1.1"),
  answers: [
    "HTTP/1.1 103 E\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none",
    `HTTP/1.1 200 OK\r\n${TE}\r\n\r\n2;x\r\nok\r\n0\r\nA: b\r\n\r\n`,
    "HTTP/1.0 404 No\r\nContent-Length: 2\r\n\r\nno",
    "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n",
  ],
  gets: answered(["A: b"], "", { line: "HTTP/1.1 103 E" }) +
    answered(["Content-Length: 3"], "one") +
    answered([TE], "2\r\nok\r\n0\r\nA: b\r\n\r\n") +
    answered(undefined, "no", { line: "HTTP/1.1 404 No", minor: 0 }) +
    answered(["Content-Length: 7"], ""),
};

const places = (max: number) => fc.array(fc.nat(max), { maxLength: 12 });

Deno.test("http mode reads the same from a client, wherever its bytes are cut in two", async () => {
  for (let at = 1; at < long.send.length; at++) {
    await converses({ ...long, cuts: { client: [at], origin: [] } });
  }
});

Deno.test("http mode reads the same from an origin, wherever its bytes are cut in two", async () => {
  const longest = Math.max(...long.answers!.map((answer) => answer.length));
  for (let at = 1; at < longest; at++) {
    await converses({ ...long, cuts: { client: [], origin: [at] } });
  }
});

Deno.test("http mode reads the same in any pieces from both", async () => {
  const cuts = fc.record({ client: places(600), origin: places(80) });
  await fc.assert(
    fc.asyncProperty(cuts, (cuts) => converses({ ...long, cuts })),
    { numRuns: 60 },
  );
});

Deno.test("http mode reads the same byte for byte", () =>
  converses({
    ...long,
    cuts: {
      client: Array.from({ length: 700 }, (_, i) => i),
      origin: Array.from({ length: 90 }, (_, i) => i),
    },
  }));

const refused: Refusal[] = [
  {
    send: `GET http://${ORIGIN}/ HTTP/1.1\r\nHost: x\r\nA: b\nC: d\r\n\r\n`,
    status: 400,
    reason: "bare LF",
  },
  { send: `GET http://${ORIGIN}/ HTTP/1.1\rHost: x\r\n\r\n`, status: 400, reason: "bare CR" },
  { send: ask(POST, ["Content-Length: 1", TE], "0\r\n\r\n"), status: 400, reason: "both" },
  { send: "GET / HTTP/1.1\r\nHost: x\r\n\r\n", status: 400, reason: "this is a proxy" },
  {
    send: ask("GET / HTTP/1.1", [`A: ${"x".repeat(2000)}`]),
    status: 431,
    reason: "1024",
    flags: { maxHeaderSize: "1k" },
  },
  {
    send: ask(`GET /${"x".repeat(1500)} HTTP/1.1`),
    status: 414,
    reason: "target",
    flags: { maxHeaderSize: "1k" },
  },
];
for (const refusal of refused) {
  Deno.test(`http mode refuses in any pieces: ${refusal.status} ${refusal.reason}`, async () => {
    await fc.assert(
      fc.asyncProperty(
        places(refusal.send.length),
        (client) => isRefused({ ...refusal, cuts: { client, origin: [] } }),
      ),
      { numRuns: 40 },
    );
  });
}

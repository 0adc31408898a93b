import { strict as assert } from "node:assert";
import { type Handler, HttpServer } from "../../../manager/server.ts";
import { eventually } from "../../support/eventually.ts";
import { errorCode, ReplyReader, request } from "../../support/raw_http.ts";
import { connectTo, send } from "../../support/tcp.ts";

const HIDDEN = "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n";
const POST = "POST / HTTP/1.1\r\nHost: x\r\n";

/** Requests that one reader takes for another one than the next reader does. */
const AMBIGUOUS: [what: string, bytes: string, status: number][] = [
  ["two lengths", `${POST}Content-Length: 3\r\nContent-Length: 40\r\n\r\nabc${HIDDEN}`, 400],
  ["the same length twice", `${POST}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`, 400],
  ["a list of lengths", `${POST}Content-Length: 3, 3\r\n\r\nabc`, 400],
  ["a signed length", `${POST}Content-Length: +3\r\n\r\nabc`, 400],
  ["a length in hex", `${POST}Content-Length: 0x3\r\n\r\nabc`, 400],
  ["an empty length", `${POST}Content-Length: \r\n\r\n${HIDDEN}`, 400],
  ["a length without end", `${POST}Content-Length: 99999999999999999999\r\n\r\n`, 400],
  [
    "length and chunks",
    `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
    400,
  ],
  ["chunked twice", `${POST}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`, 400],
  [
    "two transfer codings",
    `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
    400,
  ],
  ["chunked not last", `${POST}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`, 400],
  ["an unknown coding", `${POST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, 501],
  ["a coding like chunked", `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, 400],
  ["a tab for a space", `${POST}Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n`, 400],
  ["a blank before the colon", `${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`, 400],
  ["chunks in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400],
  ["a folded field", `${POST}X: a\r\n Content-Length: 3\r\n\r\nabc`, 400],
  ["a field that begins with a blank", `${POST} X: a\r\n\r\n`, 400],
  ["a line feed alone", `GET / HTTP/1.1\nHost: x\n\n${HIDDEN}`, 400],
  ["a line feed alone within", `${POST}X: a\nContent-Length: 3\r\n\r\nabc`, 400],
  ["an end by line feeds", `${POST}X: a\n\n${HIDDEN}`, 400],
  ["a carriage return alone", `${POST}X: a\rContent-Length: 3\r\n\r\nabc`, 400],
  ["a NUL in a value", `${POST}X: a\0b\r\n\r\n`, 400],
  ["a NUL in a name", `${POST}X\0: a\r\n\r\n`, 400],
  ["no name", `${POST}: a\r\n\r\n`, 400],
  ["no colon", `${POST}Content-Length 3\r\n\r\nabc`, 400],
  ["two hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400],
  ["another host in the target", "GET http://evil.example/ HTTP/1.1\r\nHost: x\r\n\r\n", 400],
  ["another port in the target", "GET http://x:81/ HTTP/1.1\r\nHost: x\r\n\r\n", 400],
  ["a user in the target", "GET http://x@evil.example/ HTTP/1.1\r\nHost: x\r\n\r\n", 400],
  ["a target for a proxy", "CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n", 400],
  ["a target without path", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 400],
  ["another scheme", "GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400],
  ["a fragment", "GET /#/../a HTTP/1.1\r\nHost: x\r\n\r\n", 400],
  ["a blank in the target", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400],
  ["two blanks", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400],
  ["bytes above ASCII in the target", "GET /\xe9 HTTP/1.1\r\nHost: x\r\n\r\n", 400],
  ["no version", "GET /\r\nHost: x\r\n\r\n", 400],
  ["another version", "GET / HTTP/3.0\r\nHost: x\r\n\r\n", 505],
  ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505],
  ["an expectation", `${POST}Expect: 200-ok\r\nContent-Length: 3\r\n\r\nabc`, 417],
  ["no method", " / HTTP/1.1\r\nHost: x\r\n\r\n", 400],
  ["an empty line before", `\r\n${HIDDEN}`, 400],
];

/** The same in a body, of which the head has gone on already. */
const BROKEN_CHUNKS = [
  "x\r\nabc\r\n0\r\n\r\n",
  "3 \r\nabc\r\n0\r\n\r\n",
  "3\nabc\r\n0\r\n\r\n",
  "-3\r\nabc\r\n0\r\n\r\n",
  "3\r\nabcd\r\n0\r\n\r\n",
  "ffffffffffffffffff\r\n",
  "0\r\nX: trailer\r\n\r\n",
  `3;${"x".repeat(300)}\r\nabc\r\n0\r\n\r\n`,
];

const BROKEN = () => new Response(null, { status: 400 });

interface Served {
  server: HttpServer;
  /** The paths that the application was asked for. */
  paths: string[];
}

async function withServer(
  test: (served: Served) => Promise<void>,
  answer: Handler = (request) => request.text().then((text) => new Response(text), () => BROKEN()),
): Promise<void> {
  const paths: string[] = [];
  const server = new HttpServer({ host: "127.0.0.1", port: 0 }, (request, client) => {
    paths.push(new URL(request.url).pathname);
    return answer(request, client);
  });
  try {
    await test({ server, paths });
    await eventually("no connection is left", () => server.connections === 0);
  } finally {
    await server.stop();
  }
}

Deno.test("Front passes nothing on that two readers could take for different requests", async () => {
  await withServer(async ({ server, paths }) => {
    for (const [what, text, status] of AMBIGUOUS) {
      using conn = await connectTo(server.addr.port);
      await send(conn, Uint8Array.from(text, (character) => character.charCodeAt(0)));
      const replies = new ReplyReader(conn);
      const reply = await replies.next();
      assert.equal(reply?.status, status, what);
      assert.notEqual(errorCode(reply), "", what);
      assert.equal(await replies.next(), null, `${what}: one answer, and the end`);
    }
    assert.deepEqual(paths, []);
    const { counts } = server.refusals;
    assert.equal(counts.bad_request + counts.not_http, AMBIGUOUS.length);
  });
});

Deno.test("Front refuses the same in a later request, behind the answer to the first one", async () => {
  await withServer(async ({ server, paths }) => {
    for (const [what, text, status] of AMBIGUOUS) {
      using conn = await connectTo(server.addr.port);
      await send(
        conn,
        Uint8Array.from(request("GET", "/first") + text, (character) => character.charCodeAt(0)),
      );
      const replies = new ReplyReader(conn);
      assert.equal((await replies.next())?.status, 200, what);
      assert.equal((await replies.next())?.status, status, what);
      assert.equal(await replies.next(), null, what);
    }
    assert.deepEqual([...new Set(paths)], ["/first"]);
    assert.equal(paths.length, AMBIGUOUS.length);
  });
});

Deno.test("Front waits for the answer that is under way before it refuses the next request", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const slow: Handler = () => {
    asked.resolve();
    return answer.promise;
  };
  await withServer(async ({ server }) => {
    using conn = await connectTo(server.addr.port);
    await send(conn, request("GET", "/slow"));
    await asked.promise;
    await send(conn, "GET  / HTTP/1.1\r\n\r\n");
    await eventually("it is refused", () => server.refusals.counts.bad_request === 1);
    answer.resolve(new Response("late"));
    const replies = new ReplyReader(conn);
    assert.equal((await replies.next())?.body, "late");
    assert.equal((await replies.next())?.status, 400);
    assert.equal(await replies.next(), null);
  }, slow);
});

Deno.test("Front ends a connection whose chunks are malformed, and no request comes out of them", async () => {
  await withServer(async ({ server, paths }) => {
    for (const chunks of BROKEN_CHUNKS) {
      using conn = await connectTo(server.addr.port);
      await send(conn, `${POST}Transfer-Encoding: chunked\r\n\r\n${chunks}${HIDDEN}`);
      const replies = new ReplyReader(conn);
      for (let reply = await replies.next(); reply; reply = await replies.next()) {
        assert.ok(reply.status >= 400, `${chunks}: ${reply.status}`);
      }
    }
    assert.ok(!paths.includes("/hidden"));
    assert.equal(server.refusals.counts.bad_request, BROKEN_CHUNKS.length);
  });
});

Deno.test("Front passes on what is clear, in however many pieces it comes", async () => {
  const table: [bytes: string, bodies: string[]][] = [
    [`${POST}Content-Length: 3\r\n\r\nabc${HIDDEN}`, ["abc", ""]],
    [`${POST}Content-Length: 0\r\n\r\n${HIDDEN}`, ["", ""]],
    [`${POST}transfer-encoding:\tCHUNKED\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n${HIDDEN}`, [
      "abcde",
      "",
    ]],
    [HIDDEN.repeat(20), Array(20).fill("")],
    ["GET HTTP://X/ HTTP/1.1\r\nhost: x\r\n\r\n", [""]],
  ];
  for (const [text, bodies] of table) {
    for (const size of [1, 7, text.length]) {
      await withServer(async ({ server }) => {
        using conn = await connectTo(server.addr.port);
        for (let at = 0; at < text.length; at += size) await send(conn, text.slice(at, at + size));
        const replies = new ReplyReader(conn);
        for (const body of bodies) assert.equal((await replies.next())?.body, body, text);
      });
    }
  }
});

import { strict as assert } from "node:assert";
import { createHttpsTransport } from "../../../proxy/dns/https.ts";
import { decodeAnswer, encodeQuery } from "../../../proxy/dns/query.ts";
import { parseDnsServer } from "../../../proxy/dns/servers.ts";
import { TEST_CA } from "../../support/certificate.ts";
import { addresses, encodeReply, startHttps, zoneOf } from "../../support/dns.ts";

const query = encodeQuery("a.test", "A");
const ZONE = zoneOf({ "a.test": ["192.0.2.1"] });
const TYPE = { "content-type": "application/dns-message" };

function connectTo(flag: string, caCerts = [TEST_CA]) {
  const transport = createHttpsTransport(parseDnsServer(flag), caCerts);
  return {
    ask: (signal = AbortSignal.timeout(15_000)) => transport.ask(query, signal),
    [Symbol.dispose]: () => transport.close(),
  };
}

Deno.test("createHttpsTransport asks by POST, with id 0", async () => {
  await using server = startHttps(ZONE);
  using transport = connectTo(server.flag);
  const answer = decodeAnswer(await transport.ask(), "a.test", "A");
  assert.deepEqual(answer, { kind: "addresses", addresses: ["192.0.2.1"], ttl: 60 });
  assert.deepEqual(server.queries, ["A a.test"]);
});

Deno.test("createHttpsTransport has the system resolve its server's own name", async () => {
  await using server = startHttps(ZONE);
  using transport = connectTo(`https://localhost:${server.port}`);
  assert.ok((await transport.ask()).length > 0);
});

const right = encodeReply(query, { answers: addresses("a.test", ["192.0.2.1"]) });
const refused: [title: string, respond: () => Response, message: RegExp][] = [
  ["another status", () => new Response(right, { status: 500, headers: TYPE }), /status 500/],
  ["another type", () => new Response(right, { headers: { "content-type": "text/html" } }), /html/],
  ["no body", () => new Response(null, { status: 200, headers: TYPE }), /another question/],
  ["a redirect", () => Response.redirect("https://127.0.0.1:1/", 302), /redirect/],
  [
    "too long an answer",
    () => new Response(new Uint8Array(65_536), { headers: TYPE }),
    /more than 65535 bytes/,
  ],
  [
    "an answer to another question",
    () => new Response(encodeReply(encodeQuery("b.test", "A"), {}), { headers: TYPE }),
    /another question/,
  ],
];
for (const [title, respond, message] of refused) {
  Deno.test(`createHttpsTransport refuses ${title}`, async () => {
    await using server = startHttps(ZONE, respond);
    using transport = connectTo(server.flag);
    await assert.rejects(transport.ask(), message);
  });
}

Deno.test("createHttpsTransport refuses a certificate that nobody known has signed", async () => {
  await using server = startHttps(ZONE);
  using transport = connectTo(server.flag, []);
  await assert.rejects(
    transport.ask(),
    (error: Error) => /UnknownIssuer/.test(String(error.cause)),
  );
  assert.deepEqual(server.queries, []);
});

Deno.test("createHttpsTransport ends with the signal", async () => {
  const stop = new AbortController();
  await using server = startHttps(() => {
    stop.abort(new Error("too late"));
    return null;
  });
  using transport = connectTo(server.flag);
  await assert.rejects(transport.ask(stop.signal), /too late/);
});

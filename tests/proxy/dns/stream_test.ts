import { strict as assert } from "node:assert";
import { openTcp, openTls } from "../../../proxy/dns/open.ts";
import { decodeAnswer, encodeQuery } from "../../../proxy/dns/query.ts";
import { parseDnsServer } from "../../../proxy/dns/servers.ts";
import { createStreamTransport } from "../../../proxy/dns/stream.ts";
import type { Transport } from "../../../proxy/dns/transport.ts";
import { TEST_CA } from "../../support/certificate.ts";
import { addresses, startStream, type Zone, zoneOf } from "../../support/dns.ts";
import { eventually, within } from "../../support/eventually.ts";
import { closedPort, startTcp } from "../../support/tcp.ts";

const signal = () => AbortSignal.timeout(15_000);
const ZONE = zoneOf({ "a.test": ["192.0.2.1"], "b.test": ["192.0.2.2"] });

function connectTo(flag: string, caCerts = [TEST_CA]): Transport & Disposable {
  const server = parseDnsServer(flag);
  const open = server.kind === "tls" ? openTls(server, caCerts) : openTcp(server);
  const transport = createStreamTransport(open);
  return { ...transport, [Symbol.dispose]: () => transport.close() };
}

async function addressOf(transport: Transport, name: string): Promise<string> {
  const answer = decodeAnswer(await transport.ask(encodeQuery(name, "A"), signal()), name, "A");
  assert.ok(answer.kind === "addresses");
  return answer.addresses.join();
}

for (const kind of ["tcp", "tls"] as const) {
  Deno.test(`createStreamTransport asks many times over one ${kind} connection`, async () => {
    await using server = startStream(kind, ZONE);
    using transport = connectTo(server.flag);
    assert.equal(await addressOf(transport, "a.test"), "192.0.2.1");
    const both = await Promise.all(["a.test", "b.test"].map((name) => addressOf(transport, name)));
    assert.deepEqual(both, ["192.0.2.1", "192.0.2.2"]);
    assert.equal(server.connections, 1);
  });
}

Deno.test("createStreamTransport gives each answer to its query, in any order", async () => {
  const first = Promise.withResolvers<void>();
  const zone: Zone = async (name, type, over) => {
    if (name === "a.test") await first.promise;
    return await ZONE(name, type, over);
  };
  await using server = startStream("tcp", zone);
  using transport = connectTo(server.flag);
  const a = addressOf(transport, "a.test");
  assert.equal(await addressOf(transport, "b.test"), "192.0.2.2");
  first.resolve();
  assert.equal(await a, "192.0.2.1");
});

Deno.test("createStreamTransport takes an answer of the greatest length", async () => {
  const many = Array.from({ length: 511 }, (_, i) => `192.0.${i >> 8}.${i & 255}`);
  const texts = { name: "a.test", type: "TXT", data: ["x".repeat(255)] };
  const answers = [...addresses("a.test", many), ...Array(190).fill(texts)];
  await using server = startStream("tcp", () => ({ answers }));
  using transport = connectTo(server.flag);
  const answer = await transport.ask(encodeQuery("a.test", "A"), signal());
  assert.ok(answer.length > 60_000 && answer.length <= 65_535, `${answer.length} bytes`);
});

Deno.test("createStreamTransport asks on a new connection where the kept one was closed", async () => {
  await using server = startStream(
    "tcp",
    (name, type, over) =>
      server.connections === 1 && server.queries.length === 2
        ? new Uint8Array()
        : ZONE(name, type, over),
  );
  using transport = connectTo(server.flag);
  await addressOf(transport, "a.test");
  assert.equal(await addressOf(transport, "b.test"), "192.0.2.2");
  assert.deepEqual([server.connections, server.queries.length], [2, 3]);
});

Deno.test("createStreamTransport fails where even a new connection is closed", async () => {
  await using server = startStream("tcp", () => new Uint8Array());
  using transport = connectTo(server.flag);
  await assert.rejects(addressOf(transport, "a.test"), /closed the connection/);
  assert.equal(server.connections, 1);
});

Deno.test("createStreamTransport leaves a connection on which an answer is late", async () => {
  await using server = startStream(
    "tcp",
    (name, type, over) => name === "late.test" ? null : ZONE(name, type, over),
  );
  using transport = connectTo(server.flag);
  const late = new AbortController();
  const query = encodeQuery("late.test", "A");
  const answer = assert.rejects(transport.ask(query, late.signal), /too late/);
  await eventually("the query arrives", () => server.queries.length === 1);
  late.abort(new Error("too late"));
  await answer;
  assert.equal(await addressOf(transport, "a.test"), "192.0.2.1");
  assert.equal(server.connections, 2);
});

Deno.test("createStreamTransport fails where nobody listens, for all who wait", async () => {
  using transport = connectTo(`tcp://127.0.0.1:${closedPort()}`);
  const waiting = ["a.test", "b.test"].map((name) => addressOf(transport, name));
  for (const answer of await Promise.allSettled(waiting)) {
    assert.ok(answer.status === "rejected" && /refused/.test(String(answer.reason)));
  }
});

Deno.test("createStreamTransport ends those who wait when it is closed", async () => {
  await using server = startStream("tcp", () => null);
  using transport = connectTo(server.flag);
  const waiting = assert.rejects(addressOf(transport, "a.test"), /the resolver was closed/);
  await eventually("the query arrives", () => server.queries.length === 1);
  transport.close();
  await waiting;
});

for (
  const [flag, title] of [
    ["tls://dns.test@127.0.0.1", "a name that stands before the address"],
    ["tls://localhost", "a name that the system resolves"],
    ["tls://127.0.0.1", "an address"],
  ]
) {
  Deno.test(`openTls checks the certificate for ${title}`, async () => {
    await using server = startStream("tls", ZONE);
    using transport = connectTo(`${flag}:${server.port}`);
    assert.equal(await addressOf(transport, "a.test"), "192.0.2.1");
  });
}

Deno.test("openTls refuses a certificate of another name, or of nobody known", async () => {
  await using server = startStream("tls", ZONE);
  using another = connectTo(`tls://other.test@127.0.0.1:${server.port}`);
  await assert.rejects(addressOf(another, "a.test"), /certificate not valid for name "other.test"/);
  using unknown = connectTo(server.flag, []);
  await assert.rejects(addressOf(unknown, "a.test"), /invalid peer certificate: UnknownIssuer/);
  assert.deepEqual(server.queries, []);
});

Deno.test("openTls gives up a handshake that nobody answers", async () => {
  const begun = Promise.withResolvers<void>();
  await using server = startTcp(async (conn) => {
    await conn.read(new Uint8Array(1));
    begun.resolve();
    await conn.readable.pipeTo(new WritableStream());
  });
  const open = openTls(parseDnsServer(`tls://${server.address}`), [TEST_CA]);
  const stop = new AbortController();
  const opening = assert.rejects(open(stop.signal));
  await within("the handshake begins", begun.promise);
  stop.abort();
  await opening;
});

import { strict as assert } from "node:assert";
import { encodeQuery, withId } from "../../../proxy/dns/query.ts";
import { parseDnsServer } from "../../../proxy/dns/servers.ts";
import type { Transport } from "../../../proxy/dns/transport.ts";
import { createUdpTransport } from "../../../proxy/dns/udp.ts";
import { addresses, encodeReply } from "../../support/dns.ts";
import { eventually, within } from "../../support/eventually.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const query = encodeQuery("a.test", "A");
/** The clock stands still. */
const OPTIONS = { resendMs: 1000, clock: new FakeClock() };

type Take = (query: Uint8Array, from: Deno.NetAddr, send: Send) => Promise<unknown> | void;
type Send = (bytes: Uint8Array) => Promise<number>;

/** A socket on loopback that does with each datagram what `take` says. */
function startSocket(take: Take, hostname = "127.0.0.1") {
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  const { port } = socket.addr as Deno.NetAddr;
  const serving = (async () => {
    for await (const [bytes, from] of socket) {
      await take(new Uint8Array(bytes), from as Deno.NetAddr, (reply) => socket.send(reply, from));
    }
  })();
  const server = parseDnsServer(
    hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`,
  );
  return {
    server,
    async [Symbol.asyncDispose]() {
      socket.close();
      await serving;
    },
  };
}

/** Stands for the way over TCP; tells that it was taken. */
const overTcp: Transport = {
  ask: () => Promise.resolve(Uint8Array.of(7, 7, 7)),
  close() {},
};
const noTcp: Transport = {
  ask: () => Promise.reject(new Error("asked over TCP")),
  close() {},
};
const right = (query: Uint8Array, ip = "192.0.2.1") =>
  encodeReply(query, { answers: addresses("a.test", [ip]) });
const signal = () => AbortSignal.timeout(15_000);

for (const hostname of ["127.0.0.1", "::1"]) {
  Deno.test(`createUdpTransport brings the answer of a server on ${hostname}`, async () => {
    await using socket = startSocket((query, _, send) => send(right(query)), hostname);
    const transport = createUdpTransport(socket.server, { ...OPTIONS, overTcp: noTcp });
    const answer = await transport.ask(query, signal());
    assert.deepEqual(answer.slice(2), right(query).slice(2));
  });
}

Deno.test("createUdpTransport asks with another id from another port each time", async () => {
  const seen = { ids: new Set<string>(), ports: new Set<number>() };
  await using socket = startSocket((query, from, send) => {
    seen.ids.add(query.slice(0, 2).toHex());
    seen.ports.add(from.port);
    return send(right(query));
  });
  const transport = createUdpTransport(socket.server, { ...OPTIONS, overTcp: noTcp });
  const asks = Array.from({ length: 32 }, () => transport.ask(query, signal()));
  await Promise.all(asks);
  assert.equal(seen.ports.size, 32);
  // Of 32 draws from 65,536 hardly two are the same, and never four.
  assert.ok(seen.ids.size > 28, `${seen.ids.size} ids`);
});

Deno.test("createUdpTransport takes no answer with another id, to another question or from elsewhere", async () => {
  const stranger = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  await using socket = startSocket(async (query, from, send) => {
    const other = withId(encodeQuery("b.test", "A"), query[0] << 8 | query[1]);
    await stranger.send(right(query, "192.0.2.66"), from);
    await send(right(withId(query, (query[0] << 8 | query[1]) ^ 1), "192.0.2.67"));
    await send(encodeReply(other, { answers: addresses("b.test", ["192.0.2.68"]) }));
    await send(query);
    await send(new Uint8Array());
    await send(right(query));
  });
  const transport = createUdpTransport(socket.server, { ...OPTIONS, overTcp: noTcp });
  const answer = await transport.ask(query, signal());
  assert.deepEqual(answer.slice(2), right(query).slice(2));
  stranger.close();
});

Deno.test("createUdpTransport asks over TCP where an answer does not fit", async () => {
  await using socket = startSocket((query, _, send) =>
    send(encodeReply(query, { truncated: true }))
  );
  const transport = createUdpTransport(socket.server, { ...OPTIONS, overTcp });
  assert.deepEqual(await transport.ask(query, signal()), Uint8Array.of(7, 7, 7));
});

Deno.test("createUdpTransport asks over TCP where somebody guesses ids", async () => {
  await using socket = startSocket(async (query, _, send) => {
    const id = query[0] << 8 | query[1];
    for (let i = 1; i <= 16; i++) await send(right(withId(query, id ^ i), "192.0.2.66"));
  });
  const transport = createUdpTransport(socket.server, { ...OPTIONS, overTcp });
  assert.deepEqual(await transport.ask(query, signal()), Uint8Array.of(7, 7, 7));
});

Deno.test("createUdpTransport sends a lost query again, the same one", async () => {
  const received: string[] = [];
  await using socket = startSocket(async (query, from, send) => {
    received.push(`${from.port} ${query.toHex()}`);
    if (received.length === 2) await send(right(query));
  });
  const clock = new FakeClock();
  const transport = createUdpTransport(socket.server, { resendMs: 1000, clock, overTcp: noTcp });
  const answer = transport.ask(query, signal());
  await eventually("the query arrives", () => received.length === 1);
  await clock.run(1000);
  await answer;
  assert.equal(received[0], received[1]);
});

Deno.test("createUdpTransport ends with the signal's reason where no answer comes", async () => {
  const asked = Promise.withResolvers<void>();
  await using socket = startSocket(() => asked.resolve());
  const transport = createUdpTransport(socket.server, { ...OPTIONS, overTcp: noTcp });
  const late = new AbortController();
  const answer = assert.rejects(transport.ask(query, late.signal), /too late/);
  await within("the query arrives", asked.promise);
  late.abort(new Error("too late"));
  await answer;
  await assert.rejects(transport.ask(query, late.signal), /too late/);
});

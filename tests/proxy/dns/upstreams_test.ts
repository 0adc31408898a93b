import { strict as assert } from "node:assert";
import { ASIDE_MS, Upstreams } from "../../../proxy/dns/upstreams.ts";
import { parseDnsServer } from "../../../proxy/dns/servers.ts";
import { TEST_CA } from "../../support/certificate.ts";
import {
  type DnsTestServer,
  startDns,
  startHttps,
  startStream,
  type Zone,
  zoneOf,
} from "../../support/dns.ts";
import { eventually } from "../../support/eventually.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { closedPort } from "../../support/tcp.ts";

const ZONE = zoneOf({ "a.test": ["192.0.2.1"] });
const OTHER = zoneOf({ "a.test": ["192.0.2.2"] });
const TIMEOUT = 2;

/** The clock stands still, so that no server is late unless the test says so. */
function ask(flags: string[]) {
  const clock = new FakeClock();
  const servers = flags.map(parseDnsServer);
  const deps = { clock, caCerts: [TEST_CA] };
  const upstreams = new Upstreams({ servers, timeout: TIMEOUT, cacheSize: 0 }, deps);
  return {
    clock,
    upstreams,
    address: async (name = "a.test") => {
      const answer = await upstreams.ask(name, "A");
      return answer.kind === "addresses" ? answer.addresses.join() : answer.kind;
    },
    [Symbol.dispose]: () => upstreams.close(),
  };
}

const starters: [kind: string, start: (zone: Zone) => DnsTestServer | Promise<DnsTestServer>][] = [
  ["udp", startDns],
  ["tcp", (zone) => startStream("tcp", zone)],
  ["tls", (zone) => startStream("tls", zone)],
  ["https", startHttps],
];
for (const [kind, start] of starters) {
  Deno.test(`Upstreams asks the first server over ${kind}, and no other`, async () => {
    await using first = await start(ZONE);
    await using second = await start(OTHER);
    using servers = ask([first.flag, second.flag]);
    assert.equal(await servers.address(), "192.0.2.1");
    assert.equal(await servers.address("none.test"), "none");
    assert.deepEqual(first.queries, ["A a.test", "A none.test"]);
    assert.deepEqual(second.queries, []);
  });

  Deno.test(`Upstreams asks the next server where one stays silent over ${kind}`, async () => {
    await using silent = await start(() => null);
    await using second = await start(ZONE);
    using servers = ask([silent.flag, second.flag]);
    const answer = servers.address();
    await eventually("the query arrives", () => silent.queries.length > 0);
    await servers.clock.run(TIMEOUT * 1000 - 1);
    assert.deepEqual(second.queries, []);
    await servers.clock.run(1);
    assert.equal(await answer, "192.0.2.1");
  });
}

Deno.test("Upstreams asks the same server over TCP where an answer does not fit", async () => {
  await using server = await startDns((name, type, over) =>
    over === "udp" ? { truncated: true } : ZONE(name, type, over)
  );
  using servers = ask([server.flag]);
  assert.equal(await servers.address(), "192.0.2.1");
  assert.equal(await servers.address(), "192.0.2.1");
  assert.equal(server.connections, 1);
});

Deno.test("Upstreams asks a server that failed last, for a while", async () => {
  const server = { works: false };
  const zone: Zone = (...question) => server.works ? ZONE(...question) : new Uint8Array();
  await using first = startStream("tcp", zone);
  await using second = startStream("tcp", OTHER);
  using servers = ask([first.flag, second.flag]);
  assert.equal(await servers.address(), "192.0.2.2");
  assert.equal(await servers.address(), "192.0.2.2");
  assert.equal(first.queries.length, 1);
  await servers.clock.run(ASIDE_MS);
  assert.equal(await servers.address(), "192.0.2.2");
  assert.equal(first.queries.length, 2);
  server.works = true;
  assert.equal(await servers.address(), "192.0.2.2");
  await servers.clock.run(ASIDE_MS);
  assert.equal(await servers.address(), "192.0.2.1");
  assert.equal(await servers.address(), "192.0.2.1");
  assert.equal(first.queries.length, 4);
});

Deno.test("Upstreams tries a server again with one query, while others pass it by", async () => {
  const back = Promise.withResolvers<void>();
  let works = false;
  await using first = startStream("tcp", async (...question) => {
    if (!works) return new Uint8Array();
    await back.promise;
    return await ZONE(...question);
  });
  await using second = startStream("tcp", OTHER);
  using servers = ask([first.flag, second.flag]);
  await servers.address();
  works = true;
  await servers.clock.run(ASIDE_MS);
  const trial = servers.address();
  assert.equal(await servers.address(), "192.0.2.2");
  back.resolve();
  assert.equal(await trial, "192.0.2.1");
});

Deno.test("Upstreams asks servers that failed all the same where no other answers", async () => {
  await using second = startStream("tcp", ZONE);
  using servers = ask([`tcp://127.0.0.1:${closedPort()}`, second.flag]);
  assert.equal(await servers.address(), "192.0.2.1");
  let works = false;
  await using only = startStream("tcp", (...asked) => works ? ZONE(...asked) : new Uint8Array());
  using alone = ask([only.flag]);
  await assert.rejects(alone.address(), { code: "EAI_AGAIN" });
  works = true;
  assert.equal(await alone.address(), "192.0.2.1");
});

for (const rcode of ["SERVFAIL", "REFUSED"] as const) {
  Deno.test(`Upstreams asks the next server after ${rcode}, and the first one again next time`, async () => {
    await using first = await startDns(() => ({ rcode }));
    await using second = await startDns(ZONE);
    using servers = ask([first.flag, second.flag]);
    assert.equal(await servers.address(), "192.0.2.1");
    assert.equal(await servers.address(), "192.0.2.1");
    assert.equal(first.queries.length, 2);
    using alone = ask([first.flag]);
    await assert.rejects(alone.address(), { code: "ESERVFAIL" });
  });
}

Deno.test("Upstreams takes what cannot be read for no answer", async () => {
  const zone: Zone = () =>
    Uint8Array.fromHex("0000818000010001000000000161047465737400000100010000");
  await using first = startHttps(zone);
  await using second = startStream("tcp", ZONE);
  using servers = ask([first.flag, second.flag]);
  assert.equal(await servers.address(), "192.0.2.1");
  using alone = ask([first.flag]);
  await assert.rejects(alone.address(), { code: "EAI_AGAIN" });
});

Deno.test("Upstreams ends at once what runs when it is closed", async () => {
  await using first = await startDns(() => null);
  await using second = startStream("tcp", ZONE);
  using servers = ask([first.flag, second.flag]);
  const answer = assert.rejects(servers.address(), { code: "EAI_AGAIN" });
  await eventually("the query arrives", () => first.queries.length > 0);
  servers.upstreams.close();
  await answer;
  await assert.rejects(servers.address(), { code: "EAI_AGAIN" });
  assert.deepEqual(second.queries, []);
});

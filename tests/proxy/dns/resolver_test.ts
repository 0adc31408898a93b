import { strict as assert } from "node:assert";
import fc from "fast-check";
import { DnsError } from "../../../proxy/dns/error.ts";
import { encodeQuery } from "../../../proxy/dns/query.ts";
import { isIpLiteral } from "../../../proxy/net/address.ts";
import { TEST_CA } from "../../support/certificate.ts";
import { createResolver, createSystemResolver, MAX_LOOKUPS } from "../../../proxy/dns/resolver.ts";
import { parseDnsServer } from "../../../proxy/dns/servers.ts";
import {
  addresses,
  type DnsTestServer,
  soa,
  startDns,
  startHttps,
  startStream,
  type Zone,
  zoneOf,
} from "../../support/dns.ts";
import { eventually } from "../../support/eventually.ts";
import { FakeClock } from "../../support/fake_clock.ts";

/** A resolver with one server that knows the zone; the clock stands still unless the test moves it. */
async function setUp(zone: Zone, cacheSize = 100) {
  const clock = new FakeClock();
  const server: DnsTestServer = await startDns(zone);
  const servers = [parseDnsServer(server.flag)];
  const resolver = createResolver({ servers, timeout: 2, cacheSize }, { clock });
  return {
    clock,
    queries: server.queries,
    resolver,
    resolve: resolver.resolve,
    code: (host: string) =>
      resolver.resolve(host).then((ips) => ips.join(), (error) => error.code as string),
    async [Symbol.asyncDispose]() {
      resolver.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const ZONE = zoneOf({
  "a.test": ["192.0.2.1", "::1"],
  "b.test": ["192.0.2.2"],
  "six.test": ["::6"],
});

Deno.test("Resolver asks for A and AAAA, and gives the addresses of both", async () => {
  await using dns = await setUp(ZONE);
  assert.deepEqual(await dns.resolve("a.test"), ["::1", "192.0.2.1"]);
  assert.deepEqual(dns.queries.toSorted(), ["A a.test", "AAAA a.test"]);
  assert.deepEqual(await dns.resolve("b.test"), ["192.0.2.2"]);
  assert.deepEqual(await dns.resolve("six.test"), ["::6"]);
});

Deno.test("Resolver takes a name in any case and with a dot at its end for the same", async () => {
  await using dns = await setUp(ZONE);
  for (const host of ["A.Test", "a.test.", "a.test"]) {
    assert.deepEqual(await dns.resolve(host), ["::1", "192.0.2.1"]);
  }
  assert.equal(dns.queries.length, 2);
});

Deno.test("Resolver remembers a name while it lives, and no longer", async () => {
  await using dns = await setUp(zoneOf({ "a.test": ["192.0.2.1"] }, 30));
  await dns.resolve("a.test");
  await dns.clock.run(29_999);
  await dns.resolve("a.test");
  assert.equal(dns.queries.length, 2);
  await dns.clock.run(1);
  await dns.resolve("a.test");
  assert.equal(dns.queries.length, 4);
});

Deno.test("Resolver remembers no name with a time to live of 0", async () => {
  await using dns = await setUp(zoneOf({ "a.test": ["192.0.2.1"] }, 0));
  await dns.resolve("a.test");
  await dns.resolve("a.test");
  assert.equal(dns.queries.length, 4);
});

Deno.test("Resolver remembers for a while that a name or its addresses do not exist", async () => {
  await using dns = await setUp((name) => ({
    rcode: name === "none.test" ? "NXDOMAIN" : "NOERROR",
    authorities: [soa(900, 20)],
  }));
  for (const [host, code] of [["none.test", "ENOTFOUND"], ["empty.test", "ENODATA"]]) {
    dns.queries.length = 0;
    assert.equal(await dns.code(host), code);
    await dns.clock.run(19_999);
    assert.equal(await dns.code(host), code);
    assert.equal(dns.queries.length, 2);
    await dns.clock.run(1);
    assert.equal(await dns.code(host), code);
    assert.equal(dns.queries.length, 4);
  }
});

Deno.test("Resolver asks again a second after a failure", async () => {
  let broken = true;
  await using dns = await setUp((...asked) => broken ? { rcode: "SERVFAIL" } : ZONE(...asked));
  assert.equal(await dns.code("a.test"), "ESERVFAIL");
  assert.equal(await dns.code("a.test"), "ESERVFAIL");
  assert.equal(dns.queries.length, 2);
  broken = false;
  await dns.clock.run(1000);
  assert.equal(await dns.code("a.test"), "::1,192.0.2.1");
});

Deno.test("Resolver remembers nothing with a cache of 0", async () => {
  await using dns = await setUp(ZONE, 0);
  for (let i = 0; i < 3; i++) await dns.resolve("a.test");
  await dns.code("none.test");
  await dns.code("none.test");
  assert.equal(dns.queries.length, 10);
});

Deno.test("Resolver remembers so many names, those asked for last", async () => {
  await using dns = await setUp((name) => ({ answers: addresses(name, ["192.0.2.1"]) }), 2);
  for (const host of ["a.test", "b.test", "a.test", "c.test"]) await dns.resolve(host);
  assert.equal(dns.queries.length, 6);
  await dns.resolve("a.test");
  assert.equal(dns.queries.length, 6);
  await dns.resolve("b.test");
  assert.equal(dns.queries.length, 8);
});

Deno.test("Resolver asks once for all who wait for a name", async () => {
  const answer = Promise.withResolvers<void>();
  await using dns = await setUp(async (...asked) => {
    await answer.promise;
    return await ZONE(...asked);
  });
  const waiting = Array.from({ length: 500 }, () => dns.resolve("b.test"));
  await eventually("the query arrives", () => dns.queries.length > 0);
  answer.resolve();
  for (const ips of await Promise.all(waiting)) assert.deepEqual(ips, ["192.0.2.2"]);
  assert.equal(dns.queries.length, 2);
});

Deno.test("Resolver refuses names while too many are looked up, but none that it knows", async () => {
  await using dns = await setUp((...asked) => asked[0].startsWith("slow") ? null : ZONE(...asked));
  await dns.resolve("b.test");
  const slow = Array.from({ length: MAX_LOOKUPS }, (_, i) => dns.code(`slow${i}.test`));
  assert.equal(await dns.code("a.test"), "EDNSBUSY");
  assert.equal(await dns.code("b.test"), "192.0.2.2");
  dns.resolver.close();
  assert.deepEqual(new Set(await Promise.all(slow)), new Set(["EAI_AGAIN"]));
});

Deno.test("Resolver asks for the name that an alias leads to, and remembers the first name", async () => {
  const to = (name: string, data: string) => ({ answers: [{ name, type: "CNAME", ttl: 9, data }] });
  await using dns = await setUp((name, ...rest) => {
    if (name === "www.test") return to(name, "cdn.test");
    if (name === "cdn.test") return to(name, "b.test");
    return ZONE(name, ...rest);
  });
  assert.deepEqual(await dns.resolve("www.test"), ["192.0.2.2"]);
  assert.equal(dns.queries.length, 6);
  await dns.clock.run(8_999);
  assert.deepEqual(await dns.resolve("www.test"), ["192.0.2.2"]);
  assert.equal(dns.queries.length, 6);
});

Deno.test("Resolver follows aliases so far and no farther", async () => {
  await using dns = await setUp((name) => ({
    answers: [{ name, type: "CNAME", ttl: 9, data: `x.${name}` }],
  }));
  assert.equal(await dns.code("a.test"), "ESERVFAIL");
  assert.equal(dns.queries.length, 10);
  await using circle = await setUp((name) => ({
    answers: [{ name, type: "CNAME", ttl: 9, data: name === "a.test" ? "b.test" : "a.test" }],
  }));
  assert.equal(await circle.code("a.test"), "ESERVFAIL");
  assert.equal(circle.queries.length, 10);
});

Deno.test("Resolver follows no alias once every server could have been late", async () => {
  const clock = new FakeClock();
  await using server = startStream("tcp", async (name, type) => {
    if (type === "AAAA") return { authorities: [soa(9)] };
    await clock.run(1500);
    return { answers: [{ name, type: "CNAME", ttl: 9, data: `x.${name}` }] };
  });
  const servers = [parseDnsServer(server.flag)];
  const resolver = createResolver({ servers, timeout: 2, cacheSize: 0 }, { clock });
  await assert.rejects(resolver.resolve("a.test"), { code: "EAI_AGAIN" });
  const asked = server.queries.filter((query) => query.startsWith("A "));
  assert.deepEqual(asked, ["A a.test", "A x.a.test"]);
  resolver.close();
});

Deno.test("Resolver makes do with one family where the other fails", async () => {
  await using dns = await setUp((name, type, over) =>
    type === "AAAA" ? { rcode: "SERVFAIL" } : ZONE(name, type, over)
  );
  assert.deepEqual(await dns.resolve("a.test"), ["192.0.2.1"]);
});

Deno.test("Resolver begins each time with another address", async () => {
  await using dns = await setUp(zoneOf({ "a.test": ["192.0.2.1", "192.0.2.2", "192.0.2.3"] }));
  const first = new Set<string>();
  for (let i = 0; i < 3; i++) first.add((await dns.resolve("a.test"))[0]);
  assert.deepEqual(first, new Set(["192.0.2.1", "192.0.2.2", "192.0.2.3"]));
});

Deno.test("Resolver asks no server for localhost, literals and what cannot exist", async () => {
  await using dns = await setUp(ZONE);
  assert.deepEqual(await dns.resolve("LOCALHOST."), ["127.0.0.1", "::1"]);
  assert.deepEqual(await dns.resolve("a.localhost"), ["127.0.0.1", "::1"]);
  assert.deepEqual(await dns.resolve("192.0.2.9"), ["192.0.2.9"]);
  for (const host of ["a.invalid", "a.onion", "", ".", "a..b", "a b", "x".repeat(64)]) {
    assert.equal(await dns.code(host), "ENOTFOUND", host);
  }
  assert.deepEqual(dns.queries, []);
});

Deno.test("Resolver throws nothing but its own error, whatever bytes follow the question", async () => {
  let tail = new Uint8Array();
  let counts = new Uint8Array(6);
  await using server = startHttps((name, type) => {
    const query = encodeQuery(name, type as "A");
    const question = query.slice(12, -11);
    return Uint8Array.of(0, 0, 0x81, 0x80, 0, 1, ...counts, ...question, ...tail);
  });
  const options = { servers: [parseDnsServer(server.flag)], timeout: 15, cacheSize: 0 };
  const resolver = createResolver(options, { caCerts: [TEST_CA] });
  const count = fc.uint8Array({ minLength: 6, maxLength: 6, max: 2 });
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), count, async (bytes, numbers) => {
      [tail, counts] = [new Uint8Array(bytes), new Uint8Array(numbers)];
      try {
        assert.ok((await resolver.resolve("a.test")).every(isIpLiteral));
      } catch (error) {
        assert.ok(error instanceof DnsError, `expected a DnsError, got ${(error as Error)?.stack}`);
      }
    }),
    { numRuns: 200 },
  );
  resolver.close();
});

Deno.test("createSystemResolver resolves as the system does", async () => {
  const resolver = createSystemResolver();
  const ips = await resolver.resolve("localhost");
  assert.ok(ips.includes("127.0.0.1") || ips.includes("::1"), ips.join());
  await assert.rejects(resolver.resolve("nothing.invalid"), { code: "ENOTFOUND" });
  resolver.close();
});

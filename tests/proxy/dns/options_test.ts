import { strict as assert } from "node:assert";
import { proxyOptionsSchema } from "../../../proxy/options.ts";

type Flags = Record<string, string>;

const dnsOf = (flags: Flags) => proxyOptionsSchema.parse({ mode: "http", ...flags }).dns;

Deno.test("proxyOptionsSchema leaves names to the system without --dns", () => {
  assert.equal(dnsOf({}), null);
});

Deno.test("proxyOptionsSchema takes DNS servers in their order, in every mode", () => {
  const flags = { dns: "192.0.2.1,tls://dns.example,https://dns.example/q" };
  const dns = dnsOf(flags);
  assert.deepEqual(dns?.servers.map((server) => server.name), [
    "udp://192.0.2.1:53",
    "tls://dns.example:853",
    "https://dns.example/q",
  ]);
  assert.deepEqual([dns?.timeout, dns?.cacheSize], [2, 10_000]);
  for (const mode of [{ mode: "socks5" }, { mode: "tcp", target: "a:1" }] as Flags[]) {
    assert.deepEqual(dnsOf({ ...flags, ...mode }), dns);
  }
  assert.deepEqual(structuredClone(dns), dns);
});

Deno.test("proxyOptionsSchema takes --dns-timeout and --dns-cache-size", () => {
  const dns = dnsOf({ dns: "::1", dnsTimeout: "0.5", dnsCacheSize: "0" });
  assert.deepEqual([dns?.timeout, dns?.cacheSize], [0.5, 0]);
});

const refused: [flags: Flags, message: RegExp][] = [
  [{ dns: "" }, /^Cannot parse --dns "": expected an address such as/],
  [{ dns: "8.8.8.8," }, /^Cannot parse --dns "": expected an address such as/],
  [{ dns: "8.8.8.8,x" }, /^Cannot parse --dns "x": expected an IP address/],
  [{ dns: Array(9).fill("::1").join() }, /^Cannot use --dns with 9 entries: expected at most 8$/],
  [{ dns: "::1", dnsTimeout: "0" }, /^Cannot parse --dns-timeout "0": expected seconds from 0.1/],
  [{ dns: "::1", dnsTimeout: "61" }, /^Cannot parse --dns-timeout "61"/],
  [{ dns: "::1", dnsCacheSize: "-1" }, /^Cannot parse --dns-cache-size "-1": expected a whole/],
  [{ dns: "::1", dnsCacheSize: "1000001" }, /^Cannot parse --dns-cache-size/],
  [{ dnsTimeout: "1" }, /^--dns-timeout needs --dns$/],
  [{ dnsCacheSize: "1" }, /^--dns-cache-size needs --dns$/],
];
for (const [flags, message] of refused) {
  Deno.test(`proxyOptionsSchema refuses ${JSON.stringify(flags)}`, () => {
    const result = proxyOptionsSchema.safeParse({ mode: "http", ...flags });
    assert.match(result.error!.issues[0].message, message);
    assert.doesNotMatch(result.error!.issues[0].message, /[\r\n]/);
  });
}

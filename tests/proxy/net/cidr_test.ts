import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { strict as assert } from "node:assert";
import { AddressError } from "../../../proxy/net/address.ts";
import { covers, isWithin, parseCidr } from "../../../proxy/net/cidr.ts";

const table: [network: string, within: string[], without: string[]][] = [
  ["10.0.0.0/8", ["10.0.0.0", "10.255.255.255"], ["11.0.0.0", "9.255.255.255", "::a00:0"]],
  ["10.1.2.3/8", ["10.200.0.1"], ["11.0.0.1"]],
  ["192.0.2.7", ["192.0.2.7"], ["192.0.2.6", "192.0.2.8"]],
  ["192.0.2.128/25", ["192.0.2.128", "192.0.2.255"], ["192.0.2.127"]],
  ["0.0.0.0/0", ["255.255.255.255", "0.0.0.0"], ["::1"]],
  ["::/0", ["::1", "ffff::", "fe80::1%eth0"], ["1.2.3.4"]],
  ["::1", ["::1", "0:0:0:0:0:0:0:1"], ["::2", "127.0.0.1"]],
  ["2001:db8::/33", ["2001:db8:7fff::1"], ["2001:db8:8000::1"]],
  ["::ffff:10.0.0.0/104", ["10.9.9.9"], ["11.0.0.0"]],
];
for (const [network, within, without] of table) {
  Deno.test(`isWithin tells what ${network} holds`, () => {
    const networks = [parseCidr(network)];
    for (const ip of within) assert.equal(isWithin(networks, ip), true, ip);
    for (const ip of without) assert.equal(isWithin(networks, ip), false, ip);
  });
}

Deno.test("isWithin says what ipaddr.js says, of any network and address", () => {
  const v4 = fc.tuple(fc.ipV4(), fc.nat(32), fc.ipV4());
  const v6 = fc.tuple(fc.ipV6(), fc.nat(128), fc.ipV6());
  const near = fc.tuple(fc.nat(0xffffffff), fc.nat(32), fc.nat(31)).map(([n, bits, flip]) => {
    const text = (n: number) => [24, 16, 8, 0].map((by) => n >>> by & 255).join(".");
    return [text(n), bits, text(n ^ 1 << flip)] as [string, number, string];
  });
  const near6 = near.map(([a, bits, b]) => {
    return [`2001:db8::${a}`, 96 + bits, `2001:db8::${b}`] as [string, number, string];
  });
  const seen = { within: 0, without: 0 };
  fc.assert(
    fc.property(fc.oneof(v4, v6, near, near6), ([network, bits, ip]) => {
      fc.pre(!/^::(\d+\.|ffff:)/.test(network) && !/^::(\d+\.|ffff:)/.test(ip));
      const [net, address] = [ipaddr.parse(network), ipaddr.parse(ip)];
      const expected = net.kind() === address.kind() && address.match(net, bits);
      assert.equal(isWithin([parseCidr(`${network}/${bits}`)], ip), expected);
      seen[expected ? "within" : "without"]++;
    }),
    { numRuns: 2000 },
  );
  assert.ok(seen.within > 100 && seen.without > 100, JSON.stringify(seen));
});

Deno.test("covers is true for networks within a network, and for no wider one", () => {
  const networks = ["10.0.0.0/8", "fe80::/10"].map(parseCidr);
  for (const part of ["10.0.0.0/8", "10.9.0.0/16", "10.1.2.3", "fe80::/10", "febf::1"]) {
    assert.equal(covers(networks, parseCidr(part)), true, part);
  }
  for (const part of ["10.0.0.0/7", "0.0.0.0/0", "11.0.0.0/8", "fe80::/9", "::/0", "fec0::1"]) {
    assert.equal(covers(networks, parseCidr(part)), false, part);
  }
});

Deno.test("isWithin looks at every network, and none holds nothing", () => {
  const networks = ["10.0.0.0/8", "::1"].map(parseCidr);
  assert.equal(isWithin(networks, "::1"), true);
  assert.equal(isWithin([], "::1"), false);
});

for (
  const text of ["", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10/8", "10.0.0/8", "name/8"]
    .concat(["10.0.0.0/-1", "10.0.0.0/8/8", " 10.0.0.0/8", "[::1]", "fe80::1%eth0", "1.2.3.4:80"])
) {
  Deno.test(`parseCidr refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseCidr(text), AddressError);
  });
}

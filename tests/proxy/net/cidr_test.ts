import { strict as assert } from "node:assert";
import { AddressError } from "../../../proxy/net/address.ts";
import { isWithin, parseCidr } from "../../../proxy/net/cidr.ts";

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

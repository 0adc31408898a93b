import { strict as assert } from "node:assert";
import { createOwnAddress } from "../../../proxy/net/own_address.ts";

const INTERFACES = ["127.0.0.1", "10.0.0.5", "::1", "fe80::1%eth0", "2001:db8::5"];

function own(hostname: string, ip: string, port = 8080): boolean {
  const listen: Deno.NetAddr = { transport: "tcp", hostname, port: 8080 };
  return createOwnAddress(listen, () => INTERFACES)(ip, port);
}

const cases: [listen: string, ip: string, own: boolean][] = [
  ["127.0.0.1", "127.0.0.1", true],
  ["127.0.0.1", "::ffff:127.0.0.1", true],
  ["127.0.0.1", "0.0.0.0", true],
  ["127.0.0.1", "127.0.0.2", false],
  ["127.0.0.1", "10.0.0.5", false],
  ["127.0.0.1", "::1", false],
  ["127.0.0.1", "::", false],
  ["10.0.0.5", "10.0.0.5", true],
  ["10.0.0.5", "127.0.0.1", false],
  ["10.0.0.5", "0.0.0.0", false],
  ["0.0.0.0", "127.0.0.1", true],
  ["0.0.0.0", "127.9.9.9", true],
  ["0.0.0.0", "10.0.0.5", true],
  ["0.0.0.0", "::ffff:10.0.0.5", true],
  ["0.0.0.0", "0.0.0.0", true],
  ["0.0.0.0", "10.0.0.6", false],
  ["0.0.0.0", "::1", false],
  ["0.0.0.0", "2001:db8::5", false],
  ["::", "127.0.0.1", true],
  ["::", "10.0.0.5", true],
  ["::", "::1", true],
  ["::", "::", true],
  ["::", "0.0.0.0", true],
  ["::", "0:0:0:0:0:0:0:1", true],
  ["::", "2001:DB8:0::5", true],
  ["::", "fe80::1", true],
  ["::", "2001:db8::6", false],
  ["::1", "::1", true],
  ["::1", "::", true],
  ["::1", "0:0::1", true],
  ["::1", "127.0.0.1", false],
];
for (const [listen, ip, expected] of cases) {
  Deno.test(`createOwnAddress takes ${ip} for ${expected ? "" : "not "}what listens on ${listen}`, () => {
    assert.equal(own(listen, ip), expected);
    assert.equal(own(listen, ip, 8081), false);
  });
}

Deno.test("createOwnAddress asks for the interfaces only where the port is its own", () => {
  let asked = 0;
  const isOwn = createOwnAddress({ transport: "tcp", hostname: "0.0.0.0", port: 80 }, () => {
    asked++;
    return INTERFACES;
  });
  isOwn("10.0.0.5", 81);
  isOwn("192.0.2.1", 443);
  assert.equal(asked, 0);
  assert.equal(isOwn("10.0.0.5", 80), true);
  assert.equal(asked, 1);
});

Deno.test("createOwnAddress knows this machine's interfaces", () => {
  const isOwn = createOwnAddress({ transport: "tcp", hostname: "::", port: 80 });
  const addresses = Deno.networkInterfaces().map(({ address }) => address);
  assert.ok(addresses.length > 0);
  for (const address of addresses) assert.ok(isOwn(address, 80), address);
});

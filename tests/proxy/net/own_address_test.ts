import { strict as assert } from "node:assert";
import { createDial } from "../../../proxy/net/dial.ts";
import { Failure } from "../../../proxy/net/failure.ts";
import { createOwnAddress, refuseOwn } from "../../../proxy/net/own_address.ts";

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

Deno.test("refuseOwn asks the gate about everything that is not the listener's own", () => {
  const isOwn = (ip: string) => ip === "10.0.0.5";
  const gate = refuseOwn({
    name: (host) => host === "denied.test" ? "target_denied" : null,
    target: (client) => client === "10.0.0.7" ? "target_denied" : null,
  }, isOwn);
  assert.equal(gate.name("denied.test", 80), "target_denied");
  assert.equal(gate.name("a.test", 80), null);
  assert.equal(gate.target("10.0.0.7", "a.test", "10.0.0.5", 80), "loop_detected");
  assert.equal(gate.target("10.0.0.7", "a.test", "10.0.0.6", 80), "target_denied");
  assert.equal(gate.target("10.0.0.8", "a.test", "10.0.0.6", 80), null);
  assert.equal(refuseOwn(null, isOwn).name("a.test", 80), null);
  assert.equal(refuseOwn(null, isOwn).target("", "a.test", "10.0.0.6", 80), null);
});

Deno.test("dial refuses a name as a loop if one of its addresses is the listener's own", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const isOwn = createOwnAddress(listener.addr);
  for (const ips of [["127.0.0.1"], ["::1", "127.0.0.1"], ["127.0.0.1", "::1"]]) {
    const gate = refuseOwn(null, isOwn);
    const dial = createDial({ timeout: 5, resolve: () => Promise.resolve(ips), gate });
    const attempt = dial({ host: "a.test", port: listener.addr.port }, { cancel: null });
    await assert.rejects(attempt, (error) => {
      assert.ok(error instanceof Failure);
      assert.equal(error.message, `a.test:${listener.addr.port} is this proxy itself`);
      return error.reason === "loop_detected";
    });
  }
});

import { strict as assert } from "node:assert";
import { parseCidr } from "../../../proxy/net/cidr.ts";
import { DEFAULT_PER_CLIENT, Places } from "../../../manager/http/places.ts";

Deno.test("Places bounds all connections, and gives places back", () => {
  const places = new Places(2, null);
  assert.equal(places.enter("192.0.2.1"), null);
  assert.equal(places.enter("192.0.2.2"), null);
  assert.equal(places.enter("192.0.2.3"), "too_many_connections");
  assert.equal(places.open, 2);
  places.leave("192.0.2.1");
  assert.equal(places.enter("192.0.2.3"), null);
});

Deno.test("Places bounds each client, IPv6 ones by their /64", () => {
  const table: [first: string, second: string, same: boolean][] = [
    ["192.0.2.1", "192.0.2.1", true],
    ["192.0.2.1", "192.0.2.2", false],
    ["2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true],
    ["2001:db8::1", "2001:db8:0:0:1::", true],
    ["2001:db8:0:1::1", "2001:db8:0:2::1", false],
    ["127.0.0.1", "127.0.0.1", true],
  ];
  for (const [first, second, same] of table) {
    const places = new Places(10, 1);
    assert.equal(places.enter(first), null);
    assert.equal(places.enter(second), same ? "too_many_of_client" : null, `${first} ${second}`);
    places.leave(first);
    assert.equal(places.enter(first), null);
  }
});

Deno.test("Places leaves this host without a limit of its own unless it is given one", () => {
  const places = new Places(10_000, null);
  for (let i = 0; i < DEFAULT_PER_CLIENT; i++) {
    for (const ip of ["127.0.0.1", "::1", "192.0.2.1"]) assert.equal(places.enter(ip), null);
  }
  assert.equal(places.enter("127.0.0.1"), null);
  assert.equal(places.enter("::1"), null);
  assert.equal(places.enter("192.0.2.1"), "too_many_of_client");
});

Deno.test("Places counts what a proxy holds for its clients, and not for the proxy", () => {
  const places = new Places(4, 1, [parseCidr("10.0.0.0/8")]);
  assert.equal(places.enter("10.1.1.1"), null);
  assert.equal(places.enter("10.1.1.1"), null);
  assert.ok(places.hold("192.0.2.1"));
  assert.ok(!places.hold("192.0.2.1"));
  assert.equal(places.enter("192.0.2.1"), "too_many_of_client");
  assert.ok(places.hold("192.0.2.2"));
  places.release("192.0.2.1");
  assert.equal(places.enter("192.0.2.1"), null);
  assert.equal(places.enter("10.1.1.1"), null);
  assert.equal(places.enter("10.1.1.1"), "too_many_connections");
  for (let i = 0; i < 3; i++) places.leave("10.1.1.1");
  places.leave("192.0.2.1");
  assert.equal(places.open, 0);
});

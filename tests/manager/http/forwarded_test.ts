import { strict as assert } from "node:assert";
import { type FieldReader, isForwarded, readForwarded } from "../../../manager/http/forwarded.ts";
import { parseCidr } from "../../../proxy/net/cidr.ts";

const TRUSTED = ["127.0.0.1", "10.0.0.0/8", "fd00::/8"].map(parseCidr);
const PEER = "127.0.0.1";

const fields = (given: Record<string, string>): FieldReader => (name) => given[name] ?? null;

function clientOf(given: Record<string, string>, peer = PEER): string {
  return readForwarded(fields(given), peer, TRUSTED).ip;
}

Deno.test("readForwarded takes the last address that is no trusted proxy's for the client", () => {
  const table: [chain: string, ip: string][] = [
    ["192.0.2.1", "192.0.2.1"],
    ["198.51.100.9, 192.0.2.1", "192.0.2.1"],
    ["127.0.0.1, 192.0.2.1", "192.0.2.1"],
    ["192.0.2.1, 10.1.1.1", "192.0.2.1"],
    ["203.0.113.5,192.0.2.1 ,10.1.1.1,\t10.2.2.2", "192.0.2.1"],
    ["10.1.1.1", "10.1.1.1"],
    ["10.9.9.9, 10.1.1.1", "10.9.9.9"],
    ["192.0.2.1:4711", "192.0.2.1"],
    ["2001:DB8::1", "2001:db8::1"],
    ["[2001:db8::1]:4711", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["192.0.2.1, fd00::1", "192.0.2.1"],
    // What no address is says nothing, and neither does what stands before it.
    ["", PEER],
    ["unknown", PEER],
    ["127.0.0.1, nonsense", PEER],
    ["192.0.2.1, ", PEER],
    ["192.0.2.1, x, 10.1.1.1", "10.1.1.1"],
    ["192.0.2.999", PEER],
    ["0x7f.1", PEER],
    ["2001:db8::1%eth0", PEER],
    ["localhost", PEER],
  ];
  for (const [chain, ip] of table) assert.equal(clientOf({ "x-forwarded-for": chain }), ip, chain);
});

Deno.test("readForwarded understands Forwarded (RFC 7239), where there is no X-Forwarded-For", () => {
  const table: [value: string, expected: ReturnType<typeof readForwarded>][] = [
    ["for=192.0.2.1", { ip: "192.0.2.1", secure: false, host: null }],
    [
      'For="[2001:db8::1]:4711";proto=HTTPS;host="fleet.example:8443"',
      { ip: "2001:db8::1", secure: true, host: "fleet.example:8443" },
    ],
    [
      "for=198.51.100.9;proto=http, for=192.0.2.1 ; proto=https, for=10.1.1.1;proto=http",
      { ip: "192.0.2.1", secure: true, host: null },
    ],
    ['for="a,b;for=198.51.100.9"', { ip: PEER, secure: false, host: null }],
    ["for=_hidden;proto=https", { ip: PEER, secure: false, host: null }],
    ["for=unknown", { ip: PEER, secure: false, host: null }],
    ["proto=https", { ip: PEER, secure: false, host: null }],
    ['"', { ip: PEER, secure: false, host: null }],
    ["", { ip: PEER, secure: false, host: null }],
  ];
  for (const [forwarded, expected] of table) {
    assert.deepEqual(readForwarded(fields({ forwarded }), PEER, TRUSTED), expected, forwarded);
  }
  const both = { "x-forwarded-for": "192.0.2.1", "forwarded": "for=198.51.100.9;proto=https" };
  assert.deepEqual(readForwarded(fields(both), PEER, TRUSTED), {
    ip: "192.0.2.1",
    secure: false,
    host: null,
  });
});

Deno.test("readForwarded believes the nearest proxy about scheme and host", () => {
  const table: [proto: string, host: string, secure: boolean, expected: string | null][] = [
    ["https", "fleet.example", true, "fleet.example"],
    ["HTTPS", "a.example, fleet.example:8443", true, "fleet.example:8443"],
    ["http, https", "", true, null],
    ["https, http", " ", false, null],
    ["", "fleet.example", false, "fleet.example"],
  ];
  for (const [proto, name, secure, host] of table) {
    const told = { "x-forwarded-proto": proto, "x-forwarded-host": name };
    assert.deepEqual(readForwarded(fields(told), PEER, TRUSTED), { ip: PEER, secure, host });
  }
});

Deno.test("isForwarded sees what any proxy leaves", () => {
  assert.ok(!isForwarded(fields({ host: "x", cookie: "a=b" })));
  for (const name of ["forwarded", "via", "x-forwarded-for", "x-forwarded-proto", "x-real-ip"]) {
    assert.ok(isForwarded(fields({ [name]: "" })), name);
  }
});

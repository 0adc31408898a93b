import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { strict as assert } from "node:assert";
import {
  type AccessFlag,
  isAbout,
  isAboutHost,
  normalizeHost,
  parseRule,
} from "../../../proxy/access/rules.ts";
import { AddressError } from "../../../proxy/net/address.ts";
import { parseIp } from "../../../proxy/net/ip.ts";

type Question = [host: string, ip: string, port: number];

function fits(flag: AccessFlag, entry: string, [host, ip, port]: Question): boolean {
  const rule = parseRule(flag, entry);
  return isAboutHost(rule, normalizeHost(host), port) && isAbout(rule, parseIp(ip)!);
}

const targets: [entry: string, about: Question[], notAbout: Question[]][] = [
  ["10.0.0.0/8", [["10.1.1.1", "10.1.1.1", 80], ["a", "10.1.1.1", 1]], [["a", "11.0.0.1", 80]]],
  ["10.0.0.0/8:443", [["a", "10.1.1.1", 443]], [["a", "10.1.1.1", 80], ["a", "1.1.1.1", 443]]],
  ["192.0.2.7", [["a", "192.0.2.7", 65535]], [["a", "192.0.2.8", 1], ["a", "::c000:207", 1]]],
  ["::1", [["::1", "::1", 80]], [["a", "::2", 80]]],
  ["[::1]", [["::1", "::1", 80]], [["a", "::2", 80]]],
  ["[::1]:80-90", [["a", "::1", 80], ["a", "::1", 90]], [["a", "::1", 79], ["a", "::1", 91]]],
  ["2001:db8::/32", [["a", "2001:db8:9::1", 80]], [["a", "2001:db9::1", 80]]],
  ["[2001:db8::/32]:80", [["a", "2001:db8:9::1", 80]], [["a", "2001:db8::1", 81]]],
  ["::ffff:10.0.0.0/104", [["a", "10.1.1.1", 80]], [["a", "11.0.0.1", 80]]],
  ["example.com", [["example.com", "1.1.1.1", 80], ["EXAMPLE.com.", "::1", 80]], [
    ["www.example.com", "1.1.1.1", 80],
    ["example.com.evil.test", "1.1.1.1", 80],
    ["1.1.1.1", "1.1.1.1", 80],
  ]],
  ["Example.COM.:80", [["example.com", "1.1.1.1", 80]], [["example.com", "1.1.1.1", 81]]],
  ["*.example.com", [["a.example.com", "::1", 1], ["A.B.Example.com.", "::1", 1]], [
    ["example.com", "1.1.1.1", 80],
    ["badexample.com", "1.1.1.1", 80],
  ]],
  ["*.com:443", [["a.b.com", "::1", 443]], [["a.b.com", "::1", 80], ["com", "::1", 443]]],
  ["*:443", [["a", "::1", 443], ["1.1.1.1", "1.1.1.1", 443]], [["a", "::1", 80]]],
  ["*", [["a", "::1", 1], ["1.1.1.1", "1.1.1.1", 65535]], []],
  ["private:1-1023", [["a", "10.0.0.1", 22]], [["a", "10.0.0.1", 1024], ["a", "8.8.8.8", 22]]],
  ["local", [["localhost", "127.0.0.1", 80]], [["a", "10.0.0.1", 80]]],
  ["Local:80", [["a", "::1", 80]], [["local", "10.0.0.1", 80]]],
];
for (const [entry, about, notAbout] of targets) {
  Deno.test(`parseRule reads --deny-target ${entry}`, () => {
    for (const question of about) assert.equal(fits("--deny-target", entry, question), true);
    for (const question of notAbout) {
      assert.equal(fits("--deny-target", entry, question), false, question.join(" "));
    }
    assert.equal(parseRule("--deny-target", entry).text, `--deny-target ${entry}`);
  });
}

Deno.test("parseRule tells allow from deny, and what is about the proxy's own host alone", () => {
  const about: [AccessFlag, string, allow: boolean, local: boolean][] = [
    ["--allow", "local", true, true],
    ["--deny", "10.0.0.0/8", false, false],
    ["--allow-target", "127.0.0.1:80", true, true],
    ["--allow-target", "[fe80::/64]:80", true, true],
    ["--allow-target", "::ffff:127.0.0.0/104", true, true],
    ["--allow-target", "private", true, false],
    ["--allow-target", "0.0.0.0/0", true, false],
    ["--allow-target", "*", true, false],
    ["--deny-target", "localhost", false, false],
  ];
  for (const [flag, entry, allow, local] of about) {
    const rule = parseRule(flag, entry);
    assert.deepEqual([rule.allow, rule.local], [allow, local], `${flag} ${entry}`);
  }
});

const refused: [flag: AccessFlag, entries: string[], message: RegExp][] = [
  [
    "--allow-target",
    ["", " ", "a b", "*.", "*.*", "a*", "*.1.2", "a,b", "a/8", "[a]:80", "[::1", "é.de"]
      .concat(["2130706433", "0x7f.1", "127.1", "[1.2.3.4]:80", "::1:x", "a..b", "-a"]),
    /^expected an address, address\/bits, a host name, \*\.suffix, private, local or \*/,
  ],
  [
    "--deny-target",
    ["a:", "a:0", "a:65536", "a:2-1", "a:1-", "a:-1", "a:b", "a:1-2-3", "*:", "[::1]:", "[::1]:a"],
    /^expected a port from 1 to 65535 behind the colon, or from-to$/,
  ],
  ["--deny-target", ["10.0.0.0/33", "[::/129]:80"], /^expected at most (32|128) bits$/],
  [
    "--allow",
    ["", "example.com", "*.a", "10.0.0.1:80", "[::1]", "all", "10/8", "1.2.3.4 ", "*:1"],
    /^expected an address, address\/bits, private, local or \*$/,
  ],
  ["--deny", ["10.0.0.0/33"], /^expected at most 32 bits$/],
];
for (const [flag, entries, message] of refused) {
  for (const entry of entries) {
    Deno.test(`parseRule refuses ${flag} ${JSON.stringify(entry)}`, () => {
      assert.throws(() => parseRule(flag, entry), { name: "AddressError", message });
    });
  }
}

Deno.test("parseRule throws nothing but AddressError", () => {
  const piece = fc.constantFrom(
    "*",
    ".",
    "a",
    "10.0.0.0",
    "/8",
    "::1",
    "[",
    "]",
    ":",
    "80",
    "-",
    "local",
    "%",
  );
  const pieces = fc.array(piece, { maxLength: 6 }).map((all) => all.join(""));
  const flag = fc.constantFrom<AccessFlag>("--allow", "--deny", "--allow-target", "--deny-target");
  const seen = { read: 0, refused: 0 };
  fc.assert(
    fc.property(flag, fc.oneof(fc.string(), pieces), (flag, entry) => {
      try {
        const { fromPort, toPort } = parseRule(flag, entry);
        assert.ok(fromPort <= toPort && toPort <= 65535);
        seen.read++;
      } catch (error) {
        assert.ok(error instanceof AddressError, String(error));
        seen.refused++;
      }
    }),
    { numRuns: 3000 },
  );
  assert.ok(seen.read > 50 && seen.refused > 50, JSON.stringify(seen));
});

Deno.test("isAbout judges networks as ipaddr.js does", () => {
  const v4 = fc.tuple(fc.ipV4(), fc.nat(32), fc.ipV4());
  const shared = fc.tuple(fc.nat(255), fc.nat(255), fc.integer({ min: 8, max: 24 })).map(
    ([a, b, bits]) => [`10.${a}.0.0`, bits, `10.${b}.0.0`] as [string, number, string],
  );
  const seen = new Set<boolean>();
  fc.assert(fc.property(fc.oneof(v4, shared), ([network, bits, ip]) => {
    const expected = ipaddr.IPv4.parse(ip).match(ipaddr.IPv4.parse(network), bits);
    seen.add(expected);
    assert.equal(fits("--allow-target", `${network}/${bits}:80`, ["a", ip, 80]), expected);
  }));
  assert.equal(seen.size, 2);
});

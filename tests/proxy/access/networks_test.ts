import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { strict as assert } from "node:assert";
import { networksOf, type Word } from "../../../proxy/access/networks.ts";
import { holds } from "../../../proxy/net/cidr.ts";
import { parseIp, unmapped } from "../../../proxy/net/ip.ts";

const NETWORKS = { local: networksOf("local"), private: networksOf("private") };
const isIn = (word: Word, ip: string) => holds(NETWORKS[word], unmapped(parseIp(ip)!));

/** Every form of loopback, link-local and "this host". */
const LOCAL = [
  ...[
    "127.0.0.1",
    "127.255.255.254",
    "::1",
    "0:0:0:0:0:0:0:1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
  ],
  ...["0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0", "::127.0.0.1", "64:ff9b::127.0.0.1"],
  ...["2002:7f00:1::", "2002:7f00:1:1::2", "169.254.0.1", "169.254.169.254"],
  ...["::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "fe80::1", "fe80::1%eth0", "febf::1"],
];
/** What is private beside that. */
const PRIVATE = [
  ...["10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1"],
  ...[
    "::ffff:10.0.0.1",
    "::ffff:192.168.1.1",
    "64:ff9b::10.0.0.1",
    "2002:a00:1::1",
    "64:ff9b:1::1",
  ],
  ...["100.64.0.1", "100.127.255.255", "100.100.100.200", "192.0.0.192", "168.63.129.16"],
  ...["fd00::1", "fc00::1", "fd00:ec2::254", "fec0::1", "::ffff:0:10.0.0.1"],
  ...["224.0.0.1", "239.255.255.255", "ff02::1", "240.0.0.1", "255.255.255.255"],
  ...["198.18.0.1", "198.19.255.255", "192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1"],
];
const PUBLIC = [
  ...["1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "126.255.255.255", "128.0.0.1"],
  ...["169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255"],
  ...["192.169.0.0", "100.63.255.255", "100.128.0.0", "198.17.255.255", "198.20.0.0"],
  ...["223.255.255.255", "168.63.129.15", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"],
  ...["2606:4700::1111", "2a00:1450::1", "fe00::1", "2001:db7::1", "::2:0:0:1"],
];

Deno.test("networksOf(local) holds every form of the host's own addresses, and no other", () => {
  for (const ip of LOCAL) assert.equal(isIn("local", ip), true, ip);
  for (const ip of [...PRIVATE, ...PUBLIC]) assert.equal(isIn("local", ip), false, ip);
});

Deno.test("networksOf(private) holds every form of what is not the public internet, and no other", () => {
  for (const ip of [...LOCAL, ...PRIVATE]) assert.equal(isIn("private", ip), true, ip);
  for (const ip of PUBLIC) assert.equal(isIn("private", ip), false, ip);
});

Deno.test("networksOf(private) holds all that ipaddr.js does not take for unicast", () => {
  // Tunnels and the like lead to public addresses too.
  const through = ["unicast", "ipv4Mapped", "6to4", "teredo", "rfc6052", "as112", "as112v6", "amt"]
    .concat(["orchid2", "deprecatedOrchid", "droneRemoteIdProtocolEntityTags", "reserved"]);
  const near = fc.tuple(fc.constantFrom(...LOCAL, ...PRIVATE, ...PUBLIC), fc.nat(0xffff)).map(
    ([ip, n]) => ip.includes(":") ? `${ip.split(":")[0] || "0"}::${n.toString(16)}` : ip,
  );
  const kinds = new Set<string>();
  fc.assert(
    fc.property(fc.oneof(near, fc.ipV4(), fc.ipV6()), (ip) => {
      const range = ipaddr.parse(ip).range();
      if (through.includes(range)) return;
      kinds.add(range);
      assert.equal(isIn("private", ip), true, `${ip} ${range}`);
    }),
    { numRuns: 3000 },
  );
  for (const kind of ["loopback", "linkLocal", "private", "uniqueLocal", "carrierGradeNat"]) {
    assert.ok(kinds.has(kind), kind);
  }
});

import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { strict as assert } from "node:assert";
import { isIP } from "node:net";
import { parseIp, unmapped, type Words } from "../../../proxy/net/ip.ts";

const read: [text: string, words: Words][] = [
  ["0.0.0.0", [0]],
  ["127.0.0.1", [0x7f000001]],
  ["255.255.255.255", [0xffffffff]],
  ["192.168.1.77", [0xc0a8014d]],
  ["::", [0, 0, 0, 0]],
  ["::1", [0, 0, 0, 1]],
  ["1::", [0x10000, 0, 0, 0]],
  ["::ffff:127.0.0.1", [0, 0, 0xffff, 0x7f000001]],
  ["::FFFF:7F00:0001", [0, 0, 0xffff, 0x7f000001]],
  ["::127.0.0.1", [0, 0, 0, 0x7f000001]],
  ["64:ff9b::10.0.0.1", [0x0064ff9b, 0, 0, 0x0a000001]],
  ["1:2:3:4:5:6:7:8", [0x10002, 0x30004, 0x50006, 0x70008]],
  ["1:2:3:4:5:6:1.2.3.4", [0x10002, 0x30004, 0x50006, 0x01020304]],
  ["1:2:3:4:5:6:7::", [0x10002, 0x30004, 0x50006, 0x70000]],
  ["::2:3:4:5:6:7:8", [0x2, 0x30004, 0x50006, 0x70008]],
  ["fe80::1%eth0", [0xfe800000, 0, 0, 1]],
];
for (const [text, words] of read) {
  Deno.test(`parseIp reads ${text}`, () => assert.deepEqual(parseIp(text), words));
}

const refused = [
  ...["", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04", "0x7f.0.0.1", "127.1"],
  ...["2130706433", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4 ", "-1.2.3.4", "1.2.3.4%eth0", "a"],
  ...[":", ":::", "1:", ":1", "1:2", "1::2::3", "12345::", "::g", "::1 ", "[::1]", "::1%", "::%%"],
  ...["1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", "1:2:3:4:5:6:7:1.2.3.4", "1.2.3.4::", "::1.2.3.4:5"],
  ...["::ffff:0x7f.0.0.1", "::ffff:010.0.0.1", "::ffff:127.1", "::ffff:1.2.3.256", "::ffff:1.2.3."],
];
for (const text of refused) {
  Deno.test(`parseIp refuses ${JSON.stringify(text)}`, () => assert.equal(parseIp(text), null));
}

/** What the library makes of a literal. */
function oracle(text: string): number[] {
  const bytes = ipaddr.parse(text).toByteArray();
  const words: number[] = [];
  for (let i = 0; i < bytes.length; i += 4) {
    words.push(bytes.slice(i, i + 4).reduce((word, byte) => word * 256 + byte, 0));
  }
  return words;
}

Deno.test("parseIp takes what the runtime takes for an address, and reads it as ipaddr.js does", () => {
  const piece = fc.constantFrom("0", "1", "ffff", "64", "255", ".", ":", "::", "1.2.3.4", "a", "x");
  const pieces = fc.array(piece, { maxLength: 12 }).map((all) => all.join(""));
  const seen = { read: 0, refused: 0 };
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), pieces, fc.string()), (text) => {
      fc.pre(!text.includes("%"));
      const words = parseIp(text);
      assert.equal(words !== null, isIP(text) !== 0, text);
      // The library takes "::1.2.3.4" for IPv4-mapped, which no system does.
      if (words && !/^::\d+\./.test(text)) assert.deepEqual(words, oracle(text), text);
      seen[words ? "read" : "refused"]++;
    }),
    { numRuns: 3000 },
  );
  assert.ok(seen.read > 300 && seen.refused > 300, JSON.stringify(seen));
});

Deno.test("unmapped makes IPv4 of IPv4-mapped addresses alone", () => {
  assert.deepEqual(unmapped(parseIp("::ffff:1.2.3.4")!), [0x01020304]);
  for (
    const ip of ["1.2.3.4", "::1.2.3.4", "::fffe:1.2.3.4", "1::ffff:1.2.3.4", "64:ff9b::1.2.3.4"]
  ) {
    assert.equal(unmapped(parseIp(ip)!).length, ip.includes(":") ? 4 : 1, ip);
  }
});

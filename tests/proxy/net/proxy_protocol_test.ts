import { strict as assert } from "node:assert";
import fc from "fast-check";
import {
  encodeProxyHeader,
  type Endpoints,
  MAX_PROXY_HEADER,
  parseProxyHeader,
  PROXY_VERSIONS,
  ProxyHeaderError,
} from "../../../proxy/net/proxy_protocol.ts";

const bytes = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const V2 = "\r\n\r\n\0\r\nQUIT\n";
const V4: Endpoints = {
  source: { host: "192.0.2.1", port: 56324 },
  destination: { host: "198.51.100.2", port: 443 },
};
const V6: Endpoints = {
  source: { host: "2001:db8::1", port: 1 },
  destination: { host: "::1", port: 65535 },
};
const V4_BYTES = "\xc0\0\x02\x01\xc6\x33\x64\x02\xdc\x04\x01\xbb";
const V6_BYTES = "\x20\x01\x0d\xb8" + "\0".repeat(11) + "\x01" + "\0".repeat(15) + "\x01" +
  "\0\x01\xff\xff";

const codec: [title: string, version: "v1" | "v2", Endpoints | null, text: string][] = [
  ["v1 TCP4", "v1", V4, "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n"],
  ["v1 TCP6", "v1", V6, "PROXY TCP6 2001:db8::1 ::1 1 65535\r\n"],
  ["v1 UNKNOWN", "v1", null, "PROXY UNKNOWN\r\n"],
  ["v2 over IPv4", "v2", V4, `${V2}\x21\x11\0\x0c${V4_BYTES}`],
  ["v2 over IPv6", "v2", V6, `${V2}\x21\x21\0\x24${V6_BYTES}`],
  ["v2 LOCAL", "v2", null, `${V2}\x20\0\0\0`],
];
for (const [title, version, endpoints, text] of codec) {
  Deno.test(`encodeProxyHeader writes ${title} as the specification has it`, () => {
    assert.deepEqual(encodeProxyHeader(version, endpoints), bytes(text));
  });
  Deno.test(`parseProxyHeader reads ${title}, and leaves what follows`, () => {
    assert.deepEqual(parseProxyHeader(bytes(`${text}PROXY`)), { endpoints, size: text.length });
  });
  Deno.test(`parseProxyHeader waits for the rest of ${title}`, () => {
    for (let n = 0; n < text.length; n++) {
      assert.equal(parseProxyHeader(bytes(text.slice(0, n))), null, `${n} bytes`);
    }
  });
}

const taken: [title: string, text: string, endpoints: Endpoints | null][] = [
  ["UNKNOWN with anything behind", "PROXY UNKNOWN ffff::1 x 1 99999\r\n", null],
  ["the longest line", `PROXY UNKNOWN ${"x".repeat(107 - 16)}\r\n`, null],
  ["TCP6 with mapped addresses", "PROXY TCP6 ::ffff:1.2.3.4 ::FFFF:102:305 0 1\r\n", {
    source: { host: "::ffff:102:304", port: 0 },
    destination: { host: "::ffff:102:305", port: 1 },
  }],
  ["extensions behind the addresses", `${V2}\x21\x11\0\x10${V4_BYTES}\x04\0\x01x`, V4],
  ["LOCAL with addresses, which do not count", `${V2}\x20\x11\0\x0c${V4_BYTES}`, null],
  ["an unspecified family", `${V2}\x21\0\0\x03abc`, null],
  ["a socket of the file system", `${V2}\x21\x31\0\xd8${"/".repeat(216)}`, null],
  ["datagrams", `${V2}\x21\x12\0\x0c${V4_BYTES}`, null],
  ["the longest header", `${V2}\x20\0\x0f\xf0${"\0".repeat(4080)}`, null],
];
for (const [title, text, endpoints] of taken) {
  Deno.test(`parseProxyHeader takes ${title}`, () => {
    assert.deepEqual(parseProxyHeader(bytes(text)), { endpoints, size: text.length });
  });
}

const refused: [title: string, text: string][] = [
  ["another protocol", "GET / HTTP/1.1\r\n"],
  ["another first byte", "Q"],
  ["lower case", "proxy TCP4"],
  ["a signature of version 2 that goes wrong", V2.slice(0, 11) + "\r"],
  ["a line feed alone", "PROXY UNKNOWN\n"],
  ["a line feed within", "PROXY TCP4 1.2.3.4\n 5.6.7.8 1 2\r\n"],
  ["a line without an end in 107 bytes", "PROXY UNKNOWN " + "x".repeat(107 - 14)],
  ["a line of 108 bytes", `PROXY UNKNOWN ${"x".repeat(107 - 15)}\r\n`],
  ["an unknown family", "PROXY TCP5 1.2.3.4 5.6.7.8 1 2\r\n"],
  ["UDP4", "PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n"],
  ["UNKNOWN with more letters", "PROXY UNKNOWNS\r\n"],
  ["two blanks", "PROXY TCP4  1.2.3.4 5.6.7.8 1 2\r\n"],
  ["a blank at the end", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 \r\n"],
  ["a missing port", "PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n"],
  ["a name", "PROXY TCP4 localhost 5.6.7.8 1 2\r\n"],
  ["IPv6 as TCP4", "PROXY TCP4 ::1 ::1 1 2\r\n"],
  ["IPv4 as TCP6", "PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n"],
  ["a zone", "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n"],
  ["a short IPv4 address", "PROXY TCP4 1.2 5.6.7.8 1 2\r\n"],
  ["an octal IPv4 address", "PROXY TCP4 01.2.3.4 5.6.7.8 1 2\r\n"],
  ["a port with a leading zero", "PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n"],
  ["a port past the last", "PROXY TCP4 1.2.3.4 5.6.7.8 1 65536\r\n"],
  ["a negative port", "PROXY TCP4 1.2.3.4 5.6.7.8 -1 2\r\n"],
  ["version 1 in the binary form", `${V2}\x11\x11\0\x0c${V4_BYTES}`],
  ["version 3", `${V2}\x31\x11\0\x0c${V4_BYTES}`],
  ["an unknown command", `${V2}\x22\x11\0\x0c${V4_BYTES}`],
  ["IPv4 with too little", `${V2}\x21\x11\0\x0b${V4_BYTES.slice(1)}`],
  ["IPv6 with too little", `${V2}\x21\x21\0\x0c${V4_BYTES}`],
  ["a length past the bound, at once", `${V2}\x20\0\x0f\xf1`],
  ["the longest length there could be, at once", `${V2}\x21\x11\xff\xff`],
];
for (const [title, text] of refused) {
  Deno.test(`parseProxyHeader refuses ${title}`, () => {
    assert.throws(() => parseProxyHeader(bytes(text)), ProxyHeaderError);
  });
}

Deno.test("encodeProxyHeader maps IPv4 into IPv6 where the other side is IPv6, and leaves out a zone", () => {
  const mixed: Endpoints = {
    source: V4.source,
    destination: { host: "fe80::1%eth0", port: 443 },
  };
  assert.equal(
    new TextDecoder().decode(encodeProxyHeader("v1", mixed)),
    "PROXY TCP6 ::ffff:c000:201 fe80::1 56324 443\r\n",
  );
  assert.deepEqual(parseProxyHeader(encodeProxyHeader("v2", mixed))?.endpoints, {
    source: { host: "::ffff:c000:201", port: 56324 },
    destination: { host: "fe80::1", port: 443 },
  });
});

const endpoint = (ip: fc.Arbitrary<string>) =>
  fc.record({ host: ip, port: fc.integer({ min: 0, max: 65535 }) });
const endpoints = fc.oneof(fc.ipV4(), fc.ipV6()).chain((host) => {
  const ip = host.includes(":") ? fc.ipV6() : fc.ipV4();
  return fc.record({ source: endpoint(ip), destination: endpoint(ip) });
});

Deno.test("parseProxyHeader reads what encodeProxyHeader wrote, within the bounds", () => {
  fc.assert(fc.property(endpoints, fc.constantFrom(...PROXY_VERSIONS), (endpoints, version) => {
    const header = encodeProxyHeader(version, endpoints);
    assert.ok(header.length <= 107);
    const parsed = parseProxyHeader(header);
    assert.equal(parsed?.size, header.length);
    assert.deepEqual(encodeProxyHeader(version, parsed!.endpoints), header);
  }));
});

Deno.test("parseProxyHeader says no or wants more of any bytes, and nothing past the bound", () => {
  const start = fc.constantFrom(
    "",
    "PROXY ",
    "PROXY TCP4 ",
    V2,
    `${V2}\x21\x11`,
    `${V2}\x21\x21\0`,
  );
  fc.assert(fc.property(start, fc.uint8Array({ maxLength: 5000 }), (start, rest) => {
    const all = Uint8Array.of(...bytes(start), ...rest);
    try {
      const header = parseProxyHeader(all);
      assert.ok(header ? header.size <= all.length : all.length < MAX_PROXY_HEADER);
    } catch (error) {
      assert.ok(error instanceof ProxyHeaderError, String(error));
    }
  }));
});

import fc from "fast-check";
import { strict as assert } from "node:assert";
import type { Address } from "../../../proxy/net/address.ts";
import {
  encodeUdpHeader,
  MAX_HEADER_BYTES,
  parseUdpHeader,
} from "../../../proxy/socks5/udp_wire.ts";
import { WireError } from "../../../proxy/socks5/wire.ts";

const bytes = (...all: (number | number[])[]) => Uint8Array.from(all.flat());
const name = (text: string) => [text.length, ...Uint8Array.from(text, (c) => c.charCodeAt(0))];
const LOOPBACK6 = [...Array(15).fill(0), 1];

const headers: [title: string, header: Uint8Array, target: Address | null, fragment: number][] = [
  ["IPv4", bytes(0, 0, 0, 1, 127, 0, 0, 1, 0, 53), { host: "127.0.0.1", port: 53 }, 0],
  ["IPv6", bytes(0, 0, 0, 4, LOOPBACK6, 1, 0), { host: "::1", port: 256 }, 0],
  ["a mapped address", bytes(0, 0, 0, 4, Array(10).fill(0), 255, 255, 1, 2, 3, 4, 0, 53), {
    host: "1.2.3.4",
    port: 53,
  }, 0],
  ["a name", bytes(0, 0, 0, 3, name("a.example"), 0, 53), { host: "a.example", port: 53 }, 0],
  ["a fragment", bytes(0, 0, 129, 1, 1, 2, 3, 4, 0, 53), { host: "1.2.3.4", port: 53 }, 129],
  ["reserved bytes that are not 0", bytes(1, 2, 0, 1, 1, 2, 3, 4, 0, 53), {
    host: "1.2.3.4",
    port: 53,
  }, 0],
  ["port 0", bytes(0, 0, 0, 1, 1, 2, 3, 4, 0, 0), null, 0],
  ["an empty name", bytes(0, 0, 0, 3, 0, 0, 53), null, 0],
  ["a name with a quote", bytes(0, 0, 0, 3, name('a"b'), 0, 53), null, 0],
  ["a name with NUL", bytes(0, 0, 0, 3, name("a\0b"), 0, 53), null, 0],
];
for (const [title, header, target, fragment] of headers) {
  Deno.test(`parseUdpHeader reads ${title}, and tells where the payload begins`, () => {
    const expected = { target, fragment, start: header.length };
    assert.deepEqual(parseUdpHeader(header), expected);
    assert.deepEqual(parseUdpHeader(bytes([...header], 1, 2, 3)), expected);
    for (let n = 0; n < header.length; n++) {
      assert.throws(() => parseUdpHeader(header.subarray(0, n)), WireError);
    }
  });
}

Deno.test("parseUdpHeader refuses address types that there are not", () => {
  for (const type of [0, 2, 5, 255]) {
    assert.throws(() => parseUdpHeader(bytes(0, 0, 0, type, Array(40).fill(1))), WireError);
  }
});

Deno.test("parseUdpHeader throws nothing but WireError, and takes no more than there is", () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 3, 4, 9), fc.uint8Array({ maxLength: 300 }), (type, rest) => {
      const message = bytes(0, 0, 0, type, [...rest]);
      try {
        const { start } = parseUdpHeader(message);
        assert.ok(start >= 7 && start <= message.length);
      } catch (error) {
        assert.ok(error instanceof WireError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("encodeUdpHeader writes what parseUdpHeader reads, for every address", () => {
  const port = fc.integer({ min: 1, max: 65535 });
  const ip = fc.oneof(fc.ipV4(), fc.ipV6());
  fc.assert(fc.property(ip, port, (host, port) => {
    const header = encodeUdpHeader({ host, port });
    assert.ok(header.length <= MAX_HEADER_BYTES);
    const { target, fragment, start } = parseUdpHeader(header);
    assert.deepEqual([target?.port, fragment, start], [port, 0, header.length]);
    // An address has several spellings; bytes have one.
    const again = encodeUdpHeader(target!);
    assert.deepEqual(
      again.length === header.length ? [...again] : unmapped(header),
      again.length === header.length ? [...header] : [...again],
    );
  }));
});

/** The header of a mapped address as that of the IPv4 address. */
function unmapped(header: Uint8Array): number[] {
  return [0, 0, 0, 1, ...header.subarray(16)];
}

import fc from "fast-check";
import { strict as assert } from "node:assert";
import type { Address } from "../../../proxy/net/address.ts";
import {
  encodeSocks4Reply,
  parseSocks4Request,
  SOCKS4_REPLY,
} from "../../../proxy/socks5/socks4_wire.ts";
import { WireError } from "../../../proxy/socks5/wire.ts";

const bytes = (...all: (number | number[])[]) => Uint8Array.from(all.flat());
const text = (value: string) => [...Uint8Array.from(value, (c) => c.charCodeAt(0))];
const LONGEST = "u".repeat(255);

/** A request; a host name makes it one of 4a. */
function request(address: number[], user = "", name?: string, command = 1): Uint8Array {
  const host = name === undefined ? [] : [...text(name), 0];
  return bytes(4, command, 1, 187, address, text(user), 0, host);
}

const NAMED = [0, 0, 0, 1];

const requests: [title: string, message: Uint8Array, target: Address | null, user: string][] = [
  ["an address", request([10, 0, 0, 1]), { host: "10.0.0.1", port: 443 }, ""],
  ["a user id", request([10, 0, 0, 1], "ann"), { host: "10.0.0.1", port: 443 }, "ann"],
  ["a user id of 255 bytes", request([9, 9, 9, 9], LONGEST), {
    host: "9.9.9.9",
    port: 443,
  }, LONGEST],
  ["0.0.0.0, which is an address", request([0, 0, 0, 0]), { host: "0.0.0.0", port: 443 }, ""],
  ["0.0.1.0, which is one too", request([0, 0, 1, 0]), { host: "0.0.1.0", port: 443 }, ""],
  ["a name", request(NAMED, "", "a.example"), { host: "a.example", port: 443 }, ""],
  ["a name and a user id", request([0, 0, 0, 255], "bob", "a.example"), {
    host: "a.example",
    port: 443,
  }, "bob"],
  ["an IPv6 address as a name", request(NAMED, "", "::1"), { host: "::1", port: 443 }, ""],
  ["an empty name", request(NAMED, "", ""), null, ""],
  ["a name with a space", request(NAMED, "", "a b"), null, ""],
  ["a name with a quote", request(NAMED, "", 'a"b'), null, ""],
  ["a name of 255 bytes", request(NAMED, "", "a".repeat(255)), null, ""],
];
for (const [title, message, target, user] of requests) {
  Deno.test(`parseSocks4Request reads ${title}, and leaves what follows`, () => {
    for (const input of [message, bytes([...message], 1, 2, 3)]) {
      const parsed = parseSocks4Request(input)!;
      assert.equal(parsed.size, message.length);
      assert.equal(parsed.command, 1);
      assert.deepEqual(parsed.target, target);
      assert.deepEqual([...parsed.user], text(user));
    }
    for (let n = 0; n < message.length; n++) {
      assert.equal(parseSocks4Request(message.subarray(0, n)), null);
    }
  });
}

Deno.test("parseSocks4Request gives the command and the port as they are", () => {
  const { command, target } = parseSocks4Request(bytes(4, 2, 0, 0, 1, 2, 3, 4, 0))!;
  assert.deepEqual([command, target], [2, { host: "1.2.3.4", port: 0 }]);
});

Deno.test("parseSocks4Request refuses texts over 255 bytes, with or without their end, and other versions", () => {
  const long = "u".repeat(256);
  for (
    const message of [
      request([1, 2, 3, 4], long),
      request([1, 2, 3, 4], long).subarray(0, -1),
      request(NAMED, "", long),
      request(NAMED, LONGEST, long).subarray(0, -1),
      bytes(5),
      bytes(0),
    ]
  ) assert.throws(() => parseSocks4Request(message), WireError);
});

Deno.test("parseSocks4Request throws nothing but WireError, and takes no more than there is", () => {
  fc.assert(
    fc.property(fc.boolean(), fc.uint8Array({ maxLength: 700 }), (named, rest) => {
      const message = bytes(4, 1, 0, 80, named ? NAMED : [1, 2, 3, 4], [...rest]);
      try {
        const parsed = parseSocks4Request(message);
        assert.ok(parsed === null || (parsed.size > 8 && parsed.size <= message.length));
        if (parsed === null) assert.ok(message.length <= 8 + 256 + 255);
      } catch (error) {
        assert.ok(error instanceof WireError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

const replies: [title: string, bound: Address | undefined, expected: number[]][] = [
  ["no address", undefined, [0, 0, 0, 0, 0, 0]],
  ["IPv4", { host: "192.0.2.1", port: 258 }, [1, 2, 192, 0, 2, 1]],
  ["IPv6, which has no place there", { host: "2001:db8::1", port: 258 }, [1, 2, 0, 0, 0, 0]],
];
for (const [title, bound, expected] of replies) {
  Deno.test(`encodeSocks4Reply writes ${title}`, () => {
    assert.deepEqual([...encodeSocks4Reply(SOCKS4_REPLY.granted, bound)], [0, 90, ...expected]);
    assert.equal(encodeSocks4Reply(SOCKS4_REPLY.rejected, bound)[1], 91);
    assert.equal(encodeSocks4Reply(SOCKS4_REPLY.userRejected, bound)[1], 93);
  });
}

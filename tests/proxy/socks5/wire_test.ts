import fc from "fast-check";
import { strict as assert } from "node:assert";
import type { Address } from "../../../proxy/net/address.ts";
import {
  COMMAND,
  encodeMethod,
  encodePasswordStatus,
  encodeReply,
  parseGreeting,
  parsePassword,
  parseRequest,
  REPLY,
  WireError,
} from "../../../proxy/socks5/wire.ts";

const ascii = (text: string) => [...new TextEncoder().encode(text)];
const bytes = (...all: (number | number[])[]) => Uint8Array.from(all.flat());
const connect = (type: number, address: number[], port = [0, 80]) =>
  bytes(5, 1, 0, type, address, port);
const name = (text: string) => [text.length, ...Uint8Array.from(text, (c) => c.charCodeAt(0))];

Deno.test("parseGreeting reads the methods, and leaves what follows", () => {
  const greeting = parseGreeting(bytes(5, 2, 0, 2, 99));
  assert.deepEqual([greeting?.size, [...greeting!.methods]], [4, [0, 2]]);
  const none = parseGreeting(bytes(5, 0));
  assert.deepEqual([none?.size, [...none!.methods]], [2, []]);
  assert.equal(parseGreeting(bytes(5, 255, Array(255).fill(1)))?.size, 257);
});

Deno.test("parsePassword reads user and password as bytes, empty ones too", () => {
  const parse = (...all: (number | number[])[]) => {
    const { size, user, password } = parsePassword(bytes(...all))!;
    return [size, [...user], [...password]];
  };
  assert.deepEqual(parse(1, 1, 0xff, 2, 0, 58, 7), [6, [0xff], [0, 58]]);
  assert.deepEqual(parse(1, 0, 0), [3, [], []]);
  const long = Array(255).fill(65);
  assert.deepEqual(parse(1, 255, long, 255, long), [513, long, long]);
});

const requests: [title: string, message: Uint8Array, target: Address][] = [
  ["IPv4", connect(1, [127, 0, 0, 1]), { host: "127.0.0.1", port: 80 }],
  ["IPv6", connect(4, [...Array(15).fill(0), 1], [255, 255]), { host: "::1", port: 65535 }],
  [
    "IPv6, shortened as RFC 5952 has it",
    connect(4, [0x20, 1, 0x0d, 0xb8, ...Array(11).fill(0), 1]),
    { host: "2001:db8::1", port: 80 },
  ],
  [
    "an IPv4-mapped address as IPv4",
    connect(4, [...Array(10).fill(0), 255, 255, 1, 2, 3, 4]),
    { host: "1.2.3.4", port: 80 },
  ],
  ["a name", connect(3, name("example.com"), [1, 0]), { host: "example.com", port: 256 }],
  ["a name in capitals", connect(3, name("A.B")), { host: "A.B", port: 80 }],
  ["an IPv4 address as a name", connect(3, name("10.0.0.1")), { host: "10.0.0.1", port: 80 }],
  ["an IPv6 address as a name", connect(3, name("::1")), { host: "::1", port: 80 }],
  ["port 0, as for UDP", connect(1, [0, 0, 0, 0], [0, 0]), { host: "0.0.0.0", port: 0 }],
];
for (const [title, message, target] of requests) {
  Deno.test(`parseRequest reads ${title}, and leaves what follows`, () => {
    const expected = { size: message.length, command: COMMAND.connect, target };
    assert.deepEqual(parseRequest(message), expected);
    assert.deepEqual(parseRequest(bytes([...message], 1, 2, 3)), expected);
  });
}

const wrongTargets: [title: string, message: Uint8Array][] = [
  ["an empty name", connect(3, [0])],
  ["a name with NUL", connect(3, name("a\0b"))],
  ["a name with a quote", connect(3, name('a"b'))],
  ["a name with a space", connect(3, name("a b"))],
  ["a name with a line feed", connect(3, name("a\n"))],
  ["a name with markup", connect(3, name("<b>"))],
  ["a name with a colon", connect(3, name("a:80"))],
  ["a name with bytes above ASCII", connect(3, name("caf\xe9"))],
  ["an address in brackets", connect(3, name("[::1]"))],
  ["an address in one number", connect(3, name("2130706433"))],
  ["a name of 255 characters", connect(3, name("a".repeat(255)))],
];
for (const [title, message] of wrongTargets) {
  Deno.test(`parseRequest cannot serve ${title}`, () => {
    const expected = {
      size: message.length,
      command: 1,
      target: null,
      reply: REPLY.generalFailure,
    };
    assert.deepEqual(parseRequest(message), expected);
  });
}

for (const type of [0, 2, 5, 255]) {
  Deno.test(`parseRequest answers address type ${type} with reply 8, all bytes taken`, () => {
    const reply = REPLY.addressTypeNotSupported;
    const message = connect(type, [1, 2, 3, 4]);
    assert.deepEqual(parseRequest(message), { size: 10, command: 1, target: null, reply });
    assert.equal(parseRequest(message.subarray(0, 3)), null);
  });
}

Deno.test("parseRequest gives the command as it is, known or not", () => {
  for (const command of [COMMAND.bind, COMMAND.udpAssociate, 0, 9]) {
    assert.equal(parseRequest(bytes(5, command, 0, 1, [1, 2, 3, 4], [0, 80]))?.command, command);
  }
});

for (const version of [0, 1, 4, 6, 71, 255]) {
  Deno.test(`The parsers refuse version ${version} at its first byte`, () => {
    assert.throws(() => parseGreeting(bytes(version)), WireError);
    assert.throws(() => parseRequest(bytes(version)), WireError);
    if (version !== 1) assert.throws(() => parsePassword(bytes(version)), WireError);
  });
}

Deno.test("The parsers give null for every message cut short, and never throw", () => {
  const messages: [(bytes: Uint8Array) => unknown, Uint8Array][] = [
    [parseGreeting, bytes(5, 3, 0, 1, 2)],
    [parsePassword, bytes(1, 4, ascii("user"), 4, ascii("pass"))],
    [parsePassword, bytes(1, 0, 0)],
    ...requests.map(([, message]) => [parseRequest, message] as [typeof parseRequest, Uint8Array]),
    ...wrongTargets.map(([, message]) =>
      [parseRequest, message] as [typeof parseRequest, Uint8Array]
    ),
  ];
  for (const [parse, message] of messages) {
    assert.notEqual(parse(message), null);
    for (let n = 0; n < message.length; n++) assert.equal(parse(message.subarray(0, n)), null);
  }
});

Deno.test("The parsers throw nothing but WireError, and take no more than there is", () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 5, 0), fc.uint8Array({ maxLength: 600 }), (first, rest) => {
      const message = bytes(first, [...rest]);
      for (const parse of [parseGreeting, parsePassword, parseRequest]) {
        try {
          const parsed = parse(message);
          assert.ok(parsed === null || (parsed.size > 0 && parsed.size <= message.length));
        } catch (error) {
          assert.ok(error instanceof WireError, String(error));
        }
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("encodeMethod and encodePasswordStatus are two bytes each", () => {
  assert.deepEqual([...encodeMethod(0)], [5, 0]);
  assert.deepEqual([...encodeMethod(255)], [5, 255]);
  assert.deepEqual([...encodePasswordStatus(true)], [1, 0]);
  assert.equal(encodePasswordStatus(false)[0], 1);
  assert.notEqual(encodePasswordStatus(false)[1], 0);
});

const replies: [title: string, bound: Address | undefined, expected: number[]][] = [
  ["no address", undefined, [1, 0, 0, 0, 0, 0, 0]],
  ["IPv4", { host: "127.0.0.1", port: 258 }, [1, 127, 0, 0, 1, 1, 2]],
  ["IPv6", { host: "2001:db8::1", port: 65535 }, [
    4,
    0x20,
    1,
    0x0d,
    0xb8,
    ...Array(11).fill(0),
    1,
    255,
    255,
  ]],
  ["IPv6 with a zone", { host: "fe80::1%eth0", port: 1 }, [
    4,
    0xfe,
    0x80,
    ...Array(13).fill(0),
    1,
    0,
    1,
  ]],
  ["a name, which has no place there", { host: "a.example", port: 80 }, [1, 0, 0, 0, 0, 0, 80]],
];
for (const [title, bound, expected] of replies) {
  Deno.test(`encodeReply writes ${title}`, () => {
    assert.deepEqual([...encodeReply(REPLY.succeeded, bound)], [5, 0, 0, ...expected]);
  });
}

Deno.test("encodeReply writes each reply code of RFC 1928", () => {
  assert.deepEqual(Object.values(REPLY), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  for (const code of Object.values(REPLY)) assert.equal(encodeReply(code)[1], code);
});

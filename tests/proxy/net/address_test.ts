import fc from "fast-check";
import { strict as assert } from "node:assert";
import {
  type Address,
  AddressError,
  formatAddress,
  isHost,
  isIpLiteral,
  isLoopback,
  ListenError,
  parseHostPort,
  parseListen,
  unmapIPv4,
} from "../../../proxy/net/address.ts";

const parsed: [text: string, address: Address][] = [
  ["example.com:80", { host: "example.com", port: 80 }],
  ["Example.COM.:65535", { host: "Example.COM.", port: 65535 }],
  ["a:1", { host: "a", port: 1 }],
  ["my_host-1:00080", { host: "my_host-1", port: 80 }],
  ["127.0.0.1:8000", { host: "127.0.0.1", port: 8000 }],
  ["[::1]:8001", { host: "::1", port: 8001 }],
  ["[2001:DB8::1]:1", { host: "2001:DB8::1", port: 1 }],
  ["[::ffff:1.2.3.4]:1", { host: "::ffff:1.2.3.4", port: 1 }],
  ["[fe80::1%eth0]:1", { host: "fe80::1%eth0", port: 1 }],
];
for (const [text, address] of parsed) {
  Deno.test(`parseHostPort and parseListen read ${text}`, () => {
    assert.deepEqual(parseHostPort(text), address);
    assert.deepEqual(parseListen(text), address);
  });
}

const refused = [
  "",
  ":",
  "a",
  "a:",
  "a:b",
  "a:-1",
  "a:+1",
  "a: 1",
  " a:1",
  "a:1 ",
  "a:1\n",
  "a:1.0",
  "a:0x1",
  "a:65536",
  "a:123456",
  "a:1:2",
  "::1:80",
  "::1",
  "[::1]",
  "[::1]:",
  "[::1:80",
  "::1]:80",
  "[a]:80",
  "[]:80",
  "[1.2.3.4]:80",
  "[::g]:80",
  "x[::1]:80",
  "http://a:80",
  "u@a:80",
  "a b:80",
  "a/b:80",
  "-a:80",
  "a-:80",
  "a..b:80",
  ".a:80",
  "*:80",
  "1.2.3.256:80",
  "1.2.3:80",
  "1:80",
  "01.2.3.4:80",
  "0x7f000001:80",
  "0X7F.0x1:80",
  "a.0x:80",
  "caf\xe9:80",
  `${"a".repeat(254)}:80`,
];
for (const text of refused) {
  Deno.test(`parseHostPort and parseListen refuse ${JSON.stringify(text)}`, () => {
    const error = { name: "AddressError", message: /^expected [^\n]+$/ };
    assert.throws(() => parseHostPort(text), error);
    assert.throws(() => parseListen(text), error);
  });
}

Deno.test("parseListen takes :port for every IPv4 interface, and port 0 for a free one", () => {
  assert.deepEqual(parseListen(":8080"), { host: "0.0.0.0", port: 8080 });
  assert.deepEqual(parseListen(":0"), { host: "0.0.0.0", port: 0 });
  assert.deepEqual(parseListen("[::]:0"), { host: "::", port: 0 });
});

Deno.test("parseHostPort needs a host, and a port from 1 on", () => {
  assert.throws(() => parseHostPort(":8080"), /expected host:port, the host is missing/);
  assert.throws(() => parseHostPort("a:0"), /expected a port from 1 to 65535/);
});

Deno.test("parseListen throws nothing but AddressError, and what it reads formats back", () => {
  const seen = new Set<string>();
  const piece = fc.constantFrom("a", "1", ".", ":", "[", "]", "::1", "80", "-", "%", "0x", "\n");
  const pieces = fc.array(piece, { maxLength: 4 }).map((all) => all.join(""));
  const likely = fc.tuple(pieces, fc.nat(70_000)).map(([host, port]) => `${host}:${port}`);
  fc.assert(
    fc.property(fc.oneof(fc.string(), pieces, likely), (text) => {
      try {
        const address = parseListen(text);
        assert.deepEqual(parseListen(formatAddress(address)), address);
        seen.add("read");
      } catch (error) {
        assert.ok(error instanceof AddressError, String(error));
        seen.add("refused");
      }
    }),
    { numRuns: 2000 },
  );
  assert.deepEqual([...seen].sort(), ["read", "refused"]);
});

Deno.test("isHost takes names and addresses without brackets", () => {
  for (
    const host of [
      "a",
      "a.b",
      "a.b.",
      "A1-b_c.d",
      "xn--bcher-kva.example",
      "1.2.3.4",
      "::1",
      "0xcafe.de",
    ]
  ) {
    assert.equal(isHost(host), true, host);
  }
  for (
    const host of ["", ".", "a.", "a.1", "1.2.3", "[::1]", "a b", "a\0", 'a"', "a%b", "0xcafe"]
  ) {
    assert.equal(isHost(host), host === "a.", host);
  }
});

Deno.test("isIpLiteral takes IPv4 in four decimal parts, and IPv6", () => {
  for (const ip of ["0.0.0.0", "255.255.255.255", "::", "::ffff:1.2.3.4", "fe80::1%eth0"]) {
    assert.equal(isIpLiteral(ip), true, ip);
  }
  for (
    const ip of ["", "1", "1.2.3", "1.2.3.04", "1.2.3.256", "0x1.2.3.4", "a", ":", "1:2", "[::1]"]
  ) {
    assert.equal(isIpLiteral(ip), false, ip);
  }
});

Deno.test("formatAddress puts IPv6 into brackets", () => {
  assert.equal(formatAddress({ host: "a", port: 80 }), "a:80");
  assert.equal(formatAddress({ host: "1.2.3.4", port: 80 }), "1.2.3.4:80");
  assert.equal(formatAddress({ host: "::1", port: 0 }), "[::1]:0");
});

const unmapped: [ip: string, plain: string][] = [
  ["::ffff:1.2.3.4", "1.2.3.4"],
  ["::FFFF:7f00:1", "127.0.0.1"],
  ["::ffff:1.2.3.4%eth0", "1.2.3.4"],
  ["1.2.3.4", "1.2.3.4"],
  ["::1", "::1"],
  ["fe80::1%eth0", "fe80::1%eth0"],
  ["::1.2.3.4", "::1.2.3.4"],
  ["a", "a"],
  ["a:b", "a:b"],
  ["", ""],
];
for (const [ip, plain] of unmapped) {
  Deno.test(`unmapIPv4 makes ${plain || "nothing"} of ${ip || "nothing"}`, () => {
    assert.equal(unmapIPv4(ip), plain);
  });
}

Deno.test("isLoopback is true for 127.0.0.0/8 and ::1, mapped too, and for nothing else", () => {
  for (const ip of ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"]) {
    assert.equal(isLoopback(ip), true, ip);
  }
  for (
    const ip of [
      "128.0.0.1",
      "::2",
      "0.0.0.0",
      "::",
      "localhost",
      "",
      "::ffff:1.2.3.4",
      "fe80::1%lo",
    ]
  ) {
    assert.equal(isLoopback(ip), false, ip);
  }
});

Deno.test("ListenError names the address and the system's reason in one line", () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    assert.fail("the port is in use");
  } catch (cause) {
    const error = new ListenError("tcp", { host: "127.0.0.1", port }, cause);
    assert.equal(error.message, `Cannot listen on tcp 127.0.0.1:${port}: the port is in use`);
    assert.equal(error.cause, cause);
  } finally {
    listener.close();
  }
});

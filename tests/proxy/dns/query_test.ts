import { strict as assert } from "node:assert";
import fc from "fast-check";
import { DnsError } from "../../../proxy/dns/error.ts";
import {
  type AddressType,
  decodeAnswer,
  encodeQuery,
  isAnswerTo,
  isTruncated,
  withId,
} from "../../../proxy/dns/query.ts";
import { addresses, encodeReply, type Reply, soa } from "../../support/dns.ts";

const query = encodeQuery("a.test", "A");
const hex = (bytes: Uint8Array) => bytes.toHex();
const bytes = (text: string) => Uint8Array.fromHex(text.replaceAll(" ", ""));
/** The question of `query`: a.test, A, IN. */
const QUESTION = "0161 0474657374 00 0001 0001";

const queries: [name: string, type: AddressType, bytes: string][] = [
  ["a.test", "A", `0000 0100 0001 0000 0000 0001 ${QUESTION} 00 0029 04d0 00000000 0000`],
  [
    "x-y_z",
    "AAAA",
    "0000 0100 0001 0000 0000 0001 05782d795f7a 00 001c 0001 00 0029 04d0 00000000 0000",
  ],
];
for (const [name, type, expected] of queries) {
  Deno.test(`encodeQuery asks for ${type} of ${name}, with recursion and EDNS of 1,232 bytes`, () => {
    assert.equal(hex(encodeQuery(name, type)), hex(bytes(expected)));
  });
}

for (
  const name of [
    "",
    ".",
    "a..b",
    ".a",
    "a b",
    "a\0b",
    "é.test",
    "a".repeat(64),
    "a.".repeat(126) + "aa",
  ]
) {
  Deno.test(`encodeQuery refuses the name ${JSON.stringify(name.slice(0, 20))}`, () => {
    assert.throws(() => encodeQuery(name, "A"), { name: "DnsError", code: "ENOTFOUND" });
  });
}

Deno.test("encodeQuery takes the longest label and the longest name", () => {
  const label = "a".repeat(63);
  assert.equal(encodeQuery(label, "A")[12], 63);
  const longest = `${label}.${label}.${label}.${"b".repeat(61)}`;
  assert.equal(encodeQuery(longest, "A").length, 12 + 255 + 4 + 11);
});

Deno.test("withId changes the id and nothing else, in a copy", () => {
  const other = withId(query, 0xabcd);
  assert.equal(hex(other), `abcd${hex(query).slice(4)}`);
  assert.equal(query[0], 0);
});

const message = (start: string, rest = QUESTION) => bytes(start + rest);
const mine = withId(query, 0x1234);
const answers: [title: string, message: Uint8Array, expected: boolean][] = [
  ["an answer", message("1234 8180 0001 0000 0000 0000"), true],
  ["an error", message("1234 8182 0001 0000 0000 0000"), true],
  ["another id", message("1235 8180 0001 0000 0000 0000"), false],
  ["the query itself", mine, false],
  ["another operation", message("1234 a180 0001 0000 0000 0000"), false],
  ["no question", message("1234 8181 0000 0000 0000 0000", ""), false],
  ["two questions", message("1234 8180 0002 0000 0000 0000", QUESTION + QUESTION), false],
  [
    "another name",
    message("1234 8180 0001 0000 0000 0000", "0162 0474657374 00 0001 0001"),
    false,
  ],
  [
    "another type",
    message("1234 8180 0001 0000 0000 0000", "0161 0474657374 00 001c 0001"),
    false,
  ],
  ["a part of the question", message("1234 8180 0001 0000 0000 0000").slice(0, -1), false],
  ["nothing", new Uint8Array(), false],
];
for (const [title, message, expected] of answers) {
  Deno.test(`isAnswerTo ${expected ? "takes" : "does not take"} ${title}`, () => {
    assert.equal(isAnswerTo(message, mine), expected);
  });
}

const answer = (reply: Exclude<Reply, null>, name = "a.test", type: AddressType = "A") =>
  decodeAnswer(encodeReply(encodeQuery(name, type), reply), name, type);
const alias = (name: string, data: string, ttl = 60) => ({ name, type: "CNAME", ttl, data });

Deno.test("isTruncated tells an answer that did not fit", () => {
  assert.equal(isTruncated(encodeReply(query, { truncated: true })), true);
  assert.equal(isTruncated(encodeReply(query, {})), false);
});

Deno.test("decodeAnswer gives the addresses and the least time to live", () => {
  const records = [
    ...addresses("A.Test", ["192.0.2.1"], 30),
    ...addresses("a.test", ["192.0.2.2"]),
  ];
  assert.deepEqual(answer({ answers: records }), {
    kind: "addresses",
    addresses: ["192.0.2.1", "192.0.2.2"],
    ttl: 30,
  });
  const v6 = addresses("a.test", ["2001:db8::1", "::ffff:192.0.2.9"], 5);
  assert.deepEqual(answer({ answers: v6 }, "a.test", "AAAA"), {
    kind: "addresses",
    addresses: ["2001:db8::1", "192.0.2.9"],
    ttl: 5,
  });
});

Deno.test("decodeAnswer reads an answer byte by byte, compressed names included", () => {
  const text = `0000 8180 0001 0002 0000 0000 ${QUESTION}` +
    "c00c 0005 0001 0000003c 0004 0162 c00e" + // a.test CNAME b.test
    "c024 0001 0001 00000007 0004 c0000207"; // b.test A 192.0.2.7
  assert.deepEqual(decodeAnswer(bytes(text), "a.test", "A"), {
    kind: "addresses",
    addresses: ["192.0.2.7"],
    ttl: 7,
  });
});

Deno.test("decodeAnswer follows aliases within the answer, in any order", () => {
  const records = [
    ...addresses("c.test", ["192.0.2.3"], 50),
    alias("b.test", "C.test", 20),
    alias("a.test", "b.test", 40),
  ];
  assert.deepEqual(answer({ answers: records }), {
    kind: "addresses",
    addresses: ["192.0.2.3"],
    ttl: 20,
  });
});

Deno.test("decodeAnswer tells an alias that leads out of the answer", () => {
  const records = [alias("a.test", "b.test", 9)];
  assert.deepEqual(answer({ answers: records }), { kind: "alias", target: "b.test", ttl: 9 });
  assert.deepEqual(answer({ answers: records, authorities: [soa(5)] }), {
    kind: "none",
    code: "ENODATA",
    ttl: 5,
  });
});

Deno.test("decodeAnswer takes no address of another name, type or class", () => {
  const records = [
    ...addresses("b.test", ["192.0.2.66"]),
    ...addresses("a.test", ["2001:db8::66"]),
    { ...addresses("a.test", ["192.0.2.67"])[0], class: "CH" },
  ];
  assert.deepEqual(answer({ answers: records }), { kind: "none", code: "ENODATA", ttl: 0 });
});

Deno.test("decodeAnswer says for how long an absence may be remembered", () => {
  const missing = (code: "ENOTFOUND" | "ENODATA", ttl: number) => ({ kind: "none", code, ttl });
  const rcode = "NXDOMAIN";
  assert.deepEqual(answer({ rcode, authorities: [soa(60, 10)] }), missing("ENOTFOUND", 10));
  assert.deepEqual(answer({ rcode, authorities: [soa(7, 10)] }), missing("ENOTFOUND", 7));
  assert.deepEqual(answer({ rcode }), missing("ENOTFOUND", 0));
  assert.deepEqual(answer({ authorities: [soa(60)] }), missing("ENODATA", 60));
  assert.deepEqual(answer({ authorities: [soa(0x80000000, 9)] }), missing("ENODATA", 0));
});

Deno.test("decodeAnswer bounds addresses and aliases", () => {
  const many = Array.from({ length: 20 }, (_, i) => `192.0.2.${i}`);
  const found = answer({ answers: addresses("a.test", many) });
  assert.equal(found.kind === "addresses" && found.addresses.length, 8);
  const circle = [alias("a.test", "b.test"), alias("b.test", "a.test")];
  assert.throws(() => answer({ answers: circle }), { code: "ESERVFAIL", message: /aliases/ });
});

for (const rcode of ["SERVFAIL", "REFUSED"] as const) {
  Deno.test(`decodeAnswer fails for ${rcode}`, () => {
    assert.throws(() => answer({ rcode }), { code: "ESERVFAIL", message: new RegExp(rcode) });
  });
}

Deno.test("decodeAnswer fails for an extended error", () => {
  const opt = { type: "OPT", name: ".", udpPayloadSize: 512, extendedRcode: 1, options: [] };
  assert.throws(() => answer({ additionals: [opt] }), { code: "ESERVFAIL", message: /BADVERS/ });
});

Deno.test("decodeAnswer refuses what cannot be read", () => {
  const whole = encodeReply(query, { answers: addresses("a.test", ["192.0.2.1"]) });
  for (let end = 0; end < whole.length; end++) {
    assert.throws(() => decodeAnswer(whole.slice(0, end), "a.test", "A"), { code: "EBADRESP" });
  }
  const crowded = message("0000 8180 0001 ffff 0000 0000");
  assert.throws(() => decodeAnswer(crowded, "a.test", "A"), { message: /65536 records/ });
  const loop = `0000 8180 0001 0001 0000 0000 ${QUESTION} c018 0001 0001 00000007 0004 c0000207`;
  assert.throws(() => decodeAnswer(bytes(loop), "a.test", "A"), { code: "EBADRESP" });
});

/** Fails for any error but the resolver's own. */
function onlyDnsError(bytes: Uint8Array): void {
  try {
    const found = decodeAnswer(bytes, "a.test", "A");
    if (found.kind === "addresses") assert.ok(found.addresses.length <= 8 && found.ttl >= 0);
  } catch (error) {
    assert.ok(error instanceof DnsError, `expected a DnsError, got ${(error as Error)?.stack}`);
  }
}

Deno.test("decodeAnswer throws nothing but its own error, whatever the bytes", () => {
  const header = bytes("0000 8180 0001 0003 0001 0001");
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (tail) => {
      onlyDnsError(tail);
      onlyDnsError(Uint8Array.of(...header, ...tail));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("decodeAnswer throws nothing but its own error where bytes of an answer are changed", () => {
  const whole = encodeReply(query, {
    answers: [alias("a.test", "b.test"), ...addresses("b.test", ["192.0.2.1", "::1"])],
    authorities: [soa(60)],
    additionals: [{ type: "OPT", name: ".", udpPayloadSize: 512, options: [] }],
  });
  const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      const changed = whole.slice();
      for (const [at, byte] of changes) changed[at] = byte;
      onlyDnsError(changed);
      isAnswerTo(changed, query);
    }),
    { numRuns: 3000 },
  );
});

import { strict as assert } from "node:assert";
import { DnsError } from "../../../proxy/dns/error.ts";
import { type Found, type Half, join, takeTurn } from "../../../proxy/dns/found.ts";
import type { Answer } from "../../../proxy/dns/query.ts";

const answered = (value: Answer): Half => ({ status: "fulfilled", value });
const has = (addresses: string[], ttl: number) => answered({ kind: "addresses", addresses, ttl });
const none = (code: "ENOTFOUND" | "ENODATA", ttl: number) => answered({ kind: "none", code, ttl });
const failed = (code: "ESERVFAIL" | "EAI_AGAIN"): Half => ({
  status: "rejected",
  reason: new DnsError(code, "no"),
});

const A = has(["192.0.2.1"], 60);
const AAAA = has(["::1"], 40);
const both = { v4: ["192.0.2.1"], v6: ["::1"], code: null };
const onlyV4 = { v4: ["192.0.2.1"], v6: [], code: null };
const nothing = { v4: [], v6: [] };

const joined: [title: string, a: Half, aaaa: Half, expected: Found][] = [
  ["both families, for the lesser time", A, AAAA, { ...both, ttl: 40 }],
  ["a family that has none, for the lesser time", A, none("ENODATA", 10), { ...onlyV4, ttl: 10 }],
  ["a family that has none for an unknown time", A, none("ENODATA", 0), { ...onlyV4, ttl: 60 }],
  ["a family that fails, and asks again soon", A, failed("EAI_AGAIN"), { ...onlyV4, ttl: 5 }],
  ["a server that denies the name for one family", A, none("ENOTFOUND", 60), {
    ...onlyV4,
    ttl: 60,
  }],
  ["addresses not to be remembered", has(["192.0.2.1"], 0), AAAA, { ...both, ttl: 0 }],
  ["addresses for an hour at most", has(["192.0.2.1"], 1e6), none("ENODATA", 1e6), {
    ...onlyV4,
    ttl: 3600,
  }],
  ["a name that does not exist, for 30 s at most", none("ENOTFOUND", 900), none("ENOTFOUND", 900), {
    ...nothing,
    code: "ENOTFOUND",
    ttl: 30,
  }],
  ["a name that does not exist, though a server fails", none("ENOTFOUND", 9), failed("ESERVFAIL"), {
    ...nothing,
    code: "ENOTFOUND",
    ttl: 9,
  }],
  ["a name without addresses", none("ENODATA", 20), none("ENODATA", 7), {
    ...nothing,
    code: "ENODATA",
    ttl: 7,
  }],
  ["failures, for a second", failed("ESERVFAIL"), failed("EAI_AGAIN"), {
    ...nothing,
    code: "ESERVFAIL",
    ttl: 1,
  }],
  ["half an absence and half a failure", none("ENODATA", 20), failed("EAI_AGAIN"), {
    ...nothing,
    code: "EAI_AGAIN",
    ttl: 1,
  }],
];
for (const [title, a, aaaa, expected] of joined) {
  Deno.test(`join makes one of ${title}`, () => {
    assert.deepEqual(join(a, aaaa), expected);
  });
}

Deno.test("join throws what no server is to blame for", () => {
  const reason = new RangeError("a defect");
  assert.throws(() => join({ status: "rejected", reason }, none("ENODATA", 1)), reason);
});

Deno.test("takeTurn begins each time with another address of each family", () => {
  const found = { v4: ["192.0.2.1", "192.0.2.2", "192.0.2.3"], v6: ["::1", "::2"] };
  assert.deepEqual(takeTurn(found, 0), ["::1", "::2", "192.0.2.1", "192.0.2.2", "192.0.2.3"]);
  assert.deepEqual(takeTurn(found, 1), ["::2", "::1", "192.0.2.2", "192.0.2.3", "192.0.2.1"]);
  assert.deepEqual(takeTurn(found, 5), ["::2", "::1", "192.0.2.3", "192.0.2.1", "192.0.2.2"]);
  assert.deepEqual(takeTurn({ v4: ["192.0.2.1"], v6: [] }, 7), ["192.0.2.1"]);
});

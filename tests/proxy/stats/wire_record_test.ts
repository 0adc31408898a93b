import { strict as assert } from "node:assert";
import fc from "fast-check";
import { z } from "zod";
import {
  CONNECTION_STATES,
  datagramSchema,
  encodeRecord,
  isWireRecord,
} from "../../../proxy/stats/report.ts";
import { connection, summary } from "../../support/reports.ts";

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const time = z.number().min(0).max(1e11);

/** The same, as a schema. */
const recordSchema = z.tuple([
  ...[count, z.string().max(64), z.number().int().min(0).max(65535), z.string().max(300)] as const,
  ...[count, count, time, time, z.enum(CONNECTION_STATES)] as const,
  ...[z.string().max(255), z.string().max(64), count] as const,
]);

const odd = fc.oneof(
  fc.constantFrom(
    ...[0, -0, -1, 0.5, 65_535, 65_536, 1e11, 1e11 + 1, 2 ** 53 - 1, 2 ** 53, NaN, Infinity],
    ...["", "active", "x".repeat(64), "x".repeat(65), "x".repeat(255), "x".repeat(256)],
    ...["\u{1f600}".repeat(32), "\u{1f600}".repeat(33), "x".repeat(300), "x".repeat(301)],
    ...[null, undefined, true, [], {}, 3n],
  ),
  fc.jsonValue(),
);

Deno.test("isWireRecord takes what the schema takes, and nothing else", () => {
  const good = encodeRecord(connection());
  assert.equal(isWireRecord(good), true);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 12 }), odd), { maxLength: 3 }), (changes) => {
      const record: unknown[] = [...good];
      for (const [at, value] of changes) record[at] = value;
      assert.equal(isWireRecord(record), recordSchema.safeParse(record).success);
    }),
    { numRuns: 5000 },
  );
  for (
    const value of [null, "x", {}, [], good.slice(0, 11), [...good, 1], { ...good, length: 12 }]
  ) {
    assert.equal(isWireRecord(value), false);
  }
});

Deno.test("datagramSchema takes at most 2,000 records, all of them right", () => {
  const good = encodeRecord(connection());
  const accepts = (connections: unknown) =>
    datagramSchema.safeParse({ kind: "connections", ...summary(), connections }).success;
  assert.equal(accepts(Array(2000).fill(good)), true);
  assert.equal(accepts(Array(2001).fill(good)), false);
  assert.equal(accepts([good, [1, 2, 3]]), false);
  for (const none of [undefined, null, {}, "x"]) assert.equal(accepts(none), false);
});

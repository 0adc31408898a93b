import { strict as assert } from "node:assert";
import { limitsSchema } from "../../../proxy/stats/limits_record.ts";
import { datagramSchema } from "../../../proxy/stats/report.ts";
import { limits, summary } from "../../support/reports.ts";

Deno.test("limitsSchema takes every limit as a number or as none", () => {
  const none = Object.fromEntries(Object.keys(limits()).map((name) => [name, null]));
  for (const good of [limits(), none, limits({ idle_timeout: 0.5, drain_timeout: 0 })]) {
    assert.deepEqual(limitsSchema.parse(good), good);
  }
});

const wrongLimits: [title: string, wrong: unknown][] = [
  ["a negative limit", limits({ accept_rate: -1 })],
  ["an infinite limit", limits({ bandwidth: Infinity })],
  ["a limit that is no number", limits({ idle_timeout: NaN })],
  ["a limit over what counts exactly", limits({ bandwidth: 2 ** 53 })],
  ["a limit as text", { ...limits(), max_connections: "8000" }],
  ["limits of which one is missing", { ...limits(), max_connections: undefined }],
  ["limits as a list", [8000]],
  ["limits that are null", null],
];
for (const [title, wrong] of wrongLimits) {
  Deno.test(`datagramSchema refuses ${title}`, () => {
    const good = { kind: "detail", ...summary(), reasons: {}, limits: limits() };
    assert.equal(datagramSchema.safeParse(good).success, true);
    assert.equal(datagramSchema.safeParse({ ...good, limits: wrong }).success, false);
  });
}

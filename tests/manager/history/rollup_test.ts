import { strict as assert } from "node:assert";
import fc from "fast-check";
import {
  type Growth,
  join,
  MAX_POINTS,
  plan,
  type Range,
  segments,
  spread,
  type Tier,
  TIERS,
} from "../../../manager/history/rollup.ts";
import { DEFAULT_RETENTION } from "../../../manager/history/options.ts";
import { row, S0 } from "../../support/history.ts";

const [RAW, MINUTE, TEN, HOUR] = TIERS;
const DAY = 86_400;
const growth = (sent: number): Growth => ({
  sent,
  received: 2 * sent,
  connections: 3,
  failed: 1,
  rejected: 0,
});

Deno.test("spread gives each step the share of its time, and loses nothing", () => {
  const shares = spread(growth(1000), (S0 + 5) * 1000, (S0 + 25) * 1000);
  assert.deepEqual(shares.map(({ time }) => time - S0), [0, 10, 20]);
  assert.deepEqual(shares.map(({ growth }) => growth.sent), [250, 500, 250]);
  assert.deepEqual(spread(growth(7), S0 * 1000, S0 * 1000), [{ time: S0, growth: growth(7) }]);
  const whole = fc.integer({ min: 0, max: 2 ** 50 });
  fc.assert(fc.property(
    fc.record({ sent: whole, received: whole, connections: whole, failed: whole, rejected: whole }),
    fc.integer({ min: 0, max: 600_000 }),
    fc.integer({ min: 0, max: 600_000 }),
    (growth, from, ms) => {
      const shares = spread(growth, S0 * 1000 + from, S0 * 1000 + from + ms);
      for (const name of Object.keys(growth) as (keyof Growth)[]) {
        const parts = shares.map(({ growth }) => growth[name]);
        assert.ok(parts.every((part) => part >= 0));
        assert.equal(parts.reduce((a, b) => a + b), growth[name]);
      }
    },
  ));
});

const plans: [title: string, range: Partial<Range>, tier: string, step: number][] = [
  ["the last hour", { from: S0 - 3600 }, "raw", 10],
  ["the last hour, asked for a little late", { from: S0 - 3605 }, "raw", 10],
  ["more than the last hour", { from: S0 - 4000 }, "1m", 60],
  ["a step between two", { from: S0 - 3600, step: 45 }, "raw", 50],
  ["a step that a coarser tier has", { from: S0 - 3600, step: 60 }, "1m", 60],
  ["a step of several minutes", { from: S0 - 3600, step: 300 }, "1m", 300],
  ["the last day", { from: S0 - DAY }, "1m", 300],
  ["minutes that are gone", { from: S0 - 3 * DAY, step: 60 }, "10m", 600],
  ["a month", { from: S0 - 30 * DAY }, "1h", 7200],
  [
    "a month by ten minutes is too much, but twenty do",
    { from: S0 - 30 * DAY, step: 1800 },
    "10m",
    1800,
  ],
  ["a year", { from: S0 - 365 * DAY }, "1h", DAY],
  ["what nothing reaches back to", { from: S0 - 900 * DAY }, "1h", 2 * DAY],
  ["an hour of long ago", { from: S0 - 40 * DAY, to: S0 - 39 * DAY, step: 10 }, "1h", 3600],
];
for (const [title, range, tier, step] of plans) {
  Deno.test(`plan finds tier and step for ${title}`, () => {
    const found = plan({ from: 0, to: S0, step: null, ...range }, DEFAULT_RETENTION, S0);
    assert.ok("tier" in found, JSON.stringify(found));
    assert.deepEqual([found.tier.name, found.step], [tier, step]);
    assert.ok((found.to - found.from) / found.step <= MAX_POINTS);
    assert.ok(found.from <= range.from! && found.from % step === 0);
  });
}

Deno.test("plan refuses a step that makes too many points, and names one that does not", () => {
  const range = { from: S0 - 30 * DAY, to: S0, step: 600 };
  const found = plan(range, DEFAULT_RETENTION, S0);
  assert.deepEqual(found, { leastStep: 1800 });
  assert.ok("tier" in plan({ ...range, step: 1800 }, DEFAULT_RETENTION, S0));
  const epoch = plan({ from: 1, to: S0, step: 3600 }, DEFAULT_RETENTION, S0);
  assert.ok("leastStep" in epoch);
  assert.ok("tier" in plan({ from: 1, to: S0, step: epoch.leastStep }, DEFAULT_RETENTION, S0));
});

Deno.test("segments lets finer tiers answer for what coarser ones have not summed up yet", () => {
  const until = new Map<Tier, number>([[HOUR, S0], [TEN, S0 + 1200], [MINUTE, S0 + 1500]]);
  const parts = segments(HOUR, S0 - 7200, S0 + 1520, (tier) => until.get(tier)!);
  assert.deepEqual(parts, [
    { tier: HOUR, from: S0 - 7200, to: S0 },
    { tier: TEN, from: S0, to: S0 + 1200 },
    { tier: MINUTE, from: S0 + 1200, to: S0 + 1500 },
    { tier: RAW, from: S0 + 1500, to: S0 + 1520 },
  ]);
  assert.deepEqual(segments(MINUTE, S0, S0 + 60, () => S0 + 600), [
    { tier: MINUTE, from: S0, to: S0 + 60 },
  ]);
});

Deno.test("join sums up steps, takes the highest maximum, and leaves gaps", () => {
  const rows = [row(S0), row(S0 + 50, { activeMax: 9 }), row(S0 + 120)];
  const joined = join(rows, 60).map(({ time, sent, activeSum, activeMax, samples }) => {
    return [time - S0, sent, activeSum, activeMax, samples];
  });
  assert.deepEqual(joined, [[0, 200, 16, 9, 4], [120, 100, 8, 5, 2]]);
});

Deno.test("join stays within the integers that JSON readers hold", () => {
  const much = { sent: Number.MAX_SAFE_INTEGER };
  assert.equal(join([row(S0, much), row(S0, much)], 10)[0].sent, Number.MAX_SAFE_INTEGER);
});

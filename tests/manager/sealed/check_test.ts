import { strict as assert } from "node:assert";
import { configure, type LogRecord, reset } from "@logtape/logtape";
import { MAX_AGE_MS, SealCheck } from "../../../manager/sealed/check.ts";
import type { ProxyState } from "../../../manager/fleet/report.ts";
import type { StatsKey } from "../../../manager/sealed/keys.ts";
import { KEYS, statsKey } from "../../support/sealed.ts";
import { boot, summary, T0 } from "../../support/reports.ts";

const START = T0 / 1000 - 100;

/** A check on a clock of its own. */
function newCheck(keys: StatsKey[] = [], max?: number) {
  const at = { ms: T0 };
  const check = new SealCheck(keys, () => at.ms, max);
  return {
    check,
    at,
    /** What it says of a report that is what its header says. */
    verdict(overrides: Partial<ProxyState> = {}, boundTo: string | null = null) {
      const proxy = { ...summary(), ...overrides };
      return check.check({ bootId: proxy.boot_id, seq: proxy.seq ?? 0, boundTo }, proxy);
    },
  };
}

Deno.test("SealCheck wants the header's boot and seq in the report", () => {
  const { check } = newCheck();
  const header = { bootId: boot("a"), seq: 3, boundTo: null };
  const drop = (overrides: Partial<ProxyState>) =>
    check.check(header, { ...summary({ seq: 3 }), ...overrides });
  assert.equal(drop({ seq: 4 }), "header_mismatch");
  assert.equal(drop({ seq: null }), "header_mismatch");
  assert.equal(drop({ boot_id: boot("b") }), "header_mismatch");
  assert.equal(drop({}), null);
});

Deno.test("SealCheck holds a proxy to its own key, and the key to its proxy", () => {
  const { check, verdict } = newCheck([statsKey(KEYS[0]), statsKey(KEYS[1], "edge-1")]);
  const table: [proxyId: string, boundTo: string | null, reason: string | null][] = [
    ["edge-1", "edge-1", null],
    ["edge-1", null, "wrong_key"],
    ["edge-1", "edge-2", "wrong_key"],
    ["edge-2", "edge-1", "wrong_key"],
    ["edge-2", null, null],
  ];
  for (const [proxy_id, boundTo, reason] of table) {
    assert.equal(verdict({ proxy_id }, boundTo), reason, `${proxy_id} by ${boundTo}`);
  }
  check.setKeys([statsKey(KEYS[0])]);
  assert.equal(verdict({ proxy_id: "edge-1" }), null);
});

Deno.test("SealCheck takes reports of within five minutes", () => {
  const ages: [ms: number, taken: boolean][] = [
    [0, true],
    [MAX_AGE_MS, true],
    [-MAX_AGE_MS, true],
    [MAX_AGE_MS + 1, false],
    [-MAX_AGE_MS - 1, false],
  ];
  for (const [ms, taken] of ages) {
    const { at, verdict } = newCheck();
    at.ms += ms;
    assert.equal(verdict(), taken ? null : "stale_time", `${ms} ms`);
  }
  const { at, check, verdict } = newCheck();
  const ahead = { start_time: T0 / 1000 + 301 };
  assert.equal(verdict(ahead), "stale_time");
  assert.equal(verdict(), null, "what was dropped has left something");
  // One that has waited counts from when it arrived.
  at.ms += MAX_AGE_MS + 1;
  const seal = { bootId: boot("a"), seq: 0, boundTo: null };
  assert.equal(check.check(seal, summary()), "stale_time");
  assert.equal(check.check(seal, summary(), 1), null);
});

Deno.test("SealCheck takes a new boot only if it started later than the latest, however long that is silent", () => {
  const { at, verdict } = newCheck();
  const report = (digit: string, start_time: number, proxy_id = "edge-1") =>
    verdict({ boot_id: boot(digit), start_time, proxy_id, sent_at: at.ms / 1000 });
  assert.equal(report("a", START), null);
  assert.equal(report("b", START), "old_boot");
  assert.equal(report("c", START - 1), "old_boot");
  assert.equal(report("d", START - 1, "edge-2"), null);
  assert.equal(report("e", START + 1), null);
  assert.equal(report("a", START), "old_boot");
  at.ms += 30 * 86_400_000;
  assert.equal(report("a", START), "old_boot");
  assert.equal(report("e", START + 1), null);
  // A boot cannot begin anew by another start.
  assert.equal(report("e", START + 50), null);
  assert.equal(report("f", START + 2), null);
});

Deno.test("SealCheck remembers nothing of a report that it drops", () => {
  const { verdict } = newCheck([statsKey(KEYS[1], "edge-9")], 2);
  const later = { boot_id: boot("b"), start_time: START + 50 };
  verdict({ ...later, sent_at: 1 });
  verdict(later, "edge-9");
  assert.equal(verdict(), null);
  for (const n of [1, 2, 3]) verdict({ proxy_id: `other-${n}`, sent_at: 1 });
  assert.equal(verdict({ boot_id: boot("c"), start_time: START - 1 }), "old_boot");
});

Deno.test("SealCheck forgets the proxy longest silent when there are too many", () => {
  const { verdict } = newCheck([], 2);
  const older = { boot_id: boot("0"), start_time: START - 1 };
  for (const n of [1, 2, 1, 3]) assert.equal(verdict({ proxy_id: `edge-${n}` }), null);
  assert.equal(verdict({ ...older, proxy_id: "edge-1" }), "old_boot");
  assert.equal(verdict({ ...older, proxy_id: "edge-3" }), "old_boot");
  assert.equal(verdict({ ...older, proxy_id: "edge-2" }), null);
});

Deno.test("SealCheck says why it drops a report, once a minute for each reason", async () => {
  const records: LogRecord[] = [];
  await configure({
    reset: true,
    sinks: { test: (record) => void records.push(record) },
    loggers: [
      { category: "rustproxy", sinks: ["test"], lowestLevel: "warning" },
      { category: ["logtape", "meta"], lowestLevel: "error" },
    ],
  });
  try {
    const said = () => records.splice(0).map(({ message }) => message.join(""));
    const { at, verdict } = newCheck([statsKey(KEYS[1], "edge-1")]);
    const line = "Dropped a sealed report of edge-1 as";
    const wrong = `${line} wrong_key: it has a key of its own, or the key is another proxy's`;
    for (; at.ms < T0 + 60_000; at.ms += 1000) verdict();
    assert.deepEqual(said(), [wrong]);
    verdict({ sent_at: 1 }, "edge-1");
    const stale = "its clock is more than 5 minutes from this one, or it is a replay";
    assert.deepEqual(said(), [`${line} stale_time: ${stale}`]);
    verdict();
    assert.deepEqual(said(), [wrong]);
  } finally {
    await reset();
  }
});

import { strict as assert } from "node:assert";
import fc from "fast-check";
import { proxySummary } from "../../../manager/api/views.ts";
import { Ingest } from "../../../manager/ingest.ts";
import { Registry } from "../../../manager/registry.ts";
import { SealCheck } from "../../../manager/sealed/check.ts";
import { SEAL_OVERHEAD, Sealer } from "../../../proxy/stats/seal.ts";
import type { ConnectionRecord, Summary } from "../../../proxy/stats/report.ts";
import { keyOf, KEYS, sealedManager, statsKey } from "../../support/sealed.ts";
import { boot, connection, datagram, jsonBytes, legacyReport, T0 } from "../../support/reports.ts";

const [A, B] = KEYS;
type Manager = ReturnType<typeof sealedManager>;

/** A report as a proxy with this key sends it. */
function sealed(
  key: string,
  overrides: Partial<Summary> = {},
  connections: ConnectionRecord[] = [],
): Uint8Array {
  const { boot_id = boot("a"), seq = 0 } = overrides;
  return new Sealer(keyOf(key), boot_id).seal(datagram(overrides, connections), seq);
}

/** All that is known of the fleet, but for when it was heard of. */
function picture({ registry }: Manager): unknown {
  return [...registry.proxies()].map((entry) => ({
    ...proxySummary(entry, T0),
    connections: [...entry.connections.records()].sort((a, b) => a.id - b.id),
  }));
}

/** Ten reports of one boot, each with one connection more. */
const REPORTS = Array.from({ length: 10 }, (_, seq) => {
  const records = [connection({ id: seq, bytes_sent: 100 * seq })];
  return sealed(A, { seq, total_connections: seq + 1, total_bytes_sent: 1000 * seq }, records);
});

Deno.test("Ingest with keys shows nothing of reports in clear, the original's included", () => {
  const { take, registry } = sealedManager([statsKey(A)]);
  assert.equal(take(datagram()), "unsealed");
  assert.equal(take(jsonBytes(legacyReport())), "unsealed");
  assert.equal(registry.size, 0);
  const ingest = new Ingest(registry, () => T0, new SealCheck([], () => T0));
  assert.equal(ingest.handle(datagram()), "unsealed");
  assert.equal(registry.size, 0);
});

Deno.test("Ingest counts a sealed report with all of its bytes", () => {
  const ingest = new Ingest(new Registry(), () => T0, new SealCheck([], () => T0));
  const bytes = datagram();
  const seal = { bootId: boot("a"), seq: 0, boundTo: null };
  assert.equal(ingest.handle(bytes, "", 0, seal), null);
  assert.equal(ingest.counters.bytes, bytes.length + SEAL_OVERHEAD);
  assert.equal(ingest.handle(bytes, "", 0, { ...seal, seq: 1 }), "header_mismatch");
  assert.deepEqual(ingest.counters.dropped, { header_mismatch: 1 });
});

Deno.test("A sealed original's report is dropped, since it names no boot", () => {
  const { take, registry } = sealedManager([statsKey(A)]);
  const legacy = new Sealer(keyOf(A), boot("a")).seal(jsonBytes(legacyReport()), 0);
  assert.equal(take(legacy), "header_mismatch");
  assert.equal(registry.size, 0);
});

Deno.test("Any mutation of a sealed report is dropped with a reason, and changes nothing", () => {
  const manager = sealedManager([statsKey(A), statsKey(B, "edge-2")]);
  for (const report of REPORTS.slice(0, 5)) assert.equal(manager.take(report), null);
  const before = picture(manager);
  const mutation = fc.record({
    at: fc.oneof(fc.nat(63), fc.nat()),
    xor: fc.integer({ min: 1, max: 255 }),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...REPORTS.slice(5)),
      fc.array(mutation, { maxLength: 8 }),
      fc.integer({ min: -40, max: 40 }),
      (report, mutations, longer) => {
        const bytes = new Uint8Array(report.length + longer);
        bytes.set(report.subarray(0, bytes.length));
        for (const { at, xor } of mutations) bytes[at % bytes.length] ^= xor;
        fc.pre(bytes.toHex() !== report.toHex());
        assert.equal(typeof manager.take(bytes), "string");
        assert.deepEqual(picture(manager), before);
      },
    ),
    { numRuns: 2000 },
  );
  for (const report of REPORTS.slice(5)) assert.equal(manager.take(report), null);
});

Deno.test("Reports in any order, each any number of times, come to the same", () => {
  const expected = sealedManager([statsKey(A)]);
  for (const report of REPORTS) expected.take(report);
  const order = fc.array(fc.nat(REPORTS.length - 1), { maxLength: 30 });
  fc.assert(fc.property(order, (order) => {
    const manager = sealedManager([statsKey(A)]);
    const taken = new Set<number>();
    for (const nth of [...order, ...REPORTS.keys()]) {
      assert.equal(manager.take(REPORTS[nth]), taken.has(nth) ? "replayed" : null);
      taken.add(nth);
    }
    assert.deepEqual(picture(manager), picture(expected));
  }));
});

Deno.test("A former boot's reports, kept back or recorded, do not bring it back", () => {
  const manager = sealedManager([statsKey(A)]);
  manager.take(REPORTS[0]);
  const next = { boot_id: boot("b"), start_time: T0 / 1000 - 10 };
  assert.equal(manager.take(sealed(A, next)), null);
  const entry = manager.registry.get("edge-1")!;
  for (const report of REPORTS.slice(1)) assert.equal(manager.take(report), "old_boot");
  assert.equal(manager.take(REPORTS[0]), "replayed");
  assert.equal(entry.state.boot_id, boot("b"));
  assert.equal(entry.connections.live, 0);
  // What they say of its totals is right all the same.
  assert.equal(entry.totals.total_connections, REPORTS.length + 10);
  assert.deepEqual([...entry.dropped], [["old_boot", REPORTS.length - 1]]);
  // Long after the last word of the proxy, too.
  manager.at.ms += 3_600_000;
  assert.equal(manager.take(REPORTS[9]), "replayed");
  assert.equal(manager.take(sealed(A, { seq: 10 })), "stale_time");
});

Deno.test("A manager that has restarted takes what was sent within five minutes, once", () => {
  const restarted = sealedManager([statsKey(A)]);
  restarted.at.ms = T0 + 299_000;
  assert.equal(restarted.take(REPORTS[3]), null);
  assert.equal(restarted.take(REPORTS[3]), "replayed");
  restarted.at.ms = T0 + 301_000;
  assert.equal(restarted.take(REPORTS[4]), "stale_time");
  // What the proxy says now goes before what was replayed.
  const now = { seq: 50, sent_at: T0 / 1000 + 301, total_connections: 51 };
  assert.equal(restarted.take(sealed(A, now)), null);
  assert.equal(restarted.registry.get("edge-1")?.totals.total_connections, 51);
});

Deno.test("Keys are changed without a report lost", () => {
  const manager = sealedManager([statsKey(A)]);
  let seq = 0;
  const take = (key: string) => manager.take(sealed(key, { seq: seq++ }));
  assert.equal(take(A), null);
  manager.setKeys([statsKey(A), statsKey(B)]);
  for (const key of [A, A, B, A, B]) assert.equal(take(key), null);
  manager.setKeys([statsKey(B)]);
  assert.equal(take(B), null);
  assert.equal(take(A), "unknown_key");
  assert.equal(manager.registry.get("edge-1")?.lossPercent(T0), 0);
});

Deno.test("A proxy with a key of its own is nobody else's to speak for, nor may it speak for others", () => {
  const manager = sealedManager([statsKey(A), statsKey(B, "edge-1")]);
  assert.equal(manager.take(sealed(A, { proxy_id: "edge-1" })), "wrong_key");
  assert.equal(manager.take(sealed(B, { proxy_id: "edge-2" })), "wrong_key");
  assert.equal(manager.registry.size, 0);
  assert.equal(manager.take(sealed(B, { seq: 1, proxy_id: "edge-1" })), null);
  assert.equal(manager.take(sealed(A, { seq: 2, proxy_id: "edge-1" })), "wrong_key");
  assert.deepEqual([...manager.registry.get("edge-1")!.dropped], [["wrong_key", 1]]);
  assert.equal(manager.take(sealed(A, { seq: 1, proxy_id: "edge-2" })), null);
});

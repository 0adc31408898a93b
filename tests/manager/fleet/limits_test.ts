import { strict as assert } from "node:assert";
import { ReportedLimits } from "../../../manager/fleet/limits.ts";
import { Ingest } from "../../../manager/ingest.ts";
import { Registry } from "../../../manager/registry.ts";
import { encodeDetail } from "../../../proxy/stats/report_detail.ts";
import {
  boot,
  jsonBytes,
  legacyReport,
  limits,
  report,
  summary,
  T0,
} from "../../support/reports.ts";

Deno.test("ReportedLimits are the newest report's, and of a new version when they differ", () => {
  const known = new ReportedLimits();
  assert.deepEqual([known.record, known.version], [null, 0]);
  known.take(limits(), 5);
  assert.deepEqual([known.record, known.version], [limits(), 1]);
  known.take(limits(), 6);
  known.take(null, 7);
  assert.deepEqual([known.record, known.version], [limits(), 1]);
  known.take(limits({ accept_rate: 1 }), 4);
  assert.deepEqual([known.record, known.version], [limits(), 1], "that is older");
  known.take(limits({ accept_rate: 2 }), 8);
  assert.deepEqual([known.record, known.version], [limits({ accept_rate: 2 }), 2]);
  known.clear();
  assert.deepEqual([known.record, known.version], [null, 3]);
  known.take(limits(), 0);
  assert.deepEqual(known.record, limits(), "another boot counts from 0");
});

Deno.test("Registry forgets the limits of a former boot", () => {
  const registry = new Registry();
  registry.apply(report({ seq: 9 }, [], {}, [], limits()), T0);
  registry.apply(report({ boot_id: boot("b"), start_time: T0 / 1000, seq: 0 }), T0 + 1);
  const entry = registry.get("edge-1")!;
  assert.equal(entry.limits.record, null);
  registry.apply(report({ seq: 10 }, [], {}, [], limits()), T0 + 2);
  assert.equal(entry.limits.record, null, "the former boot has no say any more");
  const own = limits({ bandwidth: 1000 });
  const next = { boot_id: boot("b"), start_time: T0 / 1000, seq: 1 };
  registry.apply(report(next, [], {}, [], own), T0 + 3);
  assert.deepEqual(entry.limits.record, own);
});

Deno.test("Ingest takes limits, and reports of proxies that do not tell them", () => {
  const registry = new Registry();
  const ingest = new Ingest(registry, () => T0);
  const [bytes] = encodeDetail(() => summary(), {}, [], limits()) as Uint8Array<ArrayBuffer>[];
  assert.equal(ingest.handle(bytes), null);
  const older = { kind: "detail", ...summary({ seq: 1 }), reasons: {}, backends: [] };
  assert.equal(ingest.handle(jsonBytes(older)), null);
  assert.deepEqual(registry.get("edge-1")!.limits.record, limits());
  assert.equal(ingest.handle(jsonBytes(legacyReport())), null);
  assert.equal(registry.get("socks5_0.0.0.0:1080")!.limits.record, null);
});

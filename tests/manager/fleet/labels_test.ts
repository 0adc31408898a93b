import { strict as assert } from "node:assert";
import { ReportedLabels } from "../../../manager/fleet/labels.ts";
import { Room } from "../../../manager/fleet/room.ts";
import { Ingest } from "../../../manager/ingest.ts";
import { Registry } from "../../../manager/registry.ts";
import { labelsParts } from "../../../proxy/stats/labels_record.ts";
import { encodeDetail } from "../../../proxy/stats/report_detail.ts";
import { boot, jsonBytes, report, summary, T0 } from "../../support/reports.ts";

const SIZE = { items: 100, bytes: 100_000 };
const part = (set: number, of: number, some: Record<string, string>) => ({ set, of, some });

Deno.test("ReportedLabels shows a set once all of it is known, in whatever order it arrives", () => {
  const labels = new ReportedLabels(new Room(SIZE));
  assert.equal(labels.take(part(0, 2, { env: "prod" })), false);
  assert.deepEqual(labels.all, {});
  assert.equal(labels.take(part(0, 2, { dc: "fra" })), true);
  assert.deepEqual([labels.all, labels.version], [{ env: "prod", dc: "fra" }, 1]);
  assert.equal(labels.take(part(0, 2, { env: "prod" })), false, "it comes again");
  assert.equal(labels.take(null), false);
  labels.take(part(2, 2, { env: "test" }));
  assert.deepEqual(labels.all, { env: "prod", dc: "fra" }, "until the next one is whole");
  labels.take(part(1, 1, { env: "late" }));
  labels.take(part(2, 2, { zone: "b" }));
  assert.deepEqual([labels.all, labels.version], [{ env: "test", zone: "b" }, 2]);
  labels.take(part(3, 0, {}));
  assert.deepEqual([labels.all, labels.version], [{}, 3]);
});

Deno.test("ReportedLabels takes no more than a set says there are, and gives all room back", () => {
  const room = new Room(SIZE);
  const labels = new ReportedLabels(room);
  labels.take(part(0, 1, { a: "1", b: "2", c: "3" }));
  assert.deepEqual(labels.all, { a: "1" });
  for (let set = 1; set < 50; set++) labels.take(part(set, 16, { [`n${set}`]: "x" }));
  assert.equal(room.left.items, SIZE.items - 1);
  labels.clear();
  assert.deepEqual(room.left, SIZE);
  labels.restore({ env: "prod" });
  labels.take(part(0, 1, { env: "test" }));
  assert.deepEqual(labels.all, { env: "test" });
  labels.clear();
  assert.deepEqual([labels.all, room.left], [{}, SIZE]);
});

Deno.test("ReportedLabels shows nothing for which there is no room", () => {
  const labels = new ReportedLabels(new Room({ items: 1, bytes: 100_000 }));
  labels.take(part(0, 2, { a: "1", b: "2" }));
  assert.deepEqual(labels.all, {});
});

Deno.test("Registry forgets the labels of a former boot, and brings back those of an earlier run", () => {
  const registry = new Registry();
  registry.apply(report({ seq: 9 }, [], {}, [], null, part(7, 1, { env: "prod" })), T0);
  const entry = registry.get("edge-1")!;
  assert.deepEqual(entry.labels.all, { env: "prod" });
  const again = new Registry();
  again.restore(entry.save(), T0);
  assert.deepEqual(again.get("edge-1")!.labels.all, { env: "prod" });
  const own = { boot_id: boot("b"), start_time: T0 / 1000, seq: 0 };
  registry.apply(report(own), T0 + 1);
  assert.deepEqual(entry.labels.all, {});
  registry.apply(report({ ...own, seq: 1 }, [], {}, [], null, part(0, 1, { env: "b" })), T0 + 2);
  assert.deepEqual(entry.labels.all, { env: "b" }, "another boot counts from 0");
});

Deno.test("Registry restores a proxy of which an older manager has kept no labels", () => {
  const registry = new Registry();
  registry.apply(report(), T0);
  const { labels: _, ...saved } = registry.get("edge-1")!.save();
  const again = new Registry();
  assert.equal(again.restore(saved, T0), true);
  assert.deepEqual(again.get("edge-1")!.labels.all, {});
});

Deno.test("Ingest takes labels, and refuses a report with more or other than there may be", () => {
  const registry = new Registry();
  const ingest = new Ingest(registry, () => T0);
  const labels = Object.fromEntries(
    Array.from({ length: 16 }, (_, i) => [`label-${i}`, "€".repeat(64)]),
  );
  const parts = labelsParts(0, labels);
  let seq = 0;
  const datagrams = encodeDetail(() => summary({ seq: seq++ }), {}, [], null, parts);
  assert.ok(datagrams.length > 1);
  for (const bytes of datagrams as Uint8Array<ArrayBuffer>[]) {
    assert.ok(bytes.length <= 1400, `${bytes.length}`);
    assert.equal(ingest.handle(bytes), null);
  }
  assert.deepEqual(registry.get("edge-1")!.labels.all, labels);
  const bad = (labels: unknown) =>
    ingest.handle(jsonBytes({ kind: "detail", ...summary({ seq: seq++ }), reasons: {}, labels }));
  assert.equal(bad({ set: 1, of: 17, some: {} }), "bad_schema");
  assert.equal(bad({ set: 1, of: 1, some: { "a b": "x" } }), "bad_schema");
  assert.equal(bad({ set: 1, of: 1, some: { a: "\u0007" } }), "bad_schema");
  assert.equal(bad({ set: 1, of: 1, some: { a: 1 } }), "bad_schema");
  assert.deepEqual(registry.get("edge-1")!.labels.all, labels);
});

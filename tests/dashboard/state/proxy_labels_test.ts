import { strict as assert } from "node:assert";
import { createFormat } from "../../../dashboard/format.ts";
import {
  groupingName,
  groupingsOf,
  groupOf,
  groupWord,
  parseGrouping,
  proxyColumns,
} from "../../../dashboard/state/proxies.ts";
import { labelNames, labelsOf, labelText } from "../../../dashboard/state/proxy_labels.ts";
import { proxy } from "../support.ts";

const FLEET = [
  proxy({ proxy_id: "a", labels: { env: "prod", dc: "fra" } }),
  proxy({ proxy_id: "b", labels: { env: "test" } }),
  proxy({ proxy_id: "c" }),
];

Deno.test("labelsOf takes a proxy of a manager that knows no labels", () => {
  const { labels: _, ...older } = proxy({});
  assert.deepEqual(labelsOf(older as typeof FLEET[number]), []);
  assert.deepEqual(labelsOf(FLEET[0]).map(labelText), ["env=prod", "dc=fra"]);
});

Deno.test("labelNames are those that there are, in order, and bounded", () => {
  assert.deepEqual(labelNames(FLEET), ["dc", "env"]);
  const many = Array.from({ length: 60 }, (_, i) => proxy({ labels: { [`n${i}`]: "x" } }));
  assert.equal(labelNames(many).length, 50);
});

Deno.test("groupOf groups by the value of a label", () => {
  assert.deepEqual(groupingsOf(FLEET), ["host", "mode", "status", "label:dc", "label:env"]);
  assert.deepEqual(groupingsOf(FLEET, "label:x").at(-1), "label:x");
  assert.deepEqual(groupingsOf(FLEET, "host").length, 5);
  const byEnv = parseGrouping("label:env")!;
  assert.equal(byEnv, "label:env");
  assert.deepEqual(FLEET.map(groupOf(byEnv)), ["prod", "test", ""]);
  assert.equal(groupingName(byEnv), "By label env");
  assert.equal(groupingName("host"), "By host");
  assert.deepEqual(["label:", "label:a b", "label:<b>"].map(parseGrouping), [null, null, null]);
});

Deno.test("groupWord says what a group without a text of its own is called", () => {
  assert.equal(groupWord("label:env", ""), "without it");
  assert.equal(groupWord("host", ""), "no name");
  assert.equal(groupWord("label:env", "offline"), null);
  assert.equal(groupWord("status", "offline"), "offline");
  assert.equal(groupWord("host", "constructor"), null);
});

Deno.test("proxyColumns have one of labels, shown where there are any", () => {
  const format = createFormat({ locale: "en", timeZone: "UTC", rates: "bytes", units: "decimal" });
  const column = (any: boolean) => proxyColumns(format, any).find(({ key }) => key === "labels")!;
  assert.equal(column(true).text(FLEET[0]), "env=prod dc=fra");
  assert.deepEqual([column(true).hidden, column(false).hidden], [false, true]);
});

import { strict as assert } from "node:assert";
import { Detail } from "../../../proxy/stats/detail.ts";
import { backend } from "../../support/reports.ts";

function detail(names: string[] = []) {
  const reasons: Record<string, number> = {};
  const backends = names.map((name) => backend({ name }));
  const detail = new Detail({ reasons, backends: () => backends.map((b) => ({ ...b })) });
  /** What is due, as names. */
  const due = () => detail.due().map(([, json]) => /^\[?"([^"]*)"/.exec(json)![1]);
  return { reasons, backends, detail, due };
}

Deno.test("Detail is never due where there is nothing to tell", () => {
  const { due, detail: it } = detail();
  for (let i = 0; i < 20; i++) assert.deepEqual(due(), []);
  assert.deepEqual(it.all(), []);
});

Deno.test("Detail is due when a reason is counted, and again six intervals later", () => {
  const { reasons, due } = detail();
  assert.deepEqual(due(), []);
  reasons.refused = 1;
  const times = Array.from({ length: 14 }, (_, i) => due().length > 0 ? i : -1);
  assert.deepEqual(times.filter((i) => i >= 0), [0, 6, 12]);
});

Deno.test("Detail has all reasons with the backends that changed, and all backends every sixth interval", () => {
  const { reasons, backends, due } = detail(["a:1", "b:1"]);
  reasons.refused = 1;
  assert.deepEqual(due(), ["refused", "a:1", "b:1"]);
  assert.deepEqual(due(), []);
  backends[1].bytes_sent++;
  assert.deepEqual(due(), ["refused", "b:1"]);
  reasons.refused++;
  assert.deepEqual(due(), ["refused"]);
  assert.deepEqual(due(), []);
  assert.deepEqual(due(), ["refused", "a:1", "b:1"]);
});

Deno.test("Detail.all has everything, whatever was told before", () => {
  const { reasons, detail: it, due } = detail(["a:1"]);
  reasons.refused = 1;
  due();
  assert.deepEqual(it.all().map(([list]) => list), ["reasons", "backends"]);
});

import { strict as assert } from "node:assert";
import { Detail } from "../../../proxy/stats/detail.ts";
import type { Labels } from "../../../proxy/stats/labels_record.ts";
import type { LimitsRecord } from "../../../proxy/stats/limits_record.ts";
import { backend, limits } from "../../support/reports.ts";

function detail(names: string[] = []) {
  const reasons: Record<string, number> = {};
  const backends = names.map((name) => backend({ name }));
  const told: { limits: LimitsRecord | null; labels: Labels | null } = {
    limits: null,
    labels: null,
  };
  const detail = new Detail({
    reasons,
    backends: () => backends.map((b) => ({ ...b })),
    limits: () => told.limits,
    labels: () => told.labels,
  });
  /** What is due, as names. */
  const due = () => detail.due().map(([, json]) => /^[,[]?"([^"]*)"/.exec(json)![1]);
  return { reasons, backends, told, detail, due };
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

Deno.test("Detail has limits when they change, and every sixth interval", () => {
  const { reasons, told, due } = detail();
  told.limits = limits();
  const times = Array.from({ length: 8 }, due);
  assert.deepEqual(times, [["limits"], [], [], [], [], [], ["limits"], []]);
  told.limits = limits({ max_connections: 9 });
  assert.deepEqual(due(), ["limits"]);
  reasons.refused = 1;
  assert.deepEqual(due(), ["limits", "refused"], "without backends each is a full one");
});

Deno.test("Detail does not repeat limits with each change of a backend", () => {
  const { backends, told, due } = detail(["a:1"]);
  told.limits = limits();
  assert.deepEqual(due(), ["limits", "a:1"]);
  const times = Array.from({ length: 6 }, () => {
    backends[0].bytes_sent++;
    return due();
  });
  assert.deepEqual(times, [...Array(4).fill(["a:1"]), ["limits", "a:1"], ["a:1"]]);
  told.limits = limits({ accept_rate: 5 });
  assert.deepEqual(due(), ["limits"]);
});

Deno.test("Detail.all has everything, whatever was told before", () => {
  const { reasons, told, detail: it, due } = detail(["a:1"]);
  reasons.refused = 1;
  told.limits = limits();
  due();
  assert.deepEqual(it.all().map(([list]) => list), ["limits", "reasons", "backends"]);
});

Deno.test("Detail has labels when they change, as another set, and every sixth interval", () => {
  const { told, detail: it } = detail();
  told.labels = { env: "prod" };
  const due = () => it.due().map(([list, json]) => [list, json]);
  const times = Array.from({ length: 7 }, due);
  const first = ["labels", ',"labels":{"set":0,"of":1,"some":{"env":"prod"}}'];
  assert.deepEqual(times, [[first], [], [], [], [], [], [first]]);
  told.labels = {};
  const second = ["labels", ',"labels":{"set":1,"of":0,"some":{}}'];
  assert.deepEqual([due(), due()], [[second], []]);
  assert.deepEqual(it.all(), [second]);
});

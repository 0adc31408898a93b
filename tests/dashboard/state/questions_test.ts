import { strict as assert } from "node:assert";
import { EVENT_GROUPS, eventQuestion } from "../../../dashboard/state/event_filter.ts";
import { topQuery, topQuestion } from "../../../dashboard/state/top.ts";
import { EVENT_KINDS } from "../../../manager/history/batch.ts";

Deno.test("topQuestion takes what the manager knows, and the usual for the rest", () => {
  const usual = { by: "client", window: "24h", proxyId: "" };
  assert.deepEqual(topQuestion({}), usual);
  assert.deepEqual(topQuestion({ by: "reason", window: "2h", q: "x" }), usual);
  const asked = { by: "user", window: "7d", proxyId: "a/b" } as const;
  assert.deepEqual(topQuestion(topQuery(asked)), asked);
  assert.deepEqual(topQuery({ by: "client", window: "24h" }), { by: "", window: "" });
});

Deno.test("eventQuestion takes a group, a proxy and a page, and leaves out what is none", () => {
  const all = { proxyId: "", kinds: [], before: null, limit: 101 };
  assert.deepEqual(eventQuestion({}), all);
  for (const kind of ["sunrise", "toString", "__proto__"]) {
    assert.deepEqual(eventQuestion({ kind, before: "x" }), all, kind);
  }
  assert.deepEqual(eventQuestion({ kind: "loss", proxy: "edge-1", before: "7" }), {
    ...all,
    proxyId: "edge-1",
    kinds: ["loss_high", "loss_over"],
    before: 7,
  });
});

Deno.test("EVENT_GROUPS has every kind of event once", () => {
  assert.deepEqual(Object.values(EVENT_GROUPS).flat().sort(), EVENT_KINDS.toSorted());
});

import { strict as assert } from "node:assert";
import { parseView, shownSpan, wantedTime, zoomQuery } from "../../../dashboard/state/view.ts";

const NOW = 1_800_000_000;

Deno.test("parseView reads range, zoom and mode, each the usual one where it makes no sense", () => {
  const usual = { range: { kind: "live" }, zoom: null, mode: "total" };
  assert.deepEqual(parseView({}), usual);
  assert.deepEqual(parseView({ range: "<b>", zoom: "9-1", by: "user" }), usual);
  assert.deepEqual(parseView({ range: "1h", zoom: "100-200", by: "stacked" }), {
    ...{ range: { kind: "last", name: "1h" }, zoom: { from: 100, to: 200 }, mode: "stacked" },
  });
});

Deno.test("shownSpan is the zoom, and without one the range", () => {
  assert.deepEqual(shownSpan(parseView({ zoom: "100-200" }), NOW), { from: 100, to: 200 });
  assert.deepEqual(shownSpan(parseView({ range: "15m" }), NOW), { from: NOW - 900, to: NOW });
});

Deno.test("wantedTime is nothing while live, seconds for what moves on, else a span", () => {
  assert.equal(wantedTime(parseView({})), null);
  assert.equal(wantedTime(parseView({ range: "24h" })), 86_400);
  assert.deepEqual(wantedTime(parseView({ range: "50-150" })), { from: 50, to: 150 });
  assert.deepEqual(wantedTime(parseView({ range: "24h", ...zoomQuery({ from: 1.2, to: 99.5 }) })), {
    ...{ from: 1, to: 100 },
  });
});

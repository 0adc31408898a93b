import { strict as assert } from "node:assert";
import {
  drawn,
  formatRange,
  moved,
  parseRange,
  parseSpan,
  secondsOf,
  spanOf,
  zoomed,
} from "../../../dashboard/state/range.ts";

const NOW = 1_800_000_000;

Deno.test("parseRange reads what formatRange writes, and takes all else for live", () => {
  for (const text of ["", "15m", "1h", "24h", "7d", "30d", "1700000000-1700003600"]) {
    assert.equal(formatRange(parseRange(text)), text);
  }
  for (const text of [undefined, "live", "2h", "5-1", "1-10", "1-99999999999", "x-y", "-1-50"]) {
    assert.deepEqual(parseRange(text), { kind: "live" }, text);
  }
  assert.equal(parseSpan("1-2-3"), null);
  assert.equal(parseSpan("1e3-9e3"), null);
});

Deno.test("spanOf ends now, but for a range of fixed ends", () => {
  assert.deepEqual(spanOf(parseRange(""), NOW), { from: NOW - 300, to: NOW });
  assert.deepEqual(spanOf(parseRange("24h"), NOW), { from: NOW - 86_400, to: NOW });
  assert.deepEqual(spanOf(parseRange("100-200"), NOW), { from: 100, to: 200 });
  assert.equal(secondsOf(parseRange("100-200")), 100);
  assert.equal(secondsOf(parseRange("7d")), 604_800);
});

Deno.test("zoomed keeps the moment it is about in its place, within now and the shortest", () => {
  const span = { from: NOW - 4000, to: NOW - 3000 };
  assert.deepEqual(zoomed(span, 0.5, NOW - 3250, NOW), { from: NOW - 3625, to: NOW - 3125 });
  assert.deepEqual(zoomed(span, 2, NOW - 3500, NOW), { from: NOW - 4500, to: NOW - 2500 });
  const out = zoomed({ from: NOW - 100, to: NOW }, 2, NOW - 50, NOW);
  assert.deepEqual(out, { from: NOW - 200, to: NOW });
  const least = zoomed({ from: NOW - 100, to: NOW }, 0.01, NOW - 50, NOW);
  assert.equal(least.to - least.from, 30);
});

Deno.test("moved goes by a share of the length, and not beyond now", () => {
  const span = { from: NOW - 1000, to: NOW - 500 };
  assert.deepEqual(moved(span, -0.5, NOW), { from: NOW - 1250, to: NOW - 750 });
  assert.deepEqual(moved(span, 4, NOW), { from: NOW - 500, to: NOW });
  assert.deepEqual(moved({ from: 0, to: 100 }, -1, NOW), { from: 0, to: 30 });
});

Deno.test("drawn takes either direction, and makes too little long enough", () => {
  assert.deepEqual(drawn(NOW, NOW - 60), { from: NOW - 60, to: NOW });
  assert.deepEqual(drawn(NOW - 10, NOW), { from: NOW - 20, to: NOW + 10 });
  assert.equal(drawn(NOW, NOW), null);
});

import { strict as assert } from "node:assert";
import { datasets } from "../../../dashboard/chart/datasets.ts";
import { frameOf } from "../../../dashboard/state/frame.ts";
import { gapAt } from "../../../dashboard/state/series.ts";
import { sample } from "../support.ts";

const COLORS = {
  ...{ received: "rgb(1, 2, 3)", sent: "rgb(4, 5, 6)" },
  of: (id: string) => id === "a" ? "rgb(7, 7, 7)" : "rgb(8, 8, 8)",
};

Deno.test("datasets draw received up and sent down, and a gap as no number", () => {
  const [received, sent] = datasets(frameOf([sample(1, 5, 9), gapAt(2)]), "total", COLORS);
  assert.deepEqual(received.data, [{ x: 1, y: 9 }, { x: 2, y: NaN }]);
  assert.deepEqual(sent.data, [{ x: 1, y: -5 }, { x: 2, y: NaN }]);
  assert.deepEqual([received.borderColor, sent.borderColor], [COLORS.received, COLORS.sent]);
  assert.equal(received.backgroundColor, "rgba(1, 2, 3, 0.2)");
});

Deno.test("datasets put bands on top of each other, or each on the zero line", () => {
  const band = (id: string, n: number) => ({ id, sent: [n], received: [n] });
  const frame = { times: [1], bands: [band("a", 1), band("b", 2)] };
  const stacked = datasets(frame, "stacked", COLORS);
  assert.deepEqual(stacked.map(({ data }) => data[0].y), [1, 3, -1, -3]);
  assert.deepEqual(stacked.map(({ fill }) => fill), ["origin", "-1", "origin", "-1"]);
  const lines = datasets(frame, "lines", COLORS);
  assert.deepEqual(lines.map(({ data }) => data[0].y), [1, 2, -1, -2]);
  assert.ok(lines.every(({ fill }) => fill === false));
  assert.equal(lines[0].borderColor, COLORS.of("a"));
});

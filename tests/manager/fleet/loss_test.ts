import { strict as assert } from "node:assert";
import { LossWindow } from "../../../manager/fleet/loss.ts";
import { T0 } from "../../support/reports.ts";

function lossOf(seqs: number[]): number {
  const loss = new LossWindow();
  for (const seq of seqs) loss.receive(seq, T0);
  return loss.percent(T0);
}

Deno.test("LossWindow counts gaps, and neither duplicates nor reordering", () => {
  const tables: [string, number[], number][] = [
    ["nothing", [], 0],
    ["one", [7], 0],
    ["all", [0, 1, 2, 3], 0],
    ["one of four lost", [0, 1, 3], 25],
    ["nine of ten lost", [0, 10], 81.8],
    ["reordered", [0, 2, 1, 3], 0],
    ["duplicated", [0, 0, 1, 1, 3, 3], 25],
    ["late and then again", [0, 3, 1, 1, 2, 2], 0],
    ["from before the first one seen", [100, 98, 99, 101], 0],
    ["a jump past all that is remembered", [0, 5000, 1], 100],
  ];
  for (const [name, seqs, expected] of tables) assert.equal(lossOf(seqs), expected, name);
});

Deno.test("LossWindow forgets what is older than a minute", () => {
  const loss = new LossWindow();
  loss.receive(0, T0);
  loss.receive(9, T0 + 1000);
  assert.equal(loss.percent(T0 + 1000), 80);
  loss.receive(10, T0 + 30_000);
  assert.ok(loss.percent(T0 + 30_000) > 70);
  assert.equal(loss.percent(T0 + 61_000), 0);
});

Deno.test("LossWindow holds its size whatever the number of datagrams", () => {
  const loss = new LossWindow();
  for (let seq = 0; seq < 20_000; seq++) {
    if (seq % 10 !== 3) loss.receive(seq, T0 + seq);
  }
  assert.equal(loss.percent(T0 + 20_000), 10);
});

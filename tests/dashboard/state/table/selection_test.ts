import { strict as assert } from "node:assert";
import {
  NOTHING,
  pruned,
  type Selection,
  shareOf,
  toggled,
  withAll,
} from "../../../../dashboard/state/table/selection.ts";

const SHOWN = ["a", "b", "c", "d", "e"];
const keysOf = ({ keys }: Selection) => [...keys].sort().join("");

Deno.test("toggled chooses a row and leaves it again", () => {
  const one = toggled(NOTHING, "b", SHOWN);
  assert.equal(keysOf(one), "b");
  assert.equal(keysOf(toggled(one, "b", SHOWN)), "");
  assert.equal(keysOf(NOTHING), "", "nothing is changed in place");
});

Deno.test("toggled extends from the last row, up or down, and leaves a range as it chooses one", () => {
  const from = toggled(NOTHING, "b", SHOWN);
  assert.equal(keysOf(toggled(from, "d", SHOWN, true)), "bcd");
  assert.equal(keysOf(toggled(toggled(NOTHING, "d", SHOWN), "b", SHOWN, true)), "bcd");
  const all = withAll(NOTHING, SHOWN, true);
  const left = toggled(toggled(all, "b", SHOWN), "d", SHOWN, true);
  assert.equal(keysOf(left), "ae");
  assert.equal(keysOf(toggled(toggled(from, "d", SHOWN, true), "e", SHOWN, true)), "bcde");
});

Deno.test("toggled extends from nowhere to one row", () => {
  assert.equal(keysOf(toggled(NOTHING, "c", SHOWN, true)), "c");
  const hidden = toggled(NOTHING, "x", SHOWN);
  assert.equal(keysOf(toggled(hidden, "c", SHOWN, true)), "cx", "the last one is not shown");
});

Deno.test("withAll chooses what is shown, and keeps what is not", () => {
  const hidden = toggled(NOTHING, "x", SHOWN);
  const all = withAll(hidden, SHOWN, true);
  assert.equal(keysOf(all), "abcdex");
  assert.equal(keysOf(withAll(all, SHOWN, false)), "x");
});

Deno.test("shareOf tells none, some and all", () => {
  const two = withAll(NOTHING, ["a", "b"], true);
  assert.equal(shareOf(NOTHING, SHOWN), "none");
  assert.equal(shareOf(two, ["c", "d"]), "none");
  assert.equal(shareOf(two, SHOWN), "some");
  assert.equal(shareOf(two, ["a", "b"]), "all");
  assert.equal(shareOf(two, []), "none");
});

Deno.test("pruned forgets what is gone, and is the same while all are there", () => {
  const two = toggled(toggled(NOTHING, "a", SHOWN), "b", SHOWN);
  assert.equal(pruned(two, () => true), two);
  const left = pruned(two, (key) => key !== "b");
  assert.equal(keysOf(left), "a");
  assert.equal(left.last, null);
});

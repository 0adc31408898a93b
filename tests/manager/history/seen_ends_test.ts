import { strict as assert } from "node:assert";
import { SeenEnds } from "../../../manager/history/seen_ends.ts";

Deno.test("SeenEnds remembers the newest of each boot, and forgets the oldest of all", () => {
  const [a, b] = [{}, {}];
  const seen = new SeenEnds(10);
  seen.add(a, 1);
  assert.deepEqual([seen.has(a, 1), seen.has(a, 2), seen.has(b, 1)], [true, false, false]);
  for (let id = 2; id <= 11; id++) seen.add(b, id);
  for (let id = 2; id <= 11; id++) assert.ok(seen.has(b, id));
  assert.ok(seen.has(a, 1));
  for (let id = 12; id <= 21; id++) seen.add(b, id);
  assert.ok(!seen.has(a, 1));
  for (let id = 12; id <= 21; id++) assert.ok(seen.has(b, id));
});

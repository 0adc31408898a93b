import { strict as assert } from "node:assert";
import { backoffMs } from "../../../dashboard/api/backoff.ts";
import { parseMessage } from "../../../dashboard/api/message.ts";
import { snapshot } from "../support.ts";

Deno.test("parseMessage takes the kinds it knows, and nothing else", () => {
  assert.deepEqual(parseMessage(JSON.stringify(snapshot())), snapshot());
  for (const data of ["", "{", "null", "3", '{"type":"other"}', "[]", new Blob(["{}"])]) {
    assert.equal(parseMessage(data), null, String(data));
  }
});

Deno.test("backoffMs doubles from half a second to ten, and spreads over half of it", () => {
  const longest = (attempt: number) => backoffMs(attempt, () => 1);
  const shortest = (attempt: number) => backoffMs(attempt, () => 0);
  assert.deepEqual([0, 1, 2, 3, 4, 5, 1e9].map(longest), [
    ...[500, 1000, 2000, 4000, 8000, 10_000, 10_000],
  ]);
  assert.deepEqual([0, 5].map(shortest), [250, 5000]);
});

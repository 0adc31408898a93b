import { strict as assert } from "node:assert";
import { sumUp } from "../../../../dashboard/state/connections/counted.ts";

Deno.test("sumUp adds what was counted, names those with any, and puts those that did not say first", () => {
  const result = (proxy_id: string, outcome: "done" | "timeout" | "refused", count?: number) => ({
    ...{ proxy_id, outcome, detail: "", ...(count === undefined ? {} : { count }) },
  });
  const { sum, ids, results } = sumUp({
    results: [
      result("few", "done", 2),
      result("none", "done", 0),
      result("slow", "timeout"),
      result("many", "done", 40),
      result("old", "refused", 7),
    ],
  });
  assert.equal(sum, 42);
  assert.deepEqual(ids, ["few", "many"]);
  assert.deepEqual(results.map(({ proxy_id }) => proxy_id), [
    ...["slow", "old", "many", "few", "none"],
  ]);
  assert.deepEqual(sumUp({ results: [] }), { sum: 0, ids: [], results: [] });
});

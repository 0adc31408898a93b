import { strict as assert } from "node:assert";
import { holdOrder, proxyStatus } from "../../../dashboard/state/rows.ts";
import { proxy } from "../support.ts";

Deno.test("proxyStatus says draining only of a proxy that is online", () => {
  assert.equal(proxyStatus(proxy({ draining: true })), "draining");
  assert.equal(proxyStatus(proxy({ draining: true, status: "stale" })), "stale");
  assert.equal(proxyStatus(proxy({ draining: true, status: "stopped" })), "stopped");
});

Deno.test("holdOrder keeps the places of rows that stay, and puts new ones last", () => {
  const rows = ["new", "c", "a"];
  assert.deepEqual(holdOrder(rows, ["a", "b", "c"], (row) => row), ["a", "c", "new"]);
});

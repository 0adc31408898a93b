import { strict as assert } from "node:assert";
import { holdOrder, matches, proxyStatus } from "../../../dashboard/state/rows.ts";
import { proxy } from "../support.ts";

Deno.test("matches wants every word somewhere, whatever the case", () => {
  const texts = ["edge-1", "HTTP", "127.0.0.1:8080"];
  assert.equal(matches("", texts), true);
  assert.equal(matches("  http EDGE ", texts), true);
  assert.equal(matches("http edge-2", texts), false);
  assert.equal(matches("1http", texts), false, "words do not reach over two texts");
});

Deno.test("proxyStatus says draining only of a proxy that is online", () => {
  assert.equal(proxyStatus(proxy({ draining: true })), "draining");
  assert.equal(proxyStatus(proxy({ draining: true, status: "stale" })), "stale");
  assert.equal(proxyStatus(proxy({ draining: true, status: "stopped" })), "stopped");
});

Deno.test("holdOrder keeps the places of rows that stay, and puts new ones last", () => {
  const rows = ["new", "c", "a"];
  assert.deepEqual(holdOrder(rows, ["a", "b", "c"], (row) => row), ["a", "c", "new"]);
});

import { strict as assert } from "node:assert";
import { Recent } from "../../../proxy/socks5/recent.ts";

Deno.test("Recent forgets what was not used for its time, and a use prolongs it", () => {
  const table = new Recent<number>(10, 1000);
  table.set("a", 1, 0);
  table.set("b", 2, 0);
  assert.equal(table.get("a", 999), 1);
  assert.equal(table.get("b", 1000), undefined);
  assert.equal(table.get("a", 1998), 1);
  assert.equal(table.get("a", 2998), undefined);
});

Deno.test("Recent makes room by forgetting what was unused for longest", () => {
  const table = new Recent<number>(3, 1000);
  for (const [key, value] of [["a", 1], ["b", 2], ["c", 3]] as const) table.set(key, value, 0);
  table.get("a", 1);
  table.set("d", 4, 2);
  assert.equal(table.size, 3);
  assert.equal(table.get("b", 3), undefined);
  assert.deepEqual(["a", "c", "d"].map((key) => table.get(key, 3)), [1, 3, 4]);
  table.set("a", 5, 4);
  assert.deepEqual([table.size, table.get("a", 5)], [3, 5]);
});

Deno.test("Recent lets go of what has expired when something new comes", () => {
  const table = new Recent<number>(100, 1000);
  for (let i = 0; i < 50; i++) table.set(`${i}`, i, 0);
  table.set("new", 1, 1000);
  assert.equal(table.size, 1);
});

Deno.test("Recent stays within its bound whatever comes", () => {
  const table = new Recent<number>(256, 1e9);
  for (let i = 0; i < 10_000; i++) {
    table.set(`${i}`, i, i);
    table.get(`${i - 7}`, i);
  }
  assert.equal(table.size, 256);
});

import { strict as assert } from "node:assert";
import {
  holdOrder,
  matches,
  proxyStatus,
  selectConnections,
} from "../../../dashboard/state/rows.ts";
import { connection, proxy } from "../support.ts";

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

Deno.test("selectConnections puts active before ended, then the newest first", () => {
  const ended = { active: false, state: "closed" } as const;
  const all = [
    connection({ id: 1, start_time: 10 }),
    connection({ id: 2, start_time: 30, ...ended }),
    connection({ id: 3, start_time: 20 }),
    connection({ id: 4, start_time: 20, bytes_sent: 1e9 }),
    connection({ id: 5, start_time: 40, ...ended }),
  ];
  assert.deepEqual(selectConnections(all, "").map((c) => c.id), [4, 3, 1, 5, 2]);
});

Deno.test("selectConnections filters by client, target, user, state and reason", () => {
  const all = [
    connection({ id: 1, user: "alice" }),
    connection({ id: 2, target: "db.internal:5432", client_ip: "2001:db8::7" }),
    connection({ id: 3, active: false, state: "failed", reason: "connect_refused" }),
  ];
  const found = (filter: string) => selectConnections(all, filter).map((c) => c.id);
  assert.deepEqual(found("alice"), [1]);
  assert.deepEqual(found("[2001:db8::7]:50000"), [2]);
  assert.deepEqual(found("failed refused"), [3]);
});

Deno.test("holdOrder keeps the places of rows that stay, and puts new ones last", () => {
  const rows = ["new", "c", "a"];
  assert.deepEqual(holdOrder(rows, ["a", "b", "c"], (row) => row), ["a", "c", "new"]);
});

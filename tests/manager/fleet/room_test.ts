import { strict as assert } from "node:assert";
import { ConnectionTable } from "../../../manager/fleet/connections.ts";
import { ReasonCounters } from "../../../manager/fleet/reasons.ts";
import { Room, stringBytes } from "../../../manager/fleet/room.ts";
import { connection, T0 } from "../../support/reports.ts";

const at = (order: number) => ({ atMs: T0, order, shift: { seconds: 0 } });

Deno.test("Room is bounded by items and by bytes, and gives back what was taken", () => {
  const room = new Room({ items: 2, bytes: 100 });
  assert.equal(room.take(60), true);
  assert.equal(room.take(60), false);
  assert.equal(room.take(40), true);
  assert.equal(room.take(0), false);
  assert.equal(room.resize(60, 61), false);
  assert.equal(room.resize(60, 50), true);
  assert.deepEqual(room.left, { items: 0, bytes: 10 });
  room.give(50);
  room.give(40);
  assert.deepEqual(room.left, { items: 2, bytes: 100 });
});

Deno.test("stringBytes counts two bytes a character, for that is what they may take", () => {
  assert.equal(stringBytes("abc", ""), 2 * 24 + 6);
});

Deno.test("ConnectionTable counts the bytes of what it holds, and none once it is empty", () => {
  const full = { items: 100, bytes: 100_000 };
  const room = new Room(full);
  const table = new ConnectionTable(room);
  table.upsert(connection({ id: 1, target: "a".repeat(300) }), at(0));
  const one = full.bytes - room.left.bytes;
  assert.ok(one > 600);
  table.upsert(connection({ id: 1, state: "closed", target: "a" }), at(1));
  assert.ok(full.bytes - room.left.bytes < one);
  table.upsert(connection({ id: 1, state: "closed", reason: "reset", target: "a" }), at(2));
  table.keepOnly(new Set());
  assert.deepEqual(room.left, full);
});

Deno.test("ConnectionTable takes the figures of a record whose strings find no room", () => {
  const room = new Room({ items: 100, bytes: 600 });
  const table = new ConnectionTable(room);
  table.upsert(connection(), at(0));
  table.upsert(connection({ target: "x".repeat(300), bytes_sent: 500, state: "closed" }), at(1));
  const { target, bytes_sent, state } = table.get(1)!;
  assert.deepEqual([target, bytes_sent, state], [connection().target, 500, "closed"]);
  assert.deepEqual(table.upsert(connection({ id: 2, target: "x".repeat(300) }), at(2)), [1]);
  assert.equal(table.size, 0, "not even with all others gone");
  assert.equal(table.refusedAtMs, T0);
});

Deno.test("ReasonCounters keeps the largest of each, a bounded number, and gives its room back", () => {
  const full = { items: 250, bytes: 1e6 };
  const room = new Room(full);
  const reasons = new ReasonCounters(room);
  reasons.take({ refused: 3, "timed-out": 1 });
  const { version } = reasons;
  reasons.take({ refused: 2 });
  assert.equal(reasons.version, version, "an older count is no change");
  reasons.take({ refused: 4 });
  assert.deepEqual([...reasons], [["refused", 4], ["timed-out", 1]]);
  reasons.take(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`r${i}`, i])));
  assert.equal(reasons.size, 200);
  const other = new ReasonCounters(room);
  other.take(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`r${i}`, i])));
  assert.equal(other.size, 50, "all proxies share the room");
  reasons.clear();
  other.clear();
  assert.deepEqual(room.left, full);
});

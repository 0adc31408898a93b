import { strict as assert } from "node:assert";
import {
  ConnectionTable,
  KEEP_CLOSED_MS,
  MAX_CLOSED_PER_PROXY,
  MAX_CONNECTIONS_PER_PROXY,
  type Origin,
} from "../../../manager/fleet/connections.ts";
import { Room } from "../../../manager/fleet/room.ts";
import { connection, T0 } from "../../support/reports.ts";

const newTable = (left = 1e6) => {
  const room = new Room({ items: left, bytes: 1e9 });
  return { room, table: new ConnectionTable(room) };
};
/** A report that arrived then, as the one with this number. */
const at = (atMs: number, order = atMs): Origin => ({ atMs, order, shift: { seconds: 0 } });

Deno.test("ConnectionTable keeps the newest numbers of a connection whatever order they come in", () => {
  const newest = connection({ bytes_sent: 500, bytes_received: 900, last_activity: T0 / 1000 });
  const older = [
    connection({ bytes_sent: 499, bytes_received: 900, last_activity: T0 / 1000 }),
    connection({ bytes_sent: 500, bytes_received: 899, last_activity: T0 / 1000 }),
    connection({ bytes_sent: 500, bytes_received: 900, last_activity: T0 / 1000 - 1 }),
    connection({ ...newest, state: "connecting" }),
    connection({ ...newest, requests: 0 }),
  ];
  const { table } = newTable();
  assert.deepEqual(table.upsert(connection(), at(T0)), [1]);
  assert.deepEqual(table.upsert(newest, at(T0)), [1]);
  for (const record of older) assert.deepEqual(table.upsert(record, at(T0)), []);
  assert.deepEqual(table.get(1), newest);
  assert.deepEqual(table.upsert(newest, at(T0)), [], "the same again is no change");
});

Deno.test("ConnectionTable never brings an ended connection back to life", () => {
  const { table } = newTable();
  table.upsert(connection({ state: "failed", reason: "refused" }), at(T0));
  table.upsert(connection({ bytes_sent: 1e6, last_activity: T0 / 1000 }), at(T0));
  assert.equal(table.get(1)?.state, "failed");
  assert.equal(table.live, 0);
});

Deno.test("ConnectionTable drops live connections that are silent, ended ones after a minute", () => {
  const { room, table } = newTable(10);
  table.upsert(connection({ id: 1 }), at(T0));
  table.upsert(connection({ id: 2 }), at(T0));
  table.upsert(connection({ id: 3, state: "closed" }), at(T0));
  table.upsert(connection({ id: 2 }), at(T0 + 20_000));
  assert.equal(room.left.items, 7);
  assert.deepEqual(table.prune(T0 + 25_000, 25_000), []);
  assert.deepEqual(table.prune(T0 + 25_001, 25_000), [1]);
  assert.deepEqual(table.prune(T0 + KEEP_CLOSED_MS + 1, 1e9), [3]);
  assert.deepEqual([table.size, room.left.items], [1, 9]);
});

Deno.test("ConnectionTable drops each live connection when its own time has come", () => {
  const { table } = newTable();
  let next = 0;
  for (let s = 0; s < 20; s += 1) {
    for (; next < 100 && next * 100 <= s * 1000; next++) {
      table.upsert(connection({ id: next }), at(T0 + next * 100));
    }
    const gone = table.prune(T0 + s * 1000, 5_000);
    const expected = Array.from({ length: 100 }, (_, id) => id)
      .filter((id) => s * 1000 - id * 100 > 5_000 && (s - 1) * 1000 - id * 100 <= 5_000);
    assert.deepEqual(gone, expected, `after ${s} s`);
  }
  assert.equal(table.size, 0);
  table.upsert(connection(), at(T0 + 60_000));
  assert.deepEqual(table.prune(T0 + 65_001, 5_000), [1]);
});

Deno.test("ConnectionTable counts a minute from the end, not from the last repetition", () => {
  const { table } = newTable();
  const closed = connection({ state: "closed" });
  for (const late of [0, 30_000, 60_000]) table.upsert(closed, at(T0 + late));
  assert.deepEqual(table.prune(T0 + KEEP_CLOSED_MS + 1, 1e9), [1]);
});

Deno.test("ConnectionTable keeps the newest ended connections only", () => {
  const { table } = newTable();
  for (let id = 0; id < MAX_CLOSED_PER_PROXY; id++) {
    table.upsert(connection({ id, state: "closed" }), at(T0 + id));
  }
  const changed = table.upsert(connection({ id: 5000, state: "closed" }), at(T0 + 5000));
  assert.deepEqual(changed, [5000, 0]);
  assert.equal(table.size, MAX_CLOSED_PER_PROXY);
  assert.equal(table.get(0), undefined);
});

Deno.test("ConnectionTable refuses live connections past its bound, and makes room from ended ones", () => {
  const { table } = newTable();
  table.upsert(connection({ id: 0, state: "closed" }), at(T0));
  for (let id = 1; id <= MAX_CONNECTIONS_PER_PROXY; id++) table.upsert(connection({ id }), at(T0));
  assert.equal(table.get(0), undefined);
  assert.equal(table.live, MAX_CONNECTIONS_PER_PROXY);
  assert.equal(table.refusedAtMs, null);
  assert.deepEqual(table.upsert(connection({ id: 99_999 }), at(T0 + 7)), []);
  assert.equal(table.size, MAX_CONNECTIONS_PER_PROXY);
  assert.equal(table.refusedAtMs, T0 + 7);
});

Deno.test("ConnectionTable shares its room with the tables of other proxies", () => {
  const { room, table } = newTable(3);
  const other = new ConnectionTable(room);
  for (const id of [1, 2]) table.upsert(connection({ id }), at(T0));
  for (const id of [1, 2]) other.upsert(connection({ id }), at(T0));
  assert.deepEqual([table.size, other.size, room.left.items], [2, 1, 0]);
  assert.deepEqual(table.keepOnly(new Set([2])), [1]);
  assert.deepEqual(other.upsert(connection({ id: 2 }), at(T0)), [2]);
});

Deno.test("ConnectionTable counts ages anew where the clock is set back", () => {
  const { table } = newTable();
  table.upsert(connection({ id: 1 }), at(T0));
  table.upsert(connection({ id: 2, state: "closed" }), at(T0));
  const back = T0 - 3_600_000;
  assert.deepEqual(table.prune(back, 25_000), []);
  assert.deepEqual(table.prune(back + 25_000, 25_000), []);
  assert.deepEqual(table.prune(back + 25_001, 25_000), [1]);
  assert.deepEqual(table.prune(back + KEEP_CLOSED_MS + 1, 25_000), [2]);
});

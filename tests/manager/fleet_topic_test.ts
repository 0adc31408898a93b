import { strict as assert } from "node:assert";
import fc from "fast-check";
import { type FleetConnections, fleetConnectionsSchema } from "../../manager/api/model_live.ts";
import { FleetTopic, type FleetTopicOptions } from "../../manager/fleet_topic.ts";
import { Registry } from "../../manager/registry.ts";
import type { ConnectionRecord } from "../../proxy/stats/report.ts";
import { setUpLive } from "../support/viewers.ts";
import { connection, report, T0 } from "../support/reports.ts";

/** A topic that hears of what changes, and what it says, held against the contract. */
function setUp(options: FleetTopicOptions = {}, before: ConnectionRecord[] = []) {
  const registry = new Registry();
  let seq = 0;
  const tell = (records: ConnectionRecord[], proxy = {}) =>
    registry.apply(report({ seq: seq++, ...proxy }, records), T0);
  if (before.length > 0) tell(before);
  const topic = new FleetTopic(registry, options);
  registry.onChange((proxyId, id) => id !== null && topic.note(proxyId, id));
  const parse = (text: string | null) =>
    text === null ? null : fleetConnectionsSchema.parse(JSON.parse(text));
  return {
    registry,
    topic,
    tell,
    full: () => parse(topic.full(T0))!,
    next: () => parse(topic.next(T0)),
  };
}

const idsOf = (message: FleetConnections | null) => message!.upsert.map(([, id]) => id).sort();
const started = (id: number, ago = 100 - id) =>
  connection({ id, start_time: T0 / 1000 - ago, state: "active" });

Deno.test("FleetTopic says all, each text once, and then only the figures that changed", () => {
  const { tell, full, next } = setUp({}, [
    connection({ id: 1, user: "alice" }),
    connection({ id: 2, user: "alice", target: "b.example:1" }),
  ]);
  const first = full();
  assert.ok(first.full);
  assert.deepEqual(idsOf(first), [1, 2]);
  const texts = ["192.0.2.1", "alice", "b.example:1", "edge-1", "example.com:443", ""];
  assert.deepEqual(first.strings.toSorted(), texts.toSorted());
  assert.equal(next(), null, "nothing has changed");

  tell([connection({ id: 1, user: "alice", bytes_sent: 777 })]);
  const change = next()!;
  assert.equal(change.full, false);
  assert.deepEqual(change.strings, ["edge-1"]);
  assert.deepEqual(change.upsert, []);
  assert.deepEqual(change.changed[0].slice(0, 5), [0, 1, 777, 200, 1]);

  tell([connection({ id: 2, user: "alice", target: "c.example:1", state: "closed" })]);
  const ended = next()!;
  assert.deepEqual(idsOf(ended), [2]);
  assert.deepEqual(ended.changed, []);
});

Deno.test("FleetTopic keeps the newest of too many, and says how many it left out", () => {
  const before = [started(5), started(1), started(3), started(2), started(4)];
  const { tell, full, next } = setUp({ maxLive: 3 }, before);
  assert.deepEqual(idsOf(full()), [3, 4, 5]);
  assert.equal(full().omitted, 2);
  tell([started(6)]);
  const message = next()!;
  assert.deepEqual(idsOf(message), [6]);
  assert.deepEqual(message.removed, [[message.strings.indexOf("edge-1"), 3]]);
  assert.equal(message.omitted, 3);
  assert.deepEqual(idsOf(full()), [4, 5, 6]);

  tell([connection({ ...started(1), bytes_sent: 9 })]);
  assert.equal(next(), null, "one that is left out changes");
  tell([connection({ ...started(6), state: "closed" })]);
  next();
  tell([connection({ ...started(1), bytes_sent: 10 })]);
  assert.deepEqual(idsOf(next()), [1], "there is room again");
});

Deno.test("FleetTopic keeps no more than the newest of those that ended", () => {
  const { tell, full, next } = setUp({ maxEnded: 2 });
  for (const id of [1, 2, 3]) tell([connection({ id, state: "rejected" })]);
  next();
  assert.deepEqual(idsOf(full()), [2, 3]);
  assert.equal(full().omitted, 0);
});

Deno.test("FleetTopic never exceeds its bounds, and the messages lead where a full one stands", () => {
  const records = fc.array(
    fc.record({
      id: fc.nat(9),
      ago: fc.nat(9),
      state: fc.constantFrom<ConnectionRecord["state"]>("active", "closed", "rejected"),
      bytes_sent: fc.nat(5),
    }),
    { maxLength: 6 },
  );
  fc.assert(fc.property(fc.array(records, { maxLength: 10 }), (reports) => {
    const { tell, full, next } = setUp({ maxLive: 3, maxEnded: 2 });
    const held = new Map<number, string>();
    for (const records of reports) {
      tell(
        records.map(({ ago, ...record }) => connection({ ...record, start_time: T0 / 1000 - ago })),
      );
      const message = next();
      for (const [, id, ...rest] of message?.upsert ?? []) {
        held.set(id, String(rest[6] === 1 ? "live" : "ended"));
      }
      for (const [, ...ids] of message?.removed ?? []) for (const id of ids) held.delete(id);
      const live = [...held.values()].filter((kind) => kind === "live").length;
      assert.ok(live <= 3 && held.size - live <= 2);
      assert.deepEqual([...held.keys()].sort(), idsOf(full()));
    }
  }));
});

Deno.test("Live tells the fleet's connections to those who ask, encoded once for all of them", () => {
  const { registry, live, join } = setUpLive();
  registry.apply(report({}, [connection()]), T0);
  const [one, other, nobody] = [join(), join(), join()];
  const all = JSON.stringify({ type: "subscribe", proxy_id: null });
  for (const socket of [one, other]) live.message(socket, all);
  assert.equal(one.texts[1], other.texts[1]);
  const [, first] = one.take();
  assert.ok(first.type === "fleet_connections" && first.full);
  other.take();
  nobody.take();
  registry.apply(report({ seq: 1 }, [connection({ bytes_sent: 500 })]), T0);
  live.flush();
  const same = one.texts.at(-1);
  assert.equal(same, other.texts.at(-1));
  assert.deepEqual(nobody.take().map(({ type }) => type), ["delta"]);
  const [, change] = one.take();
  assert.ok(change.type === "fleet_connections" && change.changed[0][2] === 500);

  live.message(one, JSON.stringify({ type: "unsubscribe", proxy_id: null }));
  registry.apply(report({ seq: 2 }, [connection({ bytes_sent: 600 })]), T0);
  live.flush();
  assert.deepEqual(one.take().map(({ type }) => type), ["delta"]);
});

Deno.test("Live gives a slow viewer of the fleet's connections all of them anew", () => {
  const { registry, live, join } = setUpLive();
  registry.apply(report({}, [connection()]), T0);
  const slow = join();
  live.message(slow, JSON.stringify({ type: "subscribe", proxy_id: null }));
  live.flush();
  slow.take();
  slow.bufferedAmount = 1 << 20;
  for (let seq = 1; seq <= 3; seq++) {
    registry.apply(report({ seq }, [connection({ bytes_sent: 1000 * seq })]), T0);
    live.flush();
  }
  assert.deepEqual(slow.texts, []);
  slow.bufferedAmount = 0;
  live.flush();
  const [snapshot, connections] = slow.take();
  assert.equal(snapshot.type, "snapshot");
  assert.ok(connections.type === "fleet_connections" && connections.full);
  assert.equal(connections.upsert[0][12], 3000);
});

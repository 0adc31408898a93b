import { strict as assert } from "node:assert";
import type { FleetStats } from "../../manager/api/model.ts";
import {
  Live,
  MAX_BUFFERED,
  MAX_CLIENT_MESSAGE,
  MAX_SUBSCRIPTIONS,
  MAX_VIEWERS,
} from "../../manager/live.ts";
import { Registry } from "../../manager/registry.ts";
import { FakeSocket, setUpLive } from "../support/viewers.ts";
import { connection, report, T0 } from "../support/reports.ts";

const subscribe = (proxy_id: string) => JSON.stringify({ type: "subscribe", proxy_id });
const unsubscribe = (proxy_id: string) => JSON.stringify({ type: "unsubscribe", proxy_id });

Deno.test("Live sends a snapshot first, and then each change once to everyone", () => {
  const { registry, live, join, encodings } = setUpLive();
  registry.apply(report(), T0);
  const sockets = [join(), join(), join()];
  for (const socket of sockets) {
    const [snapshot, ...rest] = socket.take();
    assert.equal(snapshot.type, "snapshot");
    assert.deepEqual(snapshot.proxies.map(({ proxy_id }) => proxy_id), ["edge-1"]);
    assert.equal(rest.length, 0);
  }
  assert.equal(encodings(), 1, "one encoding for all snapshots");
  live.flush();
  registry.apply(report({ seq: 1 }), T0);
  registry.apply(report({ proxy_id: "edge-2" }), T0);
  registry.apply(report({ seq: 2, total_connections: 77 }), T0);
  live.flush();
  assert.equal(encodings(), 3, "one encoding a delta");
  for (const socket of sockets) {
    const [first, second, ...rest] = socket.take();
    assert.ok(first.type === "delta" && second.type === "delta" && rest.length === 0);
    assert.deepEqual([first.seq, second.seq], [1, 2]);
    const ids = second.proxies.map(({ proxy_id }) => proxy_id);
    assert.deepEqual(ids, ["edge-1", "edge-2"]);
    assert.equal(second.proxies[0].total_connections, 77);
    assert.equal(second.stats.total_connections, 87);
  }
});

Deno.test("Live is silent while nothing changes, but for no more than five seconds", () => {
  const { clock, live, join } = setUpLive();
  const socket = join();
  live.flush();
  const kinds: string[][] = [];
  socket.take();
  for (let second = 1; second <= 10; second++) {
    clock.now = T0 + second * 1000;
    live.flush();
    kinds.push(socket.take().map(({ type }) => type));
  }
  assert.deepEqual(kinds.map((each) => each.length), [0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
});

Deno.test("Live numbers deltas without a gap after each viewer's snapshot", () => {
  const { registry, live, join } = setUpLive();
  const early = join();
  for (let seq = 0; seq < 3; seq++) {
    registry.apply(report({ seq }), T0);
    live.flush();
  }
  const late = join();
  registry.apply(report({ seq: 3 }), T0);
  live.flush();
  const seqs = (socket: FakeSocket) =>
    socket.take().map((message) => "seq" in message ? message.seq : null);
  assert.deepEqual(seqs(early), [0, 1, 2, 3, 4]);
  assert.deepEqual(seqs(late), [3, 4]);
});

Deno.test("Live says which proxies are gone", () => {
  const { registry, live, join } = setUpLive();
  for (const proxy_id of ["a", "b"]) registry.apply(report({ proxy_id, state: "stopped" }), T0);
  const small = new Registry({ maxProxies: 1 });
  const viewer = new FakeSocket();
  const other = new Live(small, () => ({} as FleetStats), () => T0);
  small.apply(report({ proxy_id: "a", state: "stopped" }), T0);
  other.open(viewer);
  other.message(viewer, subscribe("a"));
  viewer.texts.length = 0;
  small.apply(report({ proxy_id: "b" }), T0);
  other.flush();
  const [delta, connections] = viewer.texts.map((text) => JSON.parse(text));
  assert.deepEqual(delta.removed, ["a"]);
  assert.equal(delta.proxies[0].proxy_id, "b");
  assert.deepEqual([connections.proxy_id, connections.full, connections.upsert], ["a", true, []]);
  const socket = join();
  live.flush();
  assert.deepEqual(socket.take().map(({ type }) => type), ["snapshot", "delta"]);
});

Deno.test("Live sends a proxy's connections to its subscribers: all, then what changes", () => {
  const { registry, live, join } = setUpLive();
  const records = [connection({ id: 1 }), connection({ id: 2, start_time: T0 / 1000 - 1 })];
  registry.apply(report({ seq: 1 }, [...records, connection({ id: 3, state: "closed" })]), T0);
  const [watching, other] = [join(), join()];
  live.flush();
  watching.take();
  other.take();

  live.message(watching, subscribe("edge-1"));
  const [full] = watching.take();
  assert.ok(full.type === "connections" && full.full);
  assert.deepEqual(full.upsert.map(({ id, active }) => [id, active]), [
    [2, true],
    [1, true],
    [3, false],
  ]);

  registry.apply(report({ seq: 0 }, [connection({ id: 2, bytes_sent: 99 })]), T0);
  live.flush();
  const ofConnections = (socket: FakeSocket) =>
    socket.take().filter((message) => message.type === "connections");
  assert.deepEqual(ofConnections(watching).length, 0, "an older record changes nothing");

  const grown = connection({ id: 2, bytes_sent: 999, start_time: T0 / 1000 - 1 });
  registry.apply(report({ seq: 2 }, [{ ...grown, last_activity: T0 / 1000 }]), T0);
  live.flush();
  const [change, ...rest] = ofConnections(watching);
  assert.ok(!change.full && rest.length === 0);
  assert.deepEqual(change.upsert.map(({ id, bytes_sent }) => [id, bytes_sent]), [[2, 999]]);

  registry.tick(T0 + 61_000);
  live.flush();
  assert.deepEqual(ofConnections(watching)[0].removed.sort(), [1, 2, 3]);

  live.message(watching, unsubscribe("edge-1"));
  registry.apply(report({ seq: 3 }, [connection({ id: 9 })]), T0 + 61_000);
  live.flush();
  assert.equal(ofConnections(watching).length, 0);
  assert.equal(ofConnections(other).length, 0);
});

Deno.test("Live answers a subscription to a proxy that is not known with nothing", () => {
  const { registry, live, join } = setUpLive();
  const socket = join();
  socket.take();
  live.message(socket, subscribe("nobody"));
  assert.deepEqual(socket.take(), [
    {
      type: "connections",
      proxy_id: "nobody",
      full: true,
      upsert: [],
      removed: [],
      omitted: 0,
      backends: [],
      reasons: {},
      limits: null,
    },
  ]);
  registry.apply(report({ proxy_id: "nobody" }, [connection()]), T0);
  live.flush();
  const [, appeared] = socket.take();
  assert.ok(appeared.type === "connections");
  assert.deepEqual(appeared.upsert.map(({ id }) => id), [1]);
});

Deno.test("Live says how many connections it left out", () => {
  const { registry, live, join } = setUpLive();
  registry.apply(report({ omitted_connections: 5 }), T0);
  const socket = join();
  live.message(socket, subscribe("edge-1"));
  const [, full] = socket.take();
  assert.ok(full.type === "connections" && full.omitted === 5);
  registry.apply(report({ seq: 1, omitted_connections: 6 }), T0);
  live.flush();
  const change = socket.take().at(-1);
  assert.ok(change?.type === "connections" && change.omitted === 6);
});

Deno.test("Live sends a slow viewer nothing until it has caught up, and then all anew", () => {
  const { registry, live, join } = setUpLive();
  registry.apply(report({}, [connection()]), T0);
  const [slow, quick] = [join(), join()];
  live.message(slow, subscribe("edge-1"));
  live.flush();
  slow.take();
  quick.take();
  slow.bufferedAmount = MAX_BUFFERED + 1;
  for (let seq = 1; seq <= 3; seq++) {
    registry.apply(report({ seq }), T0);
    live.flush();
    if (seq === 2) slow.bufferedAmount = 1;
  }
  assert.equal(slow.texts.length, 0);
  assert.equal(quick.take().length, 3);
  slow.bufferedAmount = 0;
  registry.apply(report({ seq: 4, total_connections: 44 }), T0);
  live.flush();
  const [snapshot, connections, ...rest] = slow.take();
  assert.ok(snapshot.type === "snapshot" && snapshot.proxies[0].total_connections === 44);
  assert.ok(connections.type === "connections" && connections.full && rest.length === 0);
  registry.apply(report({ seq: 5 }), T0);
  live.flush();
  const [delta] = slow.take();
  assert.ok(delta.type === "delta" && delta.seq === snapshot.seq + 1);
});

Deno.test("Live gives a viewer whose every message is large all it waits for, in turn", () => {
  const { registry, live } = setUpLive();
  registry.apply(report({}, [connection()]), T0);
  const socket = new FakeSocket();
  const send = socket.send.bind(socket);
  socket.send = (text) => {
    send(text);
    socket.bufferedAmount += 2 * MAX_BUFFERED;
  };
  live.open(socket);
  live.message(socket, subscribe("edge-1"));
  const kinds: string[] = [];
  for (let seq = 1; seq <= 10; seq++) {
    socket.bufferedAmount = seq % 2 === 0 ? 0 : socket.bufferedAmount;
    registry.apply(report({ seq }), T0);
    live.flush();
    kinds.push(...socket.take().map(({ type }) => type));
  }
  const [first, ...rest] = kinds;
  assert.equal(first, "snapshot");
  assert.deepEqual(rest, ["connections", "snapshot", "snapshot", "connections", "snapshot"]);
});

Deno.test("Live ends viewers that send too much, what it does not know, or ask for too many", () => {
  const topics = Array.from({ length: MAX_SUBSCRIPTIONS }, (_, i) => subscribe(`p${i}`));
  const table: [string, unknown[], number | null][] = [
    ["as many topics as allowed", topics, null],
    ["the same topic again", [...topics, topics[0]], null],
    ["one topic too many", [...topics, subscribe("more")], 1008],
    ["too long", ["x".repeat(MAX_CLIENT_MESSAGE + 1)], 1009],
    ["too long, binary", [new Blob(["x".repeat(MAX_CLIENT_MESSAGE + 1)])], 1009],
    ["binary", [new ArrayBuffer(4)], 1008],
    ["no JSON", ["hello"], 1008],
    ["no message", ['{"type":"snapshot"}'], 1008],
    ["no id", ['{"type":"subscribe"}'], 1008],
    ["an empty id", [subscribe("")], 1008],
    ["an id too long", [subscribe("x".repeat(301))], 1008],
    ["no object", ["null"], 1008],
    [
      "a length without end",
      [`{"type":"subscribe","proxy_id":{"length":${"[".repeat(9_000)}${"]".repeat(9_000)}}}`],
      1008,
    ],
  ];
  for (const [name, messages, code] of table) {
    const { live, join } = setUpLive();
    const socket = join();
    for (const message of messages) live.message(socket, message);
    assert.equal(socket.closedWith, code, name);
    assert.equal(live.viewers, code === null ? 1 : 0, name);
    live.message(socket, "hello");
  }
});

Deno.test("Live bounds its viewers and forgets those that leave or break", () => {
  const { registry, live, join } = setUpLive();
  const sockets = Array.from({ length: MAX_VIEWERS }, join);
  assert.ok(live.isFull);
  assert.equal(join().closedWith, 1013);
  assert.equal(live.viewers, MAX_VIEWERS);
  live.closed(sockets[0]);
  live.closed(sockets[0]);
  sockets[1].broken = true;
  registry.apply(report(), T0);
  live.flush();
  assert.equal(live.viewers, MAX_VIEWERS - 2);
  live.stop();
  assert.equal(live.viewers, 0);
  assert.equal(sockets[2].closedWith, 1001);
});

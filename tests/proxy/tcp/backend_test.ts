import { strict as assert } from "node:assert";
import { Backend } from "../../../proxy/tcp/backend.ts";

const backend = () => new Backend({ host: "::1", port: 80, weight: 3 });
const connection = () => ({ bytes_sent: 0, bytes_received: 0, last_activity: 0 });

/** A connection that cannot be made, at `now`. */
function fail(to: Backend, now: number): boolean {
  const traffic = connection();
  to.open(traffic, now);
  const isNew = to.failed(now, now);
  to.close(traffic);
  return isNew;
}

Deno.test("Backend is set aside for 1 s, then twice as long each time, up to 60 s", () => {
  const it = backend();
  let now = 5_000;
  for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
    assert.equal(it.isUsable(now), true);
    assert.equal(fail(it, now), seconds === 1);
    assert.equal(it.isUsable(now + seconds * 1000 - 1), false);
    now += seconds * 1000;
  }
  assert.equal(it.record().errors, 8);
});

Deno.test("Backend is used again at once after a success, and the next pause is 1 s again", () => {
  const it = backend();
  fail(it, 0);
  fail(it, 1_000);
  assert.equal(it.record().state, "set_aside");
  assert.equal(it.succeeded(), true);
  assert.equal(it.succeeded(), false);
  assert.equal(it.record().state, "up");
  assert.equal(it.isUsable(1_001), true);
  fail(it, 1_001);
  assert.equal(it.isUsable(2_000), false);
  assert.equal(it.isUsable(2_001), true);
});

Deno.test("Backend takes failures of connections that were under way together for one", () => {
  const it = backend();
  for (let i = 0; i < 10; i++) it.open(connection(), 0);
  for (let i = 0; i < 10; i++) it.failed(0, 100 + i);
  assert.equal(it.isUsable(1_099), false);
  assert.equal(it.isUsable(1_100), true);
  assert.equal(it.record().errors, 10);
});

Deno.test("Backend does not pause longer for failures while it is set aside", () => {
  const it = backend();
  fail(it, 0);
  for (let now = 100; now < 1_000; now += 100) fail(it, now);
  assert.equal(it.isUsable(1_000), true);
});

Deno.test("Backend lets one connection try it after a pause, and the others wait for that", () => {
  const it = backend();
  fail(it, 0);
  const first = connection();
  it.open(first, 1_000);
  assert.equal(it.isUsable(1_001), false);
  it.succeeded();
  assert.equal(it.isUsable(1_002), true);
});

Deno.test("Backend is tried again although the one that tried it left without a word", () => {
  const it = backend();
  fail(it, 0);
  const gone = connection();
  it.open(gone, 1_000);
  it.close(gone);
  assert.equal(it.isUsable(1_999), false);
  assert.equal(it.isUsable(2_000), true);
});

Deno.test("Backend counts the bytes of live and ended connections exactly, each once", () => {
  const it = backend();
  const [a, b] = [connection(), connection()];
  it.open(a, 0);
  it.open(b, 0);
  [a.bytes_sent, a.bytes_received, b.bytes_sent] = [10, 20, 1];
  const figures = () => {
    const { active_connections, total_connections, bytes_sent, bytes_received } = it.record();
    return [active_connections, total_connections, bytes_sent, bytes_received];
  };
  assert.deepEqual(figures(), [2, 2, 11, 20]);
  it.close(a);
  it.close(a);
  a.bytes_sent = 999;
  assert.deepEqual(figures(), [1, 2, 11, 20]);
  b.bytes_sent = 5;
  it.close(b);
  assert.deepEqual(figures(), [0, 2, 15, 20]);
});

Deno.test("Backend reports who it is, and down before set aside", () => {
  const it = backend();
  it.checkLatencyMs = 1.5;
  assert.deepEqual(it.record(), {
    name: "[::1]:80",
    weight: 3,
    state: "up",
    active_connections: 0,
    total_connections: 0,
    bytes_sent: 0,
    bytes_received: 0,
    errors: 0,
    check_latency_ms: 1.5,
  });
  fail(it, 0);
  it.healthy = false;
  assert.equal(it.record().state, "down");
  assert.equal(it.isUsable(1e9), false);
});

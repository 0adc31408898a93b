import { strict as assert } from "node:assert";
import type { ServerMessage } from "../../../manager/api/model.ts";
import { type FleetState, initialFleet, reduceFleet } from "../../../dashboard/state/fleet.ts";
import { limits } from "../../support/reports.ts";
import { backend, connection, connections, delta, proxy, snapshot, stats } from "../support.ts";

function receive(state: FleetState, at: number, ...messages: ServerMessage[]): FleetState {
  return messages.reduce(
    (before, message) => reduceFleet(before, { type: "message", at, message }),
    state,
  );
}

const ids = (state: FleetState) => [...state.proxies.keys()];

Deno.test("reduceFleet is connecting until the first message, then live", () => {
  const before = initialFleet(5000);
  assert.equal(before.phase, "connecting");
  assert.equal(before.stats, null);
  const after = receive(before, 6000, snapshot());
  assert.equal(after.phase, "live");
  assert.equal(after.since, 6000);
  assert.equal(after.stats?.active_connections, 2);
});

Deno.test("reduceFleet replaces everything by a snapshot", () => {
  const first = receive(initialFleet(0), 0, snapshot());
  const next = snapshot({ proxies: [proxy({ proxy_id: "edge-2" })] });
  assert.deepEqual(ids(receive(first, 1000, next)), ["edge-2"]);
});

Deno.test("reduceFleet merges a delta: changed, new and removed proxies, whatever its number", () => {
  const first = receive(
    initialFleet(0),
    0,
    snapshot({ proxies: [proxy(), proxy({ proxy_id: "edge-2" })] }),
  );
  const changed = proxy({ active_connections: 7 });
  const state = receive(
    first,
    1000,
    delta({ seq: 99, proxies: [changed, proxy({ proxy_id: "edge-3" })], removed: ["edge-2"] }),
  );
  assert.deepEqual(ids(state), ["edge-1", "edge-3"]);
  assert.equal(state.proxies.get("edge-1")?.active_connections, 7);
  assert.deepEqual(ids(first), ["edge-1", "edge-2"], "the state before is left as it was");
});

Deno.test("reduceFleet keeps the last state when the link is lost, and the moment of the loss", () => {
  const live = receive(initialFleet(0), 1000, snapshot());
  const lost = reduceFleet(live, { type: "lost", at: 2000 });
  assert.equal(lost.phase, "lost");
  assert.equal(lost.since, 2000);
  assert.deepEqual(ids(lost), ["edge-1"]);
  assert.equal(reduceFleet(lost, { type: "lost", at: 9000 }).since, 2000);
  assert.equal(receive(lost, 10_000, snapshot()).phase, "live");
});

Deno.test("reduceFleet draws a gap where the link was lost, for the fleet and each proxy", () => {
  let state = receive(initialFleet(0), 1000, snapshot());
  state = reduceFleet(state, { type: "lost", at: 2000 });
  state = receive(state, 8000, snapshot({ stats: stats({ rate_sent: 30 }) }));
  assert.deepEqual(state.traffic.map((s) => s.sent), [10, null, 30]);
  assert.deepEqual(state.proxyTraffic.get("edge-1")?.map((s) => s.sent), [1, null, 1]);
});

Deno.test("reduceFleet draws a gap while a proxy does not report, and forgets one that is removed", () => {
  let state = receive(initialFleet(0), 1000, snapshot());
  state = receive(state, 2000, delta({ proxies: [proxy({ status: "offline" })] }));
  state = receive(state, 3000, delta({ proxies: [proxy({ status: "offline" })] }));
  assert.deepEqual(state.proxyTraffic.get("edge-1")?.map((s) => s.sent), [1, null]);
  state = receive(state, 4000, delta({ removed: ["edge-1"] }));
  assert.equal(state.proxyTraffic.has("edge-1"), false);
});

Deno.test("reduceFleet draws no gap between the reports of a slow proxy", () => {
  let state = receive(initialFleet(0), 0, snapshot({ proxies: [proxy({ interval: 60 })] }));
  for (let at = 1000; at <= 60_000; at += 1000) state = receive(state, at, delta());
  state = receive(state, 61_000, delta({ proxies: [proxy({ interval: 60, rate_sent: 4 })] }));
  assert.deepEqual(state.proxyTraffic.get("edge-1")?.map((s) => s.sent), [1, 4]);
});

Deno.test("reduceFleet knows the manager's clock", () => {
  assert.equal(receive(initialFleet(0), 1_000_000, snapshot({ time: 1100 })).clockOffset, 100_000);
});

function viewing(): FleetState {
  const state = receive(initialFleet(0), 0, snapshot());
  return reduceFleet(state, { type: "view", proxyId: "edge-1" });
}

Deno.test("reduceFleet knows of the viewed proxy once it was told all", () => {
  const waiting = viewing();
  assert.equal(waiting.view?.known, false);
  const full = receive(waiting, 0, connections({ reasons: { client_denied: 2 } }));
  assert.equal(full.view?.known, true);
  assert.deepEqual(full.view?.reasons, { client_denied: 2 });
  const rows = connections({ full: false, upsert: [connection()] });
  assert.equal(receive(full, 0, rows), full, "the rows are kept elsewhere");
});

Deno.test("reduceFleet keeps the backends until they have changed", () => {
  const full = receive(viewing(), 0, connections({ backends: [backend()] }));
  assert.deepEqual(full.view!.backends, [backend()]);
  const same = receive(full, 0, connections({ full: false, upsert: [connection()] }));
  assert.deepEqual(same.view!.backends, [backend()]);
  const down = backend({ state: "down" });
  const changed = receive(same, 0, connections({ full: false, backends: [down] }));
  assert.deepEqual(changed.view!.backends, [down]);
  const other = reduceFleet(changed, { type: "view", proxyId: "edge-2" });
  assert.deepEqual(other.view!.backends, []);
});

Deno.test("reduceFleet keeps the limits until they have changed or are forgotten", () => {
  assert.equal(viewing().view!.limits, null);
  const full = receive(viewing(), 0, connections({ limits: limits() }));
  assert.deepEqual(full.view!.limits, limits());
  const same = receive(full, 0, connections({ full: false, upsert: [connection()] }));
  assert.equal(same, full);
  const changed = receive(same, 0, connections({ full: false, limits: limits({ bandwidth: 9 }) }));
  assert.equal(changed.view!.limits?.bandwidth, 9);
  assert.equal(receive(changed, 0, connections({ full: false, limits: null })).view!.limits, null);
});

Deno.test("reduceFleet ignores another proxy's connections, and changes without a beginning", () => {
  const waiting = viewing();
  const other = connections({ proxy_id: "edge-2", upsert: [connection()] });
  assert.equal(receive(waiting, 0, other), waiting);
  const early = connections({ full: false, upsert: [connection()] });
  assert.equal(receive(waiting, 0, early), waiting);
});

Deno.test("reduceFleet forgets a view when it changes, not when it is the same", () => {
  const full = receive(viewing(), 0, connections());
  assert.equal(reduceFleet(full, { type: "view", proxyId: "edge-1" }), full);
  assert.equal(reduceFleet(full, { type: "view", proxyId: "edge-2" }).view?.known, false);
  assert.equal(reduceFleet(full, { type: "view", proxyId: null }).view, null);
});

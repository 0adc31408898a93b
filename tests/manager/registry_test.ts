import { strict as assert } from "node:assert";
import { fleetTotals, proxySummary } from "../../manager/api/views.ts";
import { Registry } from "../../manager/registry.ts";
import { boot, connection, report, T0 } from "../support/reports.ts";

/** The API's view of a proxy; fails the test if it is not known. */
function view(registry: Registry, nowMs: number, id = "edge-1") {
  const entry = registry.get(id);
  assert.ok(entry, `${id} is known`);
  return proxySummary(entry, nowMs);
}

/** A registry that has taken these reports, each at the time it was sent. */
function registryWith(...reports: ReturnType<typeof report>[]): Registry {
  const registry = new Registry();
  for (const each of reports) registry.apply(each, each.proxy.sent_at * 1000);
  return registry;
}

Deno.test("Registry shows a proxy online, stale, offline and online again by its own clock", () => {
  const registry = registryWith(report());
  const table: [seconds: number, status: string][] = [
    [0, "online"],
    [9.9, "online"],
    [10, "stale"],
    [29.9, "stale"],
    [30, "offline"],
    [86_400, "offline"],
  ];
  for (const [seconds, status] of table) {
    assert.equal(view(registry, T0 + seconds * 1000).status, status, `after ${seconds} s`);
  }
  registry.apply(report({ seq: 1, sent_at: T0 / 1000 + 90_000 }), T0 + 90_000_000);
  assert.equal(view(registry, T0 + 90_000_000).status, "online");
});

Deno.test("Registry waits six intervals of a slow proxy before it is offline", () => {
  const registry = registryWith(report({ interval: 60 }));
  assert.equal(view(registry, T0 + 119_000).status, "online");
  assert.equal(view(registry, T0 + 359_000).status, "stale");
  assert.equal(view(registry, T0 + 360_000).status, "offline");
});

Deno.test("Registry shows a proxy that says so as stopped, and counts none of its connections", () => {
  const registry = registryWith(
    report({}, [connection()]),
    report({ seq: 1, state: "draining" }),
  );
  assert.equal(view(registry, T0).draining, true);
  assert.equal(fleetTotals(registry, T0).active_connections, 2);
  registry.apply(report({ seq: 2, state: "stopped" }), T0);
  const { status, draining, active_connections, total_connections } = view(registry, T0);
  assert.deepEqual([status, draining, active_connections, total_connections], [
    "stopped",
    false,
    0,
    10,
  ]);
  const fleet = fleetTotals(registry, T0);
  assert.deepEqual([fleet.active_connections, fleet.active_proxies, fleet.total_proxies], [
    0,
    0,
    1,
  ]);
  assert.equal(fleet.total_bytes_sent, 1000);
});

Deno.test("Registry never lets totals run backwards at a restart", () => {
  const first = { total_connections: 10, total_bytes_sent: 1000, total_bytes_received: 2000 };
  const second = { total_connections: 1, total_bytes_sent: 5, total_bytes_received: 6 };
  const start_time = T0 / 1000 + 60;
  const registry = registryWith(report(first, [connection()]));
  const sent_at = start_time + 5;
  registry.apply(report({ ...second, boot_id: boot("b"), start_time, sent_at }), sent_at * 1000);
  const after = view(registry, sent_at * 1000);
  assert.equal(after.total_connections, 11);
  assert.equal(after.total_bytes_sent, 1005);
  assert.equal(after.total_bytes_received, 2006);
  assert.equal(after.failed_connections, 6);
  assert.equal(after.rate_sent, 0, "the fall of the totals is no rate");
  assert.equal(after.start_time, start_time);
  assert.equal(after.counted_since, T0 / 1000 - 100);
  assert.equal(registry.get("edge-1")?.connections.size, 0, "connections ended with their boot");
});

Deno.test("Registry ignores what comes late from a former boot", () => {
  const later = { boot_id: boot("b"), start_time: T0 / 1000, sent_at: T0 / 1000 + 1 };
  const registry = registryWith(report(), report(later));
  const before = view(registry, T0 + 2000);
  assert.equal(registry.apply(report({ seq: 99 }, [connection()]), T0 + 2000), "old_boot");
  assert.deepEqual(view(registry, T0 + 2000), { ...before, dropped_datagrams: 1 });

  const fresh = registryWith(report(later));
  assert.equal(fresh.apply(report(), T0 + 2000), "old_boot", "an earlier boot never seen before");
  const hours = 3_600_000;
  assert.equal(fresh.apply(report({ seq: 1, sent_at: 5, start_time: 1 }), T0 + hours), "applied");
});

Deno.test("Registry takes a new boot of a proxy whose clock is hours behind", () => {
  const behind = T0 / 1000 - 7200;
  const registry = registryWith(report());
  const next = { boot_id: boot("b"), start_time: behind + 10, sent_at: behind + 20 };
  assert.equal(registry.apply(report(next), T0 + 20_000), "applied");
  assert.equal(view(registry, T0 + 20_000).start_time, T0 / 1000 + 10);
});

Deno.test("Registry lets an older datagram add its connections and change nothing else", () => {
  const registry = registryWith(report({ seq: 5, total_bytes_sent: 5000 }, [connection()]));
  const late = report({ seq: 4, total_bytes_sent: 4000, state: "stopped" }, [
    connection({ bytes_sent: 1 }),
    connection({ id: 2 }),
  ]);
  assert.equal(registry.apply(late, T0), "applied");
  assert.equal(view(registry, T0).total_bytes_sent, 5000);
  assert.equal(view(registry, T0).status, "online");
  const { connections } = registry.get("edge-1")!;
  assert.deepEqual([connections.get(1)?.bytes_sent, connections.get(2)?.bytes_sent], [100, 100]);
});

Deno.test("Registry gives the rate of the last interval, and none of a silent proxy", () => {
  const registry = registryWith(report({ total_bytes_sent: 0, total_bytes_received: 0 }));
  const next = { seq: 1, sent_at: T0 / 1000 + 5, total_bytes_sent: 500 };
  registry.apply(report({ ...next, total_bytes_received: 50_000 }), T0 + 5000);
  const { rate_sent, rate_received } = view(registry, T0 + 5000);
  assert.deepEqual([rate_sent, rate_received], [100, 10_000]);
  assert.equal(fleetTotals(registry, T0 + 5000).rate_received, 10_000);
  assert.equal(view(registry, T0 + 15_000).rate_received, 0);
  assert.equal(fleetTotals(registry, T0 + 15_000).rate_received, 0);
});

Deno.test("Registry shows reported times on the manager's clock", () => {
  for (const skew of [-86_400, 0, 3600.5]) {
    const start = T0 / 1000 - 100;
    const times = { sent_at: T0 / 1000 + skew, start_time: start + skew };
    const registry = new Registry();
    registry.apply(report(times), T0 + 300);
    assert.equal(view(registry, T0 + 300).start_time, start + 0.3, `clock off by ${skew} s`);
    registry.apply(report({ ...times, seq: 1 }), T0 + 20);
    assert.equal(view(registry, T0 + 300).start_time, start + 0.02, "the quickest decides");
    registry.apply(report({ ...times, seq: 2 }), T0 + 900);
    assert.equal(view(registry, T0 + 900).start_time, start + 0.02);
    assert.equal(view(registry, T0 + 1020).uptime, 101);
    assert.equal(view(registry, T0 + 900).last_seen, T0 / 1000 + 0.9);
  }
});

Deno.test("Registry counts loss in gaps of the numbers, anew with each boot", () => {
  const registry = registryWith(report({ seq: 0 }), report({ seq: 3 }));
  assert.equal(view(registry, T0).loss_percent, 50);
  registry.apply(report({ boot_id: boot("b"), seq: 40 }), T0 + 1);
  assert.equal(view(registry, T0 + 1).loss_percent, 0);
});

Deno.test("Registry drops live connections after five refreshes, at least two intervals", () => {
  const slow = registryWith(report({ refresh_s: 30 }, [connection()]));
  slow.tick(T0 + 150_000);
  assert.equal(slow.get("edge-1")?.connections.size, 1);
  slow.tick(T0 + 150_001);
  assert.equal(slow.get("edge-1")?.connections.size, 0);
  const quick = registryWith(report({ refresh_s: 0, interval: 5 }, [connection()]));
  quick.tick(T0 + 10_000);
  assert.equal(quick.get("edge-1")?.connections.size, 1);
  quick.tick(T0 + 10_001);
  assert.equal(quick.get("edge-1")?.connections.size, 0);
});

Deno.test("Registry makes room for a newcomer from the proxy longest gone, and refuses it else", () => {
  const registry = new Registry({ maxProxies: 3 });
  let seq = 0;
  const from = (proxy_id: string, state: "running" | "stopped" = "running") =>
    report({ proxy_id, state, seq: seq++ });
  registry.apply(from("a"), T0);
  registry.apply(from("b", "stopped"), T0 + 2000);
  registry.apply(from("c", "stopped"), T0 + 1000);
  assert.equal(registry.apply(from("d"), T0 + 3000), "applied");
  assert.deepEqual(Array.from(registry.proxies(), ({ id }) => id), ["a", "b", "d"]);
  assert.equal(registry.apply(from("e"), T0 + 4000), "applied");
  assert.equal(registry.apply(from("f"), T0 + 4000), "registry_full");
  assert.equal(registry.apply(from("a"), T0 + 20_000), "applied", "the known ones go on");
  assert.equal(registry.apply(from("f"), T0 + 40_000), "applied", "d has been silent since");
  assert.deepEqual(Array.from(registry.proxies(), ({ id }) => id).sort(), ["a", "e", "f"]);
});

Deno.test("Registry bounds the connections of the whole fleet and says what it left out", () => {
  const registry = new Registry({ maxConnections: 3 });
  const records = [1, 2].map((id) => connection({ id }));
  registry.apply(report({ proxy_id: "a" }, records), T0);
  registry.apply(report({ proxy_id: "b" }, records), T0);
  assert.equal(registry.get("a")?.omitted(T0), 0);
  assert.equal(registry.get("b")?.omitted(T0), 1);
  assert.equal(registry.get("b")?.omitted(T0 + 60_000), 0);
});

Deno.test("Registry keeps the highest count of each reason, and a bounded number of them", () => {
  const registry = registryWith(report({}, [], { refused: 3, "timed-out": 1 }));
  registry.apply(report({ seq: 1 }, [], { refused: 2, "timed-out": 4 }), T0);
  assert.deepEqual(Object.fromEntries(registry.get("edge-1")!.reasons), {
    refused: 3,
    "timed-out": 4,
  });
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`r${i}`, i]));
  registry.apply(report({ seq: 2 }, [], many), T0);
  assert.equal(registry.get("edge-1")?.reasons.size, 200);
});

Deno.test("Registry tells its listeners of proxies and connections that changed", () => {
  const registry = registryWith(report({}, [connection({ id: 7 })]));
  const heard: string[] = [];
  registry.onChange((proxyId, connectionId) => heard.push(`${proxyId} ${connectionId}`));
  registry.apply(report({ seq: 1 }, [connection({ id: 7 }), connection({ id: 8 })]), T0);
  assert.deepEqual(heard.splice(0), ["edge-1 null", "edge-1 8"]);
  registry.tick(T0 + 1000);
  assert.deepEqual(heard.splice(0), []);
  registry.tick(T0 + 10_000);
  assert.deepEqual(heard.splice(0), ["edge-1 null", "edge-1 7", "edge-1 8"]);
  registry.tick(T0 + 25_001);
  assert.deepEqual(heard.splice(0), ["edge-1 7", "edge-1 8"]);
});

import { strict as assert } from "node:assert";
import { MAX_ALERTS } from "../../../manager/alerts/alert_table.ts";
import { AlertBench, rule } from "../../support/alerts.ts";
import { backend, boot } from "../../support/reports.ts";

type Hearing = Parameters<AlertBench["hear"]>;

Deno.test("Alerts tells once that a proxy is offline, and once that it is back, by default rules", () => {
  const bench = new AlertBench();
  bench.run(60, () => bench.hear());
  assert.deepEqual(bench.states, []);
  bench.run(29);
  assert.deepEqual(bench.states, []);
  bench.run(1);
  assert.deepEqual(bench.states, ["proxy_offline edge-1 firing"]);
  bench.run(600);
  assert.deepEqual(bench.events, ["alert_firing edge-1"]);
  bench.run(29, () => bench.hear());
  assert.deepEqual(bench.states, ["proxy_offline edge-1 firing"]);
  bench.run(5, () => bench.hear());
  assert.deepEqual(bench.states, []);
  assert.deepEqual(bench.events, ["alert_firing edge-1", "alert_resolved edge-1"]);
  const [over] = bench.alerts.table.resolved;
  assert.deepEqual([over.rule.name, over.summary], ["proxy_offline", "edge-1 is offline"]);
});

Deno.test("Alerts says nothing of a proxy that was stopped as it should be", () => {
  const bench = new AlertBench();
  bench.run(60, () => bench.hear());
  bench.hear({ state: "stopped" });
  bench.run(600);
  assert.deepEqual(bench.events, []);
});

Deno.test("Alerts of a proxy that is forgotten are over", () => {
  const bench = new AlertBench();
  bench.run(60, () => bench.hear());
  bench.run(60);
  assert.deepEqual(bench.states, ["proxy_offline edge-1 firing"]);
  bench.registry.forget("edge-1", bench.nowMs);
  bench.run(1);
  assert.deepEqual(bench.states, []);
  assert.deepEqual(bench.events, ["alert_firing edge-1", "alert_resolved edge-1"]);
});

Deno.test("Alerts gives proxies time to be heard, after a start and after the manager itself was away", () => {
  const before = new AlertBench();
  before.run(60, () => before.hear());
  const bench = new AlertBench();
  bench.registry.restore(before.registry.get("edge-1")!.save(), bench.nowMs);
  assert.equal(bench.registry.get("edge-1")!.status(bench.nowMs), "offline");
  bench.run(29);
  assert.deepEqual(bench.states, []);
  bench.run(1);
  assert.deepEqual(bench.states, ["proxy_offline edge-1 firing"]);
  bench.hear();
  bench.run(40, () => bench.hear());
  assert.deepEqual(bench.states, []);
  // The machine slept for an hour: nobody could be heard, and all seem offline.
  bench.nowMs += 3_600_000;
  bench.run(5);
  assert.equal(bench.registry.get("edge-1")!.status(bench.nowMs), "offline");
  bench.run(60, () => bench.hear());
  assert.deepEqual(bench.events, ["alert_firing edge-1", "alert_resolved edge-1"]);
});

Deno.test("Alerts watches each metric as its rule says", () => {
  let grown = 0;
  const total = (connections: number, failed: number) => {
    return { total_connections: connections, failed_connections: failed };
  };
  const table: [metric: Parameters<typeof rule>[0], good: () => Hearing, bad: () => Hearing][] = [
    [
      { metric: "active_connections" },
      () => [{ active_connections: 10 }],
      () => [{ active_connections: 11 }],
    ],
    [
      { metric: "backend_down", threshold: 0, clear: 0 },
      () => [{}, {}, [backend()]],
      () => [{}, {}, [backend({ state: "down" })]],
    ],
    [
      { metric: "limit_refusals", threshold: 10, clear: 10, windowMs: 60_000 },
      () => [{}, { max_connections: 0 }],
      () => [{}, { max_connections: grown += 50 }],
    ],
    [
      { metric: "error_rate", threshold: 10, clear: 10, windowMs: 10_000, atLeast: 20 },
      () => [total(1_000, 10)],
      () => [total(1_100, 30)],
    ],
    [
      { metric: "bandwidth", threshold: 1_000, clear: 1_000 },
      () => [{ total_bytes_sent: 1_000 }],
      () => [{ total_bytes_sent: grown += 1_000_000 }],
    ],
  ];
  for (const [overrides, good, bad] of table) {
    const bench = new AlertBench({ rules: [rule(overrides)] });
    const say = (what: () => Hearing) => bench.hear(...what());
    bench.run(10, () => say(good));
    assert.deepEqual(bench.states, [], overrides!.metric);
    bench.run(6, () => say(bad));
    const subject = overrides!.metric === "backend_down" ? "192.0.2.10:80 " : "";
    assert.deepEqual(bench.states, [`busy edge-1 ${subject}firing`], overrides!.metric);
    assert.ok(bench.alerts.table.active().next().value!.summary.length > 10);
  }
});

Deno.test("Alerts of an error rate need enough connections, and of a restart forget nothing", () => {
  const errors = rule({
    metric: "error_rate",
    threshold: 10,
    clear: 10,
    atLeast: 20,
    windowMs: 60_000,
  });
  const bench = new AlertBench({ rules: [errors] });
  bench.run(5, () => bench.hear({ total_connections: 100, failed_connections: 90 }));
  assert.deepEqual(bench.states, [], "what was before is not counted");
  bench.run(5, () => bench.hear({ total_connections: 119, failed_connections: 109 }));
  assert.deepEqual(bench.states, [], "19 are too few");
  const restarted = { boot_id: boot("b"), start_time: bench.nowMs / 1_000 };
  bench.run(35);
  bench.run(5, () => bench.hear({ ...restarted, total_connections: 30, failed_connections: 30 }));
  assert.deepEqual(bench.states, ["busy edge-1 firing"]);
  assert.equal(bench.alerts.table.active().next().value!.value, 100);
  bench.run(60);
  assert.deepEqual(
    bench.states,
    ["busy edge-1 firing"],
    "of one that is offline nobody knows more",
  );
});

Deno.test("Alerts holds what fires of a proxy that went offline, and ends it when the proxy stops", () => {
  const bench = new AlertBench({
    rules: [rule({ metric: "backend_down", threshold: 0, clear: 0 })],
  });
  const down = [backend({ state: "down" })];
  bench.run(5, () => bench.hear({}, {}, down));
  bench.run(100);
  assert.deepEqual(bench.states, ["busy edge-1 192.0.2.10:80 firing"]);
  bench.hear({ state: "stopped" });
  bench.run(1);
  assert.deepEqual(bench.states, []);
});

Deno.test("Alerts sums up what a rule of the fleet is about, of the proxies that fit", () => {
  const shared = rule({ scope: "fleet", proxies: ["edge-*"], threshold: 25, clear: 25 });
  const bench = new AlertBench({ rules: [shared] });
  const all = (n: number) => {
    for (const proxy_id of ["edge-1", "edge-2", "other"]) {
      bench.hear({ proxy_id, active_connections: n });
    }
  };
  bench.run(5, () => all(12));
  assert.deepEqual(bench.states, []);
  bench.run(5, () => all(13));
  assert.deepEqual(bench.states, ["busy firing"]);
  const [alert] = bench.alerts.table.active();
  assert.deepEqual([alert.proxyId, alert.value, alert.summary], [
    "",
    26,
    "The fleet has 26 connections",
  ]);
});

Deno.test("Alerts tells that the history fails, once it has for a while", () => {
  const bench = new AlertBench();
  bench.historyFailed = true;
  bench.run(60);
  assert.deepEqual(bench.states, ["history_failed pending"]);
  bench.run(1);
  assert.deepEqual(bench.states, ["history_failed firing"]);
  bench.historyFailed = false;
  bench.run(31);
  assert.deepEqual(bench.states, []);
});

Deno.test("Alerts goes on with other rules: what still means the same goes on, the rest is over", () => {
  const bench = new AlertBench({ rules: [rule(), rule({ name: "other" })] });
  bench.run(5, () => bench.hear({ active_connections: 20 }));
  assert.deepEqual(bench.states, ["busy edge-1 firing", "other edge-1 firing"]);
  const [{ id }] = bench.alerts.table.active();
  bench.source.set({
    rules: [rule({ threshold: 15, clear: 15 }), rule({ name: "third", threshold: 30 })],
  });
  bench.run(2, () => bench.hear({ active_connections: 20 }));
  assert.deepEqual(bench.states, ["busy edge-1 firing"]);
  assert.equal(bench.alerts.table.active().next().value!.id, id);
  assert.deepEqual(bench.events.toSorted(), [
    ...["alert_firing edge-1", "alert_firing edge-1", "alert_resolved edge-1"],
  ]);
  bench.source.set({ rules: [rule({ proxies: ["core-*"] })] });
  bench.run(1, () => bench.hear({ active_connections: 20 }));
  assert.deepEqual(bench.states, []);
  bench.source.set({ rules: [rule({ enabled: false })] });
  bench.run(5, () => bench.hear({ active_connections: 20 }));
  assert.deepEqual(bench.states, []);
});

Deno.test("Alerts holds so many and no more, and says how many it leaves out", () => {
  const bench = new AlertBench({ rules: [rule()] });
  for (let i = 0; i < MAX_ALERTS + 5; i++) {
    bench.hear({ proxy_id: `edge-${i}`, active_connections: 20 });
  }
  bench.run(1);
  assert.equal(bench.states.length, MAX_ALERTS);
  assert.equal(bench.alerts.table.leftOut, 5);
  assert.equal(bench.alerts.counts.firing, MAX_ALERTS);
  // The log of events is not flooded.
  assert.equal(bench.events.length, 50);
  for (let i = 0; i < 10; i++) bench.hear({ proxy_id: `edge-${i}`, active_connections: 0 });
  bench.run(2);
  assert.deepEqual([bench.states.length, bench.alerts.table.leftOut], [MAX_ALERTS - 5, 0]);
});

Deno.test("Alerts that fire go on over a restart of the manager, with who knows of them and who wants silence", () => {
  const before = new AlertBench({ rules: [rule()] });
  before.run(5, () => before.hear({ active_connections: 20 }));
  const [{ id }] = before.alerts.table.active();
  assert.equal(before.alerts.acknowledge(id, "ann"), "done");
  assert.ok(before.alerts.silence({ rule: null, proxyId: "x", by: "ann", comment: "" }, 600));
  before.run(1);
  const after = new AlertBench({ rules: [rule()] });
  after.nowMs = before.nowMs;
  after.alerts.start(before.kept);
  assert.deepEqual(after.states, ["busy edge-1 firing"]);
  // The registry does not know the proxy yet: the history may still tell of it.
  after.run(10);
  assert.deepEqual(after.states, ["busy edge-1 firing"]);
  after.run(5, () => after.hear({ active_connections: 20 }));
  const [alert] = after.alerts.table.active();
  assert.deepEqual([alert.id, alert.acknowledged?.by], [id, "ann"]);
  assert.equal(after.alerts.silences.all[0].proxyId, "x");
  assert.deepEqual(after.events, []);
  after.run(2, () => after.hear({ active_connections: 1 }));
  assert.deepEqual(after.events, ["alert_resolved edge-1"]);
  // A rule that is not about this proxy any longer has no alert of it.
  const other = new AlertBench({ rules: [rule({ proxies: ["core-*"] })] });
  other.alerts.start(before.kept);
  other.run(1);
  assert.deepEqual([other.states, other.events], [[], ["alert_resolved edge-1"]]);
  // What is no such text changes nothing.
  for (const text of ["", "{", "[]", '{"alerts":[{}],"silences":[]}']) {
    const odd = new AlertBench();
    odd.alerts.start(text);
    assert.deepEqual(odd.states, []);
  }
});

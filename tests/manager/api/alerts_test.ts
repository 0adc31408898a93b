import { strict as assert } from "node:assert";
import { alertsReplySchema } from "../../../manager/api/model_alerts.ts";
import { DEFAULT_RULES } from "../../../manager/alerts/rule.ts";
import { MAX_SILENCES } from "../../../manager/alerts/silences.ts";
import { AlertBench, rule, webhookOptions } from "../../support/alerts.ts";
import { setUpApp } from "../../support/manager_app.ts";
import { Contract, operationsOf } from "../../support/openapi.ts";
import { Receiver } from "../../support/receiver.ts";
import { T0 } from "../../support/reports.ts";

type Config = ConstructorParameters<typeof AlertBench>[0];

/** An API over alerts that a test brings about; every reply is held against the document. */
async function setUp(config: Config = { rules: [rule()] }) {
  const bench = new AlertBench(config);
  const now = () => bench.nowMs;
  const { registry, alerts } = bench;
  const app = setUpApp({ registry, alerts, now });
  const document = await (await app.get("/api/openapi.json")).json();
  const contract = new Contract(document);
  const operations = operationsOf(document);
  const ask = async (
    method: string,
    route: string,
    values: Record<string, string>,
    body?: unknown,
  ) => {
    const path = route.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name]));
    const headers: HeadersInit = body === undefined ? {} : { "content-type": "application/json" };
    const init = { method, headers, body: body === undefined ? undefined : JSON.stringify(body) };
    const reply = await app.request(path, init);
    const operation = operations.find((one) => one.path === route && one.method === method)!;
    return { status: reply.status, body: await contract.check(operation, reply, path) };
  };
  const list = async (query = "") =>
    alertsReplySchema.parse(await (await app.get(`/api/alerts${query}`)).json());
  const audited = () =>
    app.audit.recent(null, 100).map(({ action, target, outcome }) =>
      `${action} ${target} ${outcome}`
    );
  return { ...app, bench, ask, list, audited, stop: () => alerts.stop() };
}

Deno.test("GET /api/alerts tells rules, alerts, silences and webhooks", async () => {
  const { bench, list, stop } = await setUp({
    rules: [rule(), ...DEFAULT_RULES],
    webhooks: [webhookOptions()],
  });
  assert.deepEqual((await list()).alerts, []);
  bench.run(5, () => bench.hear({ active_connections: 20 }));
  const { rules, alerts, silences, webhooks, left_out } = await list();
  assert.deepEqual(rules.map(({ name }) => name), [
    "busy",
    ...DEFAULT_RULES.map(({ name }) => name),
  ]);
  assert.deepEqual(alerts, [{
    ...{ id: "alert-1", rule: "busy", severity: "warning", state: "firing", proxy_id: "edge-1" },
    ...{ subject: "", value: 20, threshold: 10, unit: "", since: T0 / 1000 + 1 },
    ...{ fired_at: T0 / 1000 + 1, resolved_at: null, summary: "edge-1 has 20 connections" },
    ...{ acknowledged: null, silenced: false, silenced_until: null },
  }]);
  assert.deepEqual([silences, left_out], [[], 0]);
  // Its path may be a secret.
  assert.deepEqual(webhooks.map(({ name, target }) => [name, target]), [["hook", "127.0.0.1:9"]]);
  await stop();
});

Deno.test("GET /api/alerts filters and bounds its list, and says what it leaves out", async () => {
  const critical = rule({ name: "critical", severity: "critical", threshold: 15, clear: 15 });
  const waiting = rule({ name: "waiting", forMs: 600_000 });
  const { bench, list } = await setUp({ rules: [rule(), critical, waiting] });
  bench.run(2, () => bench.hear({ active_connections: 12 }));
  bench.run(2, () => {
    bench.hear({ active_connections: 0 });
    bench.hear({ proxy_id: "edge-2", active_connections: 20 });
  });
  const table: [query: string, alerts: string[]][] = [
    ["", [
      "critical edge-2 firing",
      "busy edge-2 firing",
      "waiting edge-2 pending",
      "busy edge-1 resolved",
    ]],
    ["?state=firing", ["critical edge-2 firing", "busy edge-2 firing"]],
    ["?state=pending", ["waiting edge-2 pending"]],
    ["?state=resolved", ["busy edge-1 resolved"]],
    ["?severity=critical", ["critical edge-2 firing"]],
    ["?proxy_id=edge-1", ["busy edge-1 resolved"]],
    ["?proxy_id=edge-2&severity=warning&state=firing", ["busy edge-2 firing"]],
    ["?limit=1", ["busy edge-2 firing"]],
  ];
  for (const [query, expected] of table) {
    const { alerts, left_out } = await list(query);
    const names = alerts.map(({ rule, proxy_id, state }) => `${rule} ${proxy_id} ${state}`);
    assert.deepEqual(names.toSorted(), expected.toSorted(), query);
    assert.equal(left_out, query === "?limit=1" ? 3 : 0);
  }
});

Deno.test("GET /api/alerts refuses what is none of its parameters' values", async () => {
  const { get } = await setUp();
  for (
    const query of [
      "state=on",
      "severity=fatal",
      "limit=9999",
      "limit=x",
      "proxy_id=" + "x".repeat(301),
    ]
  ) {
    assert.equal((await get(`/api/alerts?${query}`)).status, 400, query);
  }
});

Deno.test("POST /api/alerts/{id}/acknowledge notes who knows of what fires, once, and is audited", async () => {
  const { bench, ask, list, audited, stats } = await setUp({
    rules: [rule(), rule({ name: "wait", forMs: 60_000 })],
  });
  bench.run(3, () => bench.hear({ active_connections: 20 }));
  const { alerts } = await list();
  assert.deepEqual(stats().alerts, { firing: 1, pending: 1, unacknowledged: 1 });
  const id = alerts.find(({ state }) => state === "firing")!.id;
  const pending = alerts.find(({ state }) => state === "pending")!.id;
  const route = "/api/alerts/{id}/acknowledge";
  assert.equal((await ask("POST", route, { id })).status, 204);
  assert.equal((await ask("POST", route, { id: pending })).status, 409);
  assert.equal((await ask("POST", route, { id: "none" })).status, 404);
  assert.deepEqual((await list()).alerts[0].acknowledged, { by: "local", at: bench.nowMs / 1000 });
  assert.deepEqual(stats().alerts, { firing: 1, pending: 1, unacknowledged: 0 });
  assert.deepEqual(audited(), [
    `acknowledge_alert ${id} done`,
    `acknowledge_alert ${pending} not_firing`,
    "acknowledge_alert none not_found",
  ]);
});

Deno.test("A silence keeps webhooks from hearing of a beginning until it is over, or ended", async () => {
  await using receiver = new Receiver();
  const webhooks = [webhookOptions({ url: receiver.url })];
  const { bench, ask, list, audited, stop } = await setUp({ rules: [rule()], webhooks });
  const silence = async (body: unknown) => await ask("POST", "/api/alerts/silences", {}, body);
  const { status, body } = await silence({ rule: "busy", seconds: 60, comment: "maintenance" });
  assert.equal(status, 201);
  const { id, ...rest } = body as { id: string };
  const until = bench.nowMs / 1000 + 60;
  assert.deepEqual(rest, {
    rule: "busy",
    proxy_id: null,
    until,
    by: "local",
    comment: "maintenance",
  });
  bench.run(10, () => bench.hear({ active_connections: 20 }));
  const [alert] = (await list()).alerts;
  assert.deepEqual([alert.state, alert.silenced, alert.silenced_until], ["firing", true, until]);
  // Who was not told of the beginning is not told of the end.
  bench.run(3, () => bench.hear({ active_connections: 0 }));
  bench.run(3, () => bench.hear({ active_connections: 30 }));
  assert.equal((await ask("DELETE", "/api/alerts/silences/{id}", { id })).status, 204);
  assert.equal((await ask("DELETE", "/api/alerts/silences/{id}", { id })).status, 404);
  bench.run(1, () => bench.hear({ active_connections: 30 }));
  await receiver.took(1);
  // One who heard of the beginning hears of the end, silence or not.
  await silence({ proxy_id: "edge-*", seconds: 60 });
  bench.run(2, () => bench.hear({ active_connections: 0 }));
  await receiver.took(2);
  assert.deepEqual(receiver.told, [
    ["firing edge-1 has 30 connections"],
    ["resolved edge-1 has 30 connections"],
  ]);
  bench.run(61);
  assert.deepEqual((await list()).silences, []);
  const [first, ...more] = audited();
  assert.equal(first, `silence_alerts ${id} done`);
  assert.deepEqual(more.slice(0, 2), [`end_silence ${id} done`, `end_silence ${id} not_found`]);
  await stop();
});

Deno.test("POST /api/alerts/silences refuses what it cannot keep", async () => {
  const { ask } = await setUp();
  const table: [body: unknown, status: number][] = [
    [{}, 400],
    [{ seconds: 0 }, 400],
    [{ seconds: 1e9 }, 400],
    [{ seconds: "60" }, 400],
    [{ seconds: 60, comment: "x".repeat(301) }, 400],
    [{ seconds: 60, rule: "" }, 400],
  ];
  for (const [body, status] of table) {
    const reply = await ask("POST", "/api/alerts/silences", {}, body);
    assert.equal(reply.status, status, JSON.stringify(body));
  }
  for (let n = 0; n <= MAX_SILENCES; n++) {
    const { status } = await ask("POST", "/api/alerts/silences", {}, { seconds: 60 });
    assert.equal(status, n < MAX_SILENCES ? 201 : 409);
  }
});

Deno.test("POST /api/alerts/webhooks/{name}/test says what became of a test, and is asked for once a second", async () => {
  await using receiver = new Receiver((n) => new Response(null, { status: n === 0 ? 200 : 500 }));
  const { bench, ask, list, audited, stop } = await setUp({
    webhooks: [webhookOptions({ url: receiver.url })],
  });
  const test = (name = "hook") => ask("POST", "/api/alerts/webhooks/{name}/test", { name });
  const first = await test();
  assert.equal(first.status, 200);
  const { seconds, ...rest } = first.body as { seconds: number };
  assert.deepEqual(rest, { ok: true, status: 200, detail: "200" });
  assert.ok(seconds >= 0);
  assert.equal((await test()).status, 429);
  assert.equal((await test("none")).status, 404);
  bench.nowMs += 1_000;
  const second = await test();
  assert.deepEqual((second.body as { ok: boolean }).ok, false);
  const [{ last }] = (await list()).webhooks;
  assert.deepEqual([last?.ok, last?.detail], [false, "answered with 500"]);
  assert.deepEqual(audited(), [
    "test_webhook hook done",
    "test_webhook hook refused",
    "test_webhook none not_found",
    "test_webhook hook failed",
  ]);
  await stop();
});

Deno.test("GET /metrics tells alerts by rule and state, and what webhooks were told", async () => {
  await using receiver = new Receiver();
  const webhooks = [webhookOptions({ url: receiver.url })];
  const { bench, get, stop } = await setUp({ rules: [rule()], webhooks });
  bench.run(2, () => bench.hear({ active_connections: 20 }));
  await receiver.took(1);
  await stop();
  const text = await (await get("/metrics")).text();
  for (
    const line of [
      'rustproxy_alerts{rule="busy",state="firing"} 1',
      'rustproxy_alerts{rule="busy",state="pending"} 0',
      "rustproxy_alerts_left_out 0",
      'rustproxy_alert_notifications_total{webhook="hook",outcome="delivered"} 1',
      'rustproxy_alert_notifications_total{webhook="hook",outcome="dropped"} 0',
    ]
  ) {
    assert.ok(text.includes(`${line}\n`), line);
  }
});

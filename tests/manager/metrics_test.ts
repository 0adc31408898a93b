import { strict as assert } from "node:assert";
import { fromLegacy, legacyReportSchema } from "../../manager/legacy_report.ts";
import { createMetrics, MAX_LABELLED_PROXIES } from "../../manager/metrics.ts";
import { basic, setUpAuth } from "../support/accounts.ts";
import { havePromtool, promtool } from "../support/promtool.ts";
import { boot, legacyReport, report, T0 } from "../support/reports.ts";
import { setUpApp } from "../support/manager_app.ts";

const installed = havePromtool();

Deno.test("GET /metrics gives the fleet's figures, the same at each scrape", async () => {
  const { registry, get } = setUpApp();
  registry.apply(report({ proxy_type: "http", omitted_connections: 7 }), T0);
  registry.apply(report({ boot_id: boot("0"), start_time: 1 }), T0);
  registry.apply(report({ proxy_id: "edge-2", state: "stopped" }), T0);
  for (let scrape = 0; scrape < 2; scrape++) {
    const reply = await get("/metrics");
    assert.match(reply.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    const lines = (await reply.text()).split("\n");
    const labels = (id: string) => `{proxy_id="${id}",proxy_type="http"}`;
    for (
      const line of [
        'rustproxy_manager_info{version="0.1.0"} 1',
        `rustproxy_manager_start_time_seconds ${T0 / 1000 - 60}`,
        'rustproxy_proxies{status="online"} 1',
        'rustproxy_proxies{status="stopped"} 1',
        'rustproxy_proxies{status="offline"} 0',
        "rustproxy_proxies_without_series 0",
        "rustproxy_ingest_datagrams_total 5",
        'rustproxy_ingest_dropped_total{reason="not_json"} 2',
        'rustproxy_history_state{state="off"} 1',
        'rustproxy_history_state{state="failed"} 0',
        'rustproxy_history_dropped_total{kind="log"} 0',
        "rustproxy_ingest_sources 0",
        "rustproxy_ingest_receive_errors_total 0",
        "rustproxy_ingest_receiver_restarts_total 0",
        `rustproxy_proxy_datagrams_total${labels("edge-1")} 1`,
        `rustproxy_proxy_dropped_datagrams_total${labels("edge-1")} 1`,
        `rustproxy_proxy_omitted_connections${labels("edge-1")} 7`,
        `rustproxy_proxy_up${labels("edge-1")} 1`,
        `rustproxy_proxy_up${labels("edge-2")} 0`,
        `rustproxy_proxy_connections_total${labels("edge-1")} 10`,
        `rustproxy_proxy_received_bytes_total${labels("edge-1")} 2000`,
        `rustproxy_proxy_active_connections${labels("edge-2")} 0`,
      ]
    ) assert.ok(lines.includes(line), `${line} is among the metrics`);
  }
});

Deno.test("GET /metrics tells how many log in, how, and how many wait; without accounts nothing of it", async () => {
  await using accounts = setUpAuth();
  const { auth } = accounts;
  const { registry, stats, alerts, now } = setUpApp();
  const ip = "192.0.2.1";
  await auth.login("ann", "secret", { ip });
  for (let i = 0; i < 7; i++) {
    await auth.identify({ authorization: basic("vic", "no"), ip });
  }
  const deps = { registry, stats, alerts, now, viewers: () => 0 };
  const lines = (await createMetrics({ ...deps, auth }).render()).split("\n");
  for (
    const line of [
      'rustproxy_logins_total{via="session",outcome="right"} 1',
      'rustproxy_logins_total{via="session",outcome="wrong_credentials"} 0',
      'rustproxy_logins_total{via="basic",outcome="wrong_credentials"} 5',
      'rustproxy_logins_total{via="basic",outcome="too_many_attempts"} 2',
      'rustproxy_logins_total{via="token",outcome="login_busy"} 0',
      "rustproxy_sessions 1",
      "rustproxy_login_delays 1",
      "rustproxy_login_delays_total 1",
    ]
  ) assert.ok(lines.includes(line), `${line} is among the metrics`);
  assert.doesNotMatch(await createMetrics(deps).render(), /login|session/);
});

Deno.test("GET /metrics bounds its series and says how many proxies it left out", async () => {
  const { registry, get } = setUpApp();
  for (let i = 0; i < MAX_LABELLED_PROXIES + 5; i++) {
    registry.apply(report({ proxy_id: `p${i}` }), T0);
  }
  const text = await (await get("/metrics")).text();
  assert.equal(text.match(/^rustproxy_proxy_up\{/gm)?.length, MAX_LABELLED_PROXIES);
  assert.match(text, /^rustproxy_proxies_without_series 5$/m);
});

Deno.test({
  name: "GET /metrics is what promtool calls right, whatever a proxy calls itself",
  ignore: !installed,
  fn: async () => {
    const { registry, get } = setUpApp();
    registry.apply(report(), T0);
    const proxy_id = 'a"b\\c{}\u{1f600}';
    registry.apply(fromLegacy(legacyReportSchema.parse(legacyReport({ proxy_id })), T0), T0);
    const text = await (await get("/metrics")).text();
    assert.deepEqual(await promtool(["check", "metrics"], text), { code: 0, said: "" });
  },
});

Deno.test("GET /metrics counts on for the fleet when a proxy is forgotten", async () => {
  const { registry, stats, alerts, now } = setUpApp();
  registry.apply(report(), T0);
  registry.apply(report({ proxy_id: "old", state: "stopped" }), T0);
  const scrape = async () => {
    const { render } = createMetrics({ registry, stats, alerts, now, viewers: () => 0 });
    return /^rustproxy_fleet_connections_total (\d+)$/m.exec(await render())?.[1];
  };
  assert.equal(await scrape(), "20");
  assert.equal(registry.forget("old", T0), "forgotten");
  assert.equal(registry.size, 1);
  assert.equal(await scrape(), "20");
});

Deno.test("GET /metrics makes its text once for all who ask within a second", async () => {
  const { registry, stats, alerts, now } = setUpApp();
  let made = 0;
  const counted = () => {
    made++;
    return stats();
  };
  const { render } = createMetrics({ registry, stats: counted, alerts, now, viewers: () => 0 });
  const texts = await Promise.all(Array.from({ length: 10 }, () => render()));
  assert.equal(made, 1);
  assert.equal(new Set(texts).size, 1);
});

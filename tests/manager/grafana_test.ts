import { strict as assert } from "node:assert";
import { startManager } from "../../manager/mod.ts";
import { managerOptionsSchema } from "../../manager/options.ts";
import { eventually } from "../support/eventually.ts";
import { havePromtool, promtool } from "../support/promtool.ts";
import { datagram } from "../support/reports.ts";

interface Panel {
  id: number;
  title: string;
  type: string;
  datasource: { uid: string };
  gridPos: { x: number; y: number; w: number; h: number };
  targets: { expr: string; refId: string; datasource: { uid: string } }[];
}

const installed = havePromtool();

/** The dashboard and the metrics of a manager that runs. */
async function readBoth() {
  const manager = await startManager(managerOptionsSchema.parse({ listen: "127.0.0.1:0" }), {
    version: "0.1.0",
    dashboardDir: new URL("file:///not/built/"),
  });
  try {
    const socket = Deno.listenDatagram({ hostname: "127.0.0.1", port: 0, transport: "udp" });
    const now = Date.now() / 1000;
    const url = `http://127.0.0.1:${manager.addr.port}`;
    const metrics = await eventually("a proxy is among the metrics", async () => {
      await socket.send(datagram({ sent_at: now, start_time: now - 1 }), manager.statsAddr);
      const text = await (await fetch(`${url}/metrics`)).text();
      const whole = ["rustproxy_proxy_up{", "rustproxy_http_requests_total{"];
      return whole.every((name) => text.includes(name)) && text;
    }).finally(() => socket.close());
    const reply = await fetch(`${url}/grafana.json`);
    assert.match(reply.headers.get("content-type") ?? "", /^application\/json/);
    return { metrics, dashboard: await reply.json() };
  } finally {
    await manager.stop();
  }
}

/** Names as a query may use them: a histogram has three. */
function metricNames(metrics: string): Set<string> {
  const types = [...metrics.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return new Set(
    types.flatMap(([, name, type]) =>
      type === "histogram" ? ["_bucket", "_sum", "_count"].map((end) => name + end) : [name]
    ),
  );
}

Deno.test("GET /grafana.json asks only for metrics that exist, and lays its panels side by side", async () => {
  const { metrics, dashboard } = await readBoth();
  const known = metricNames(metrics);
  const queries = [dashboard.templating.list[0].definition];
  const cells = new Set<string>();
  const panels: Panel[] = dashboard.panels;
  for (const { id, title, datasource, gridPos, targets } of panels) {
    assert.equal(datasource.uid, "${DS_PROMETHEUS}", title);
    for (const target of targets) {
      queries.push(target.expr);
      assert.equal(target.datasource.uid, "${DS_PROMETHEUS}", title);
    }
    assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, title);
    assert.equal(panels.filter((other) => other.id === id).length, 1, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      assert.ok(x < 24 && !cells.has(`${x} ${gridPos.y}`), `${title} has a place of its own`);
      cells.add(`${x} ${gridPos.y}`);
    }
  }
  assert.ok(queries.length > 20);
  for (const query of queries) {
    const names = query.match(/\b(rustproxy|process)_\w+/g) ?? [];
    assert.ok(names.length > 0, query);
    for (const name of names) {
      assert.ok(known.has(name), `${name} of ${query} is among the metrics`);
    }
  }
  const asked = queries.join("\n");
  for (const name of ["state", "dropped_total"]) {
    assert.ok(asked.includes(`_history_${name}`), name);
  }
  assert.equal(dashboard.__inputs[0].name, "DS_PROMETHEUS");
});

Deno.test({
  name: "GET /grafana.json asks what Prometheus understands",
  ignore: !installed,
  fn: async () => {
    const { dashboard } = await readBoth();
    const panels: Panel[] = dashboard.panels;
    const rules = panels.flatMap(({ targets }) => targets).map(({ expr }, i) => {
      const query = expr.replaceAll("$__rate_interval", "5m").replaceAll("$proxy", ".*");
      return { record: `query:${i}`, expr: query };
    });
    // JSON is YAML too.
    const file = await Deno.makeTempFile({ suffix: ".yml" });
    try {
      await Deno.writeTextFile(file, JSON.stringify({ groups: [{ name: "panels", rules }] }));
      const { code, said } = await promtool(["check", "rules", file], "");
      assert.equal(code, 0, said);
      assert.match(said, new RegExp(`SUCCESS: ${rules.length} rules found`));
    } finally {
      await Deno.remove(file);
    }
  },
});

Deno.test({
  name: "GET /metrics of a manager that runs is what promtool calls right",
  ignore: !installed,
  fn: async () => {
    const { metrics } = await readBoth();
    assert.deepEqual(await promtool(["check", "metrics"], metrics), { code: 0, said: "" });
    for (const name of ["manager_event_loop_delay_seconds_count", "http_requests_total"]) {
      assert.match(metrics, new RegExp(`^rustproxy_${name}(\\{.*\\})? \\d+$`, "m"));
    }
    assert.match(metrics, /^process_cpu_seconds_total [\d.]+$/m);
    assert.match(metrics, /^rustproxy_http_refused_total\{reason="slow_head"\} 0$/m);
  },
});

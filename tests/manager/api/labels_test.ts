import { strict as assert } from "node:assert";
import { havePromtool, promtool } from "../../support/promtool.ts";
import { report, T0 } from "../../support/reports.ts";
import { setUpApp } from "../../support/manager_app.ts";

const installed = await havePromtool();

function setUp() {
  const app = setUpApp();
  const add = (proxy_id: string, some: Record<string, string>) => {
    const labels = { set: 0, of: Object.keys(some).length, some };
    app.registry.apply(report({ proxy_id }, [], {}, [], null, labels), T0);
  };
  add("edge-1", { env: "prod", dc: "fra" });
  add("edge-2", { env: "prod", dc: "ham" });
  add("edge-3", { env: "=a b&c" });
  app.registry.apply(report({ proxy_id: "edge-4" }), T0);
  return app;
}

Deno.test("GET /api/proxies?label= gives those that have all of the labels", async () => {
  const { get } = setUp();
  const table: [query: string, ids: string[]][] = [
    ["", ["edge-1", "edge-2", "edge-3", "edge-4"]],
    ["?label=env=prod", ["edge-1", "edge-2"]],
    ["?label=env%3Dprod&label=dc=ham", ["edge-2"]],
    ["?label=dc=ham&label=dc=ham", ["edge-2"]],
    ["?label=env=Prod", []],
    [`?label=${encodeURIComponent("env==a b&c")}`, ["edge-3"]],
    ["?label=constructor=x", []],
  ];
  for (const [query, ids] of table) {
    const reply = await get(`/api/proxies${query}`);
    assert.equal(reply.status, 200, query);
    const proxies: { proxy_id: string }[] = await reply.json();
    assert.deepEqual(proxies.map(({ proxy_id }) => proxy_id), ids, query);
  }
  const wrong: [query: string, message: RegExp][] = [
    ["?label=env", /^Cannot use label: expected name=value$/],
    ["?label=a%20b=c", /^Cannot use label: expected a name of 1 to 32 characters/],
    ["?label=env=", /^Cannot use label: expected a value of 1 to 64/],
    ["?label=env=a&label=env=b", /^Cannot use label: expected one value of env/],
    [`?${Array(17).fill("label=a=b").join("&")}`, /^Cannot use label: /],
  ];
  for (const [query, message] of wrong) {
    const reply = await get(`/api/proxies${query}`);
    assert.equal(reply.status, 400, query);
    assert.match((await reply.json()).error.message, message);
  }
});

Deno.test("The API shows labels of each proxy, in JSON and in CSV", async () => {
  const { get } = setUp();
  const { labels } = await (await get("/api/proxy/edge-1")).json();
  assert.deepEqual(labels, { env: "prod", dc: "fra" });
  const { proxies } = await (await get("/api/stats")).json();
  assert.deepEqual(proxies[3].labels, {});
  const csv = await (await get("/api/proxies?format=csv&label=dc=fra")).text();
  assert.match(csv.split("\r\n")[1], /,env=prod dc=fra,/);
});

Deno.test("GET /metrics has a series for each label of a proxy", async () => {
  const { get } = setUp();
  const text = await (await get("/metrics")).text();
  const lines = text.split("\n").filter((line) => line.startsWith("rustproxy_proxy_labels{"));
  assert.deepEqual(lines, [
    'rustproxy_proxy_labels{proxy_id="edge-1",label="env",value="prod"} 1',
    'rustproxy_proxy_labels{proxy_id="edge-1",label="dc",value="fra"} 1',
    'rustproxy_proxy_labels{proxy_id="edge-2",label="env",value="prod"} 1',
    'rustproxy_proxy_labels{proxy_id="edge-2",label="dc",value="ham"} 1',
    'rustproxy_proxy_labels{proxy_id="edge-3",label="env",value="=a b&c"} 1',
  ]);
});

Deno.test({
  name: "GET /metrics with labels is what promtool calls right",
  ignore: !installed,
  fn: async () => {
    const { registry, get } = setUp();
    const some = { a: 'q"\\x{}', b: "😀" };
    registry.apply(
      report({ proxy_id: "edge-5" }, [], {}, [], null, { set: 0, of: 2, some }),
      T0,
    );
    const text = await (await get("/metrics")).text();
    assert.deepEqual(await promtool(["check", "metrics"], text), { code: 0, said: "" });
  },
});

import { strict as assert } from "node:assert";
import { proxyOptionsSchema } from "../../proxy/options.ts";
import { startTestProxy } from "../support/proxy.ts";
import { browserTest, type Dashboard, noSidewaysScroll, PHONE } from "./browser.ts";

/** Three real proxies: two with labels, and one without. */
function startFleet({ manager }: Dashboard) {
  const { addr, statsAddr } = manager;
  const to = {
    managerAddr: `127.0.0.1:${addr.port}`,
    statsAddr: `127.0.0.1:${statsAddr.port}`,
    ...{ mode: "http" as const, listen: "127.0.0.1:0", reportInterval: "0.1", drainTimeout: "0" },
  };
  const second = { id: "edge-2", label: ["env=test"], ...to };
  const proxies = [
    startTestProxy("http", { id: "edge-1", label: ["env=prod", "dc=fra"], ...to }),
    startTestProxy("http", second),
    startTestProxy("http", { id: "edge-3", ...to }),
  ];
  return {
    proxies,
    second,
    async [Symbol.asyncDispose]() {
      await Promise.all(proxies.map((proxy) => proxy[Symbol.asyncDispose]()));
    },
  };
}

browserTest(
  "Dashboard shows labels, finds and groups proxies by them, as they change",
  async (d) => {
    await using fleet = startFleet(d);
    await d.page.goto(d.origin);
    const row = (name: string) => d.page.locator("tbody tr", { hasText: name });
    await row("edge-1").getByText("env=prod", { exact: true }).waitFor();
    await row("edge-1").getByText("dc=fra", { exact: true }).waitFor();
    await row("edge-2").getByText("env=test", { exact: true }).waitFor();
    await d.page.getByLabel("Filter proxies").fill("env=prod");
    await d.page.getByText("1 of 3 match").waitFor();
    assert.equal(await d.page.locator("tbody mark").first().innerText(), "env=prod");
    await d.page.getByLabel("Filter proxies").fill("");
    await d.page.getByLabel("Group by").selectOption("By label env");
    await d.page.getByRole("row", { name: /\bprod 1\b/ }).waitFor();
    await d.page.getByRole("row", { name: /without it 1\b/ }).waitFor();
    assert.match(d.page.url(), /group=label%3Aenv|group=label:env/);
    await d.page.reload();
    await d.page.getByRole("row", { name: /\btest 1\b/ }).waitFor();
    const other = { ...fleet.second, label: ["env=prod"] };
    const { applied } = await fleet.proxies[1].proxy.apply(proxyOptionsSchema.parse(other));
    assert.deepEqual(applied, ["labels"]);
    await d.page.getByRole("row", { name: /\bprod 2\b/ }).waitFor();
    await d.page.goto(`${d.origin}/#/proxy/edge-1`);
    await d.page.locator("dl").getByText("env=prod", { exact: true }).waitFor();
    await d.page.goto(`${d.origin}/#/proxy/edge-3`);
    await d.page.getByRole("heading", { name: "edge-3" }).waitFor();
    assert.equal(await d.page.locator("dt", { hasText: "Labels" }).count(), 0);
    assert.deepEqual(d.errors, []);
  },
);

browserTest("Dashboard shows labels on a phone", async (d) => {
  await using _fleet = startFleet(d);
  await d.page.goto(d.origin);
  await d.page.getByText(/http · .*:\d+ · dc=fra env=prod/).waitFor();
  await d.page.getByLabel("Group by").selectOption("label:env");
  await d.page.getByText("without it").waitFor();
  await noSidewaysScroll(d.page);
  assert.deepEqual(d.errors, []);
}, { context: PHONE });

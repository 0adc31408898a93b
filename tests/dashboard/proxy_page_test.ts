import { strict as assert } from "node:assert";
import { startTestProxy } from "../support/proxy.ts";
import { backend, connection, legacyReport } from "../support/reports.ts";
import { browserTest, noSidewaysScroll, PHONE } from "./browser.ts";
import { rememberTraffic } from "./past.ts";

const SCRIPT = "<script>alert(1)</script>";

for (const [device, context] of [["a desktop", undefined], ["a phone", PHONE]] as const) {
  browserTest(`Dashboard leads through a proxy's tabs on ${device}`, async (d) => {
    const tcp = { proxy_type: "tcp" };
    const reasons = { max_connections: 1204, accept_rate: 7, connect_refused: 3 };
    await d.reports.send(d.manager, tcp, [connection()]);
    await d.reports.sendDetail(d.manager, tcp, [backend()], reasons);
    await d.page.goto(d.origin);
    await d.page.getByRole("link", { name: "edge-1" }).click();
    const tab = (name: RegExp) => d.page.getByRole("tab", { name });
    await d.page.getByRole("tabpanel", { name: /Connections/ }).waitFor();
    await tab(/Backends/).click();
    await d.page.getByText("1 of 1 up").waitFor();
    await d.page.keyboard.press("ArrowRight");
    const limits = d.page.getByRole("table", { name: "Stopped by a limit" });
    await limits.getByRole("row", { name: /Connections at a time .*1,204|1,204/ }).waitFor();
    assert.match(d.page.url(), /tab=limits/);
    assert.doesNotMatch(await limits.innerText(), /Head|Body/, "a tcp proxy knows neither");
    await d.page.getByText("this proxy's version does not tell them, or has not yet").waitFor();
    await tab(/Events/).click();
    await d.page.getByRole("cell", { name: "Appeared" }).waitFor();
    await d.page.getByText("the newest only: this manager keeps no history").waitFor();
    await d.reports.send(d.manager, { ...tcp, state: "stopped" });
    await d.page.getByRole("cell", { name: "Stopped" }).waitFor();
    await noSidewaysScroll(d.page);
    await d.page.goBack();
    await limits.waitFor();
    assert.deepEqual(d.errors, []);
  }, { context });
}

browserTest("Dashboard says why a proxy has no backends", async (d) => {
  await d.reports.send(d.manager, {});
  await d.page.goto(`${d.origin}/#/proxy/edge-1?tab=backends`);
  await d.page.getByText("This proxy has no backends:").waitFor();
  assert.deepEqual(d.errors, []);
});

browserTest("Dashboard shows a real proxy's traffic as it flows", async (d) => {
  using origin = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serve = (async () => {
    for await (const conn of origin) {
      await conn.write(new Uint8Array(300_000));
      conn.close();
    }
  })();
  const { hostname, port } = d.manager.statsAddr;
  await using proxy = startTestProxy("tcp", {
    ...{ id: "real", target: `127.0.0.1:${origin.addr.port}`, statsAddr: `${hostname}:${port}` },
  });
  await d.page.goto(`${d.origin}/#/proxy/real`);
  const conn = await Deno.connect({ hostname, port: proxy.port });
  await new Response(conn.readable).arrayBuffer();
  await d.page.locator("dl").filter({ hasText: "Data received" }).getByText("300").waitFor();
  await d.page.getByRole("tab", { name: /Backends/ }).click();
  await d.page.getByText("1 of 1 up").waitFor();
  assert.deepEqual(d.errors, []);
  origin.close();
  await serve.catch(() => {});
});

browserTest("Dashboard shows a stranger's name and words as text on its page", async (d) => {
  const name = `\u202E${SCRIPT}😀${"x".repeat(250)}`;
  const stranger = legacyReport({ proxy_id: name, proxy_type: SCRIPT, listen_addr: SCRIPT });
  await d.reports.sendRaw(d.manager, new TextEncoder().encode(JSON.stringify(stranger)));
  await d.page.goto(`${d.origin}/#/?by=stacked&group=mode`);
  await d.page.getByRole("link", { name: `‹U+202E›${SCRIPT}😀` }).first().click();
  await d.page.locator("h1", { hasText: SCRIPT }).waitFor();
  for (const tab of [/Backends/, /Limits/, /Events/]) {
    await d.page.getByRole("tab", { name: tab }).click();
  }
  await d.page.getByRole("cell", { name: "Appeared" }).waitFor();
  await noSidewaysScroll(d.page);
  assert.equal(await d.page.locator("#app script").count(), 0);
  assert.deepEqual(d.errors, []);
});

browserTest("Dashboard remembers a proxy's traffic from before its page was opened", async (d) => {
  await d.reports.send(d.manager, {});
  await d.page.goto(`${d.origin}/#/proxy/edge-1?range=1h`);
  await d.page.waitForFunction(() => {
    const slider = document.querySelector('[role="slider"]');
    slider?.dispatchEvent(new KeyboardEvent("keydown", { key: "Home", bubbles: true }));
    return /received \d.* MB\/s/.test(slider?.getAttribute("aria-valuetext") ?? "");
  });
  await d.page.getByRole("tab", { name: /Events/ }).click();
  await d.page.getByRole("cell", { name: "Appeared" }).waitFor();
  assert.deepEqual(d.errors, []);
}, {
  past: (dataDir) =>
    rememberTraffic(dataDir, Date.now(), [{ proxy: "edge-1", sent: 1e6, received: 5e6 }], {
      ...{ seconds: 3600, step: 10 },
    }),
});

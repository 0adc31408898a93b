import { strict as assert } from "node:assert";
import type { Page } from "playwright-core";
import { connection, legacyConnection, legacyReport } from "../support/reports.ts";
import { browserTest, noSidewaysScroll, PHONE, startDashboard } from "./browser.ts";

const SCRIPT = "<script>alert(1)</script>";
const IMAGE = "<img src=x onerror=alert(1)>";

/** A cell of the table by its row's and its column's number from 0. */
const cell = (page: Page, row: number, column: number) =>
  page.locator("tbody tr").nth(row).locator("td").nth(column);

const seconds = () => Date.now() / 1000;

browserTest("Dashboard says how to start a proxy while there is none", async (d) => {
  await d.page.goto(d.origin);
  await d.page.getByText("No proxy has reported yet. Start one:").waitFor();
  const command = await d.page.locator("code").innerText();
  const address = `127.0.0.1:${d.manager.addr.port}`;
  assert.equal(
    command,
    `rustproxy --listen 127.0.0.1:8080 --mode http --manager-addr ${address}`,
  );
  await d.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await d.page.getByRole("button", { name: "Copy" }).click();
  await d.page.getByRole("button", { name: "Copied" }).waitFor();
  assert.equal(await d.page.evaluate(() => navigator.clipboard.readText()), command);
  assert.deepEqual(d.errors, []);
});

browserTest(
  "Dashboard shows the fleet and follows it, asking nobody but the manager",
  async (d) => {
    await d.page.goto(d.origin);
    await d.reports.send(d.manager, { total_bytes_sent: 1_234_567 });
    await d.page.getByText("edge-1").waitFor();
    assert.equal(await cell(d.page, 0, 1).innerText(), "online");
    assert.equal(await cell(d.page, 0, 2).innerText(), "http");
    assert.equal(await cell(d.page, 0, 3).innerText(), "127.0.0.1:8080");
    assert.equal(await cell(d.page, 0, 7).innerText(), "1.23\u00a0MB");
    assert.equal(await cell(d.page, 0, 8).innerText(), "2");

    const cards = d.page.locator("dl").first();
    assert.match(await cards.innerText(), /Proxies\s+1 \/ 1\s+all online/);
    await d.reports.send(d.manager, {
      total_bytes_sent: 5_000_000,
      active_connections: 4120,
      total_connections: 9000,
    });
    await cards.getByText("4,120").waitFor();
    assert.match(await cards.innerText(), /Data sent\s+5\.00\sMB/);
    assert.equal(await cell(d.page, 0, 8).innerText(), "4,120");

    const drawn = await d.page.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      return data.some((byte) => byte !== 0);
    });
    assert.ok(drawn, "the chart is drawn");
    assert.ok(d.requests.some((url) => url.startsWith("ws:")));
    for (const url of d.requests) assert.equal(new URL(url).host, new URL(d.origin).host);
    assert.deepEqual(d.errors, []);
  },
);

browserTest("Dashboard opens a proxy's connections and follows them", async (d) => {
  const ended = { id: 2, target: "gone.example:80", user: "alice", reason: "connect_refused" };
  const denied = { id: 4, client_ip: "192.0.2.9", target: "", reason: "client_denied" };
  await d.reports.send(d.manager, {}, [
    connection({ start_time: seconds() - 65, bytes_received: 2_000_000 }),
    connection({ ...ended, state: "failed", start_time: seconds() }),
    connection({ ...denied, state: "rejected", start_time: seconds() - 30 }),
  ]);
  await d.page.goto(d.origin);
  await d.page.getByRole("link", { name: "edge-1" }).click();
  await d.page.getByText("example.com:443").waitFor();
  assert.equal(await d.page.locator("h1").innerText(), "edge-1");
  assert.equal(await d.page.title(), "↓ 0 B/s · edge-1 – RustProxy");
  const row = d.page.locator("tbody tr").first();
  assert.match(await row.innerText(), /192\.0\.2\.1:50000\s+example\.com:443.*2\.00\sMB.*1 min/s);
  await d.page.getByRole("tab", { name: "Closed 1" }).click();
  await d.page.getByText("gone.example:80").waitFor();
  assert.match(await row.innerText(), /gone\.example:80.*alice.*failed.*connect refused/s);
  await d.page.getByRole("tab", { name: "Denied 1" }).click();
  await d.page.getByText("client denied").waitFor();
  assert.match(await row.innerText(), /192\.0\.2\.9:50000.*client denied/s);

  await d.page.getByRole("tab", { name: "Active 1" }).click();
  await d.reports.send(d.manager, {}, [
    connection({ start_time: seconds() - 65, bytes_received: 7_000_000 }),
    connection({ id: 3, target: "new.example:443", start_time: seconds() }),
  ]);
  await d.page.getByText("new.example:443").waitFor();
  assert.match(await d.page.locator("tbody tr").nth(1).innerText(), /7\.00\sMB/);
  await d.page.getByLabel("Breadcrumb").getByRole("link").click();
  await d.page.getByRole("heading", { name: "Fleet" }).waitFor();
  assert.deepEqual(d.errors, []);
});

browserTest("Dashboard renders whatever the network says as text", async (d) => {
  const hostile = { target: SCRIPT.repeat(4), user: IMAGE, reason: "<b>x", state: "closed" };
  await d.reports.send(
    d.manager,
    { listen_addr: IMAGE, host: SCRIPT, version: "<i>1</i>", proxy_type: "<b>" },
    [connection({ ...hostile, state: "closed", start_time: seconds() })],
  );
  const stranger = legacyReport({
    proxy_id: `\u202E${SCRIPT}😀`,
    proxy_type: SCRIPT,
    listen_addr: "x".repeat(300),
    connections: [legacyConnection({ target: IMAGE + "y".repeat(900) })],
  });
  await d.reports.sendRaw(d.manager, new TextEncoder().encode(JSON.stringify(stranger)));
  await d.page.goto(d.origin);
  await d.page.getByText(`‹U+202E›${SCRIPT}😀`).waitFor();
  await d.page.getByText(IMAGE).waitFor();
  await noSidewaysScroll(d.page);
  await d.page.setViewportSize({ width: 820, height: 1100 });
  await noSidewaysScroll(d.page);
  await d.page.setViewportSize({ width: 1280, height: 800 });
  await d.page.getByRole("link", { name: `‹U+202E›${SCRIPT}` }).click();
  await d.page.locator("h1", { hasText: SCRIPT }).waitFor();
  await d.page.getByText(IMAGE).waitFor();
  await noSidewaysScroll(d.page);
  await d.page.goto(`${d.origin}/#/proxy/edge-1?show=closed`);
  await d.page.getByText(SCRIPT.repeat(4)).waitFor();
  assert.equal(await d.page.locator("#app :is(script, b, i, img[src=x])").count(), 0);
  assert.deepEqual(d.errors, []);
});

browserTest("Dashboard survives a restart of its manager without a reload", async (d) => {
  await d.reports.send(d.manager, {}, [connection({ start_time: seconds() })]);
  await d.page.goto(`${d.origin}/#/proxy/edge-1`);
  await d.page.getByText("example.com:443").waitFor();
  await d.page.evaluate(() => document.body.dataset.loaded = "once");
  const { port } = d.manager.addr;
  await d.manager.stop();
  await d.page.getByText(/Disconnected from the manager .*, trying again/).waitFor();
  assert.ok(await d.page.getByText("example.com:443").isVisible(), "the last state stays");

  const next = await startDashboard({ port });
  try {
    await d.page.getByText("The manager knows no proxy of this name.").waitFor();
    await d.reports.send(next, {}, [connection({ target: "back.example:1", start_time: 1 })]);
    await d.page.getByText("back.example:1").waitFor();
    await d.page.getByText("live", { exact: true }).waitFor();
    assert.equal(await d.page.evaluate(() => document.body.dataset.loaded), "once");
  } finally {
    await d.page.close();
    await next.stop();
  }
});

{
  let ahead = 0;
  browserTest(
    "Dashboard shows a proxy that has fallen silent as offline, with its last state",
    async (d) => {
      await d.reports.send(d.manager, { total_bytes_sent: 7_000_000 }, [connection()]);
      await d.page.goto(d.origin);
      await d.page.getByRole("cell", { name: "online" }).waitFor();
      ahead = 31_000;
      await d.page.getByRole("cell", { name: "offline" }).waitFor();
      assert.match(
        await d.page.locator("tbody tr").innerText(),
        /last seen\s+3\d s ago.*7\.00\sMB/s,
      );
      assert.match(await d.page.locator("dl").innerText(), /Proxies\s+0 \/ 1\s+1\soffline/);
      await d.page.getByRole("link", { name: "edge-1" }).click();
      await d.page.getByText(/last seen 3\d s ago, showing its last state/).waitFor();
      assert.deepEqual(d.errors, []);
    },
    { now: () => Date.now() + ahead },
  );
}

browserTest("Dashboard fits on a phone", async (d) => {
  const long = { user: "a".repeat(200), target: "b".repeat(290) + ":443", start_time: seconds() };
  await d.reports.send(d.manager, { listen_addr: "c".repeat(300) }, [connection(long)]);
  await d.page.goto(d.origin);
  await d.page.getByRole("link", { name: /edge-1/ }).waitFor();
  assert.equal(await d.page.locator("table").count(), 0);
  await noSidewaysScroll(d.page);
  await d.page.getByRole("link", { name: /edge-1/ }).click();
  await d.page.getByText("b".repeat(290)).waitFor();
  await noSidewaysScroll(d.page);
  assert.deepEqual(d.errors, []);
}, { context: PHONE });

browserTest(
  "Dashboard follows the system's theme until the reader chooses the other",
  async (d) => {
    const dark = () =>
      d.page.evaluate(() => getComputedStyle(document.body).backgroundColor === "rgb(9, 9, 11)");
    await d.page.goto(d.origin);
    await d.page.getByRole("button", { name: "Light theme" }).waitFor();
    assert.equal(await dark(), true);
    await d.page.emulateMedia({ colorScheme: "light" });
    await d.page.getByRole("button", { name: "Dark theme" }).waitFor();
    assert.equal(await dark(), false);
    await d.page.getByRole("button", { name: "Dark theme" }).click();
    assert.equal(await dark(), true);
    await d.page.reload();
    await d.page.getByRole("button", { name: "Light theme" }).waitFor();
    assert.equal(await dark(), true, "the choice is remembered");
    await d.page.getByRole("button", { name: "Light theme" }).click();
    assert.equal(await dark(), false);
    const stored = await d.page.evaluate(() => localStorage.getItem("settings"));
    assert.equal(JSON.parse(stored!).theme, "system");
    assert.deepEqual(d.errors, []);
  },
  { context: { colorScheme: "dark" } },
);

import { strict as assert } from "node:assert";
import { TempFolder } from "../support/history.ts";
import { browserTest, startDashboard } from "./browser.ts";
import { momentAt, rememberHour, VALUE } from "./charts.ts";

browserTest(
  "Dashboard asks for the past again when its manager is back, without a reload",
  async (d) => {
    using folder = new TempFolder();
    rememberHour(folder.path);
    const first = await startDashboard({ dataDir: folder.path });
    const { port } = first.addr;
    const asked = () => d.requests.filter((url) => url.includes("by=proxy")).length;
    try {
      await d.page.goto(`http://127.0.0.1:${port}/#/?range=1h&by=stacked`);
      await momentAt(d.page, "Home", VALUE);
      await d.page.evaluate(() => document.body.dataset.loaded = "once");
    } finally {
      await first.stop();
    }
    await d.page.getByText(/Disconnected from the manager .*, trying again/).waitFor();
    await momentAt(d.page, "Home", VALUE);
    const before = asked();
    const next = await startDashboard({ port, dataDir: folder.path });
    try {
      await d.page.waitForRequest((request) => request.url().includes("by=proxy"));
      await momentAt(d.page, "Home", VALUE);
      assert.ok(asked() > before);
      assert.equal(await d.page.evaluate(() => document.body.dataset.loaded), "once");
    } finally {
      await d.page.close();
      await next.stop();
    }
  },
);

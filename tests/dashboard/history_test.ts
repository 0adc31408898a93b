import { strict as assert } from "node:assert";
import { join } from "node:path";
import { RETRY_MS } from "../../manager/history/client.ts";
import { TempFolder } from "../support/history.ts";
import { browserTest, noSidewaysScroll, PHONE, startDashboard } from "./browser.ts";

for (const [device, context] of [["a desktop", undefined], ["a phone", PHONE]] as const) {
  browserTest(`Dashboard tells on ${device} that the history is off, until it is on`, async (d) => {
    using folder = new TempFolder();
    const file = join(folder.path, "history.db");
    Deno.writeFileSync(file, crypto.getRandomValues(new Uint8Array(20_000)));
    let ahead = 0;
    const now = () => Date.now() + ahead;
    const manager = await startDashboard({ dataDir: folder.path, now });
    try {
      await d.page.goto(`http://127.0.0.1:${manager.addr.port}`);
      const notice = d.page.getByText(
        /^History has been off for \d+ s: .+\. Live figures go on\.$/,
      );
      await notice.waitFor();
      await d.reports.send(manager, {});
      await d.page.getByText("edge-1").first().waitFor();
      await noSidewaysScroll(d.page);
      Deno.removeSync(file);
      ahead = RETRY_MS;
      await notice.waitFor({ state: "detached" });
      assert.deepEqual(d.errors, []);
    } finally {
      await d.page.close();
      await manager.stop();
    }
  }, { context });
}

browserTest("Dashboard says nothing of a history that was not asked for", async (d) => {
  await d.page.goto(d.origin);
  await d.page.getByText("No proxy has reported yet.").waitFor();
  assert.equal(await d.page.getByText("History", { exact: false }).count(), 0);
});

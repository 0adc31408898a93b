import { strict as assert } from "node:assert";
import { findChromium, withDashboard } from "./browser.ts";

const CHROMIUM = findChromium();
if (CHROMIUM === undefined) {
  console.log(
    "Forgetting a proxy in a browser is left out: no Chromium found, and CHROMIUM not set",
  );
}

Deno.test({
  name: "Dashboard forgets a proxy that is gone, after a question",
  ignore: CHROMIUM === undefined,
  // Playwright keeps timers and pipes of its own until the process ends.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () =>
    withDashboard(CHROMIUM!, async ({ page, manager, reports, origin, errors }) => {
      await reports.send(manager, {});
      await page.goto(`${origin}/#/proxy/edge-1`);
      await page.getByText("online").first().waitFor();
      const forget = page.getByRole("button", { name: "Forget this proxy" });
      assert.equal(await forget.count(), 0, "not while it is up");

      await reports.send(manager, { state: "stopped" });
      await forget.click();
      const cancel = page.getByRole("button", { name: "Cancel" });
      assert.ok(await cancel.evaluate((button) => document.activeElement === button));
      await cancel.click();
      await forget.click();
      await page.getByText("Forget edge-1 and its totals?").waitFor();
      await page.getByRole("button", { name: "Forget 1 proxy" }).click();
      await page.getByText("No proxy has reported yet. Start one:").waitFor();
      assert.equal(new URL(page.url()).hash, "#/");
      assert.deepEqual(errors, []);
    }),
});

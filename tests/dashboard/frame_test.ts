import { strict as assert } from "node:assert";
import { browserTest, PHONE } from "./browser.ts";

browserTest("Navigation leads to every page by click and by keys", async (d) => {
  await d.page.goto(d.origin);
  const nav = d.page.getByRole("navigation", { name: "Pages" });
  const here = nav.locator('[aria-current="page"]');
  await nav.getByRole("link", { name: "Settings" }).click();
  await d.page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
  assert.equal(await here.innerText(), "Settings");
  await d.page.keyboard.press("g");
  await d.page.keyboard.press("f");
  await d.page.getByRole("heading", { level: 1, name: "Fleet" }).waitFor();
  assert.equal(await here.innerText(), "Fleet");
  const focused = await d.page.evaluate(() => document.activeElement?.tagName);
  assert.equal(focused, "H1", "reading goes on at the heading");
  assert.deepEqual(d.errors, []);
});

browserTest("Help lists the keys, Esc closes it, and the focus goes back", async (d) => {
  await d.page.goto(d.origin);
  const button = d.page.getByRole("button", { name: "Keyboard shortcuts" });
  await button.focus();
  await d.page.keyboard.press("?");
  const dialog = d.page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await dialog.waitFor();
  const text = await dialog.innerText();
  for (const line of [/g\s*f\s*Go to Fleet/, /g\s*s\s*Go to Settings/]) assert.match(text, line);
  // While it is open, keys mean nothing to the page behind it.
  await d.page.keyboard.press("g");
  await d.page.keyboard.press("s");
  await d.page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.ok(await button.evaluate((button) => button === document.activeElement));
  assert.equal(new URL(d.page.url()).hash, "");
  await d.page.keyboard.press("?");
  await dialog.waitFor();
  await d.page.mouse.click(5, 5);
  await dialog.waitFor({ state: "detached" });
  assert.deepEqual(d.errors, []);
});

browserTest("Settings change what is written, at once and for the next visit", async (d) => {
  await d.reports.send(d.manager, { total_bytes_sent: 1_234_567 });
  await d.page.goto(`${d.origin}/#/settings`);
  const example = d.page.getByText("Example:");
  await d.page.getByLabel("Bits a second").check();
  await d.page.getByLabel("Powers of 1,024").check();
  await d.page.getByLabel("Time zone").selectOption("Asia/Tokyo");
  await example.getByText("641 Mibit/s").waitFor();
  await example.getByText("1.15 GiB").waitFor();
  await example.getByText("(Asia/Tokyo)").waitFor();
  await d.page.getByLabel("Compact").check();
  await d.page.reload();
  assert.ok(await d.page.getByLabel("Bits a second").isChecked());
  assert.ok(await d.page.locator("html.compact").count());
  await d.page.goto(`${d.origin}/#/`);
  await d.page.locator("dl").first().getByText("1.18 MiB").waitFor();

  await d.page.goto(`${d.origin}/#/settings`);
  await d.page.getByLabel("Single keys do something").uncheck();
  await d.page.getByRole("heading", { level: 1 }).focus();
  await d.page.keyboard.press("?");
  await d.page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await d.page.getByRole("dialog").getByText("They are turned off").waitFor();
  assert.equal(await d.page.getByRole("dialog").count(), 1);
  assert.deepEqual(d.errors, []);
});

browserTest("Settings hold for the visit where the browser forbids to store them", async (d) => {
  await d.page.addInitScript(() => {
    Object.defineProperty(globalThis, "localStorage", {
      get: () => {
        throw new DOMException("denied", "SecurityError");
      },
    });
  });
  await d.page.goto(`${d.origin}/#/settings`);
  await d.page.getByLabel("Dark", { exact: true }).check();
  await d.page.locator("html.dark").waitFor();
  await d.page.getByLabel("Bits a second").check();
  await d.page.getByText("Example:").getByText("672 Mbit/s").waitFor();
  assert.deepEqual(d.errors, []);
});

browserTest("Window's title tells the live rate, and that there is none", async (d) => {
  const start_time = Date.now() / 1000 - 60;
  const at = (seconds: number, total_bytes_received: number) =>
    d.reports.send(d.manager, {
      sent_at: start_time + 60 + seconds,
      start_time,
      total_bytes_received,
    });
  await at(0, 0);
  await d.page.goto(d.origin);
  await d.page.getByText("edge-1").waitFor();
  await at(5, 420_000_000);
  await d.page.waitForFunction(() => /^↓ [1-9].*B\/s · Fleet – RustProxy$/.test(document.title));
  await d.page.context().setOffline(true);
  await d.manager.stop();
  await d.page.waitForFunction(() => document.title === "Disconnected · Fleet – RustProxy");
});

browserTest("Navigation is a bar at the bottom of a phone", async (d) => {
  await d.page.goto(d.origin);
  const nav = d.page.getByRole("navigation", { name: "Pages" });
  const box = (await nav.boundingBox())!;
  assert.equal(Math.round(box.y + box.height), 844);
  assert.equal(box.width, 390);
  await nav.getByRole("link", { name: "Settings" }).tap();
  await d.page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
  await d.manager.stop();
  const retry = d.page.getByRole("button", { name: "Try now" });
  await retry.waitFor();
  const lost = (await retry.boundingBox())!;
  assert.ok(lost.y + lost.height < box.y, "what is lost is told above the bar");
}, { context: PHONE });

browserTest("Skip link leads a keyboard past the navigation", async (d) => {
  await d.page.goto(d.origin);
  await d.page.getByRole("heading", { level: 1 }).waitFor();
  await d.page.keyboard.press("Tab");
  const skip = d.page.getByRole("button", { name: "Skip to the content" });
  assert.ok(await skip.evaluate((element) => element === document.activeElement));
  assert.ok((await skip.boundingBox())!.width > 50, "it is seen while it has the focus");
  await d.page.keyboard.press("Enter");
  assert.equal(await d.page.evaluate(() => document.activeElement?.id), "main");
});

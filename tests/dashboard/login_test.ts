import { strict as assert } from "node:assert";
import type { Page } from "playwright-core";
import { browserTest, startDashboard } from "./browser.ts";

const ACCOUNTS = { auth: ["ann:correct horse", "viewer=vic:battery staple"] };

async function login(page: Page, user: string, password: string): Promise<void> {
  await page.getByLabel("User name").fill(user);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
}

/** Logs in as soon as the button lets one; for how many seconds the manager has the next one wait. */
async function delayAfter(page: Page, user: string, password: string): Promise<number> {
  await page.locator("button[type=submit]:not([aria-disabled])").waitFor();
  const reply = page.waitForResponse((reply) => reply.url().endsWith("/api/login"));
  const [, answer] = await Promise.all([login(page, user, password), reply]);
  return Number(await answer.headerValue("retry-after") ?? 0);
}

browserTest("Login lets in who has an account, to the page that was asked for", async (d) => {
  await d.page.goto(`${d.origin}/#/settings`);
  await d.page.getByRole("heading", { name: "Log in" }).waitFor();
  assert.equal(await d.page.title(), "Log in – RustProxy");
  assert.equal(await d.page.getByRole("navigation").count(), 0, "nothing is shown before");
  const focused = await d.page.evaluate(() => document.activeElement?.getAttribute("name"));
  assert.equal(focused, "username");
  await login(d.page, "ann", "wrong");
  await d.page.getByRole("alert").getByText("No account has this name").waitFor();
  assert.equal(await d.page.getByLabel("Password").inputValue(), "");
  await d.page.getByLabel("Password").fill("correct horse");
  await d.page.keyboard.press("Enter");
  await d.page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
  await d.page.getByText("live", { exact: true }).waitFor();
  await d.page.getByRole("button", { name: "Logged in as ann · admin" }).waitFor();
  await d.page.reload();
  await d.page.getByRole("button", { name: "Logged in as ann · admin" }).waitFor();
}, { flags: ACCOUNTS });

browserTest("Login counts down where there were too many attempts", async (d) => {
  await d.page.goto(d.origin);
  // Each one beyond the fifth has the next wait twice as long.
  while (await delayAfter(d.page, "ann", "wrong") < 8);
  const tooMany = d.page.locator("form p", { hasText: "Too many wrong attempts." });
  assert.match(
    await tooMany.innerText(),
    /Too many wrong attempts\. The next is looked at in \d+ s\.$/,
  );
  const button = d.page.getByRole("button", { name: "Log in" });
  assert.equal(await button.getAttribute("aria-disabled"), "true");
  await d.page.locator("form p", { hasText: "You may try again now." }).waitFor({
    timeout: 60_000,
  });
  await login(d.page, "ann", "correct horse");
  await d.page.getByRole("heading", { level: 1, name: "Fleet" }).waitFor();
}, { flags: ACCOUNTS });

browserTest("Logout ends the session, and another tab says that it ended", async (d) => {
  await d.page.goto(d.origin);
  await login(d.page, "vic", "battery staple");
  const menu = d.page.getByRole("button", { name: "Logged in as vic · viewer" });
  await menu.waitFor();
  const other = await d.page.context().newPage();
  await other.goto(d.origin);
  await other.getByText("live", { exact: true }).waitFor();

  await menu.click();
  await d.page.keyboard.press("Escape");
  await d.page.getByRole("menuitem").waitFor({ state: "detached" });
  assert.ok(await menu.evaluate((button) => button === document.activeElement));
  await d.page.keyboard.press("Enter");
  await d.page.getByRole("menuitem", { name: "Log out" }).click();
  await d.page.getByText("You are logged out.").waitFor();
  await other.getByText("Your session has ended.").waitFor();
  assert.equal(await other.getByRole("navigation").count(), 0);
  await login(other, "vic", "battery staple");
  await other.getByRole("button", { name: "Logged in as vic · viewer" }).waitFor();
}, { flags: ACCOUNTS });

browserTest("Login says so where the manager does not answer", async (d) => {
  await d.page.goto(d.origin);
  await d.page.getByRole("heading", { name: "Log in" }).waitFor();
  await d.manager.stop();
  await login(d.page, "ann", "correct horse");
  await d.page.getByRole("alert").getByText("The manager cannot be reached.").waitFor();
}, { flags: ACCOUNTS });

for (
  const [version, words] of [
    ["0.0.1", "This manager is too old for the page: it is version 0.0.1"],
    ["99.0.0", "The manager is version 99.0.0 now"],
  ]
) {
  browserTest(`Dashboard says that its manager has become version ${version}`, async (d) => {
    await d.page.goto(d.origin);
    await d.page.getByText("live", { exact: true }).waitFor();
    assert.equal(await d.page.getByText("Load the page anew").count(), 0);
    const { port } = d.manager.addr;
    await d.manager.stop();
    const next = await startDashboard({ port, version });
    try {
      await d.page.getByText(words).waitFor();
      await d.page.getByRole("button", { name: "Load the page anew" }).waitFor();
    } finally {
      await next.stop();
    }
  });
}

import { strict as assert } from "node:assert";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { TempFolder } from "../support/history.ts";
import { browserTest, type Dashboard } from "./browser.ts";

/** A folder with rules by which 100 connections are trouble, and somebody who is told. */
class Rules implements Disposable {
  readonly #folder = new TempFolder();
  readonly heard: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly file = join(this.#folder.path, "alerts.toml");

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async (request) => {
        this.heard.push(await request.text());
        return new Response("ok");
      },
    );
    Deno.writeTextFileSync(
      this.file,
      `default_rules = false
[[rule]]
name = "crowded"
metric = "active_connections"
severity = "critical"
threshold = 100
for = "0s"
description = "More than it was made for"
[[webhook]]
name = "desk"
url = "http://127.0.0.1:${this.#server.addr.port}/secret"
`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}

const rules = new Rules();

const row = (page: Page) => page.getByRole("listitem").filter({ hasText: "crowded" }).first();

async function fire({ reports, manager }: Dashboard): Promise<void> {
  await reports.send(manager, { proxy_id: "edge-1", active_connections: 150 });
}

browserTest("Alerts are acknowledged, silenced and heard of again", async (d) => {
  await d.page.goto(`${d.origin}/#/events`);
  await d.page.getByText("Nothing is wrong.").waitFor();
  await fire(d);
  await row(d.page).getByText("Firing · critical").waitFor({ timeout: 30_000 });
  const nav = d.page.getByRole("navigation", { name: "Pages" });
  await nav.getByText("1 firing").waitFor();

  await row(d.page).getByRole("button", { name: "Acknowledge" }).click();
  await d.page.getByText("Acknowledged.").waitFor();
  await row(d.page).getByText("acknowledged by local").waitFor();

  await row(d.page).getByRole("button", { name: "Silence…" }).click();
  const dialog = d.page.getByRole("dialog", { name: "Silence alerts" });
  await dialog.getByLabel("For").selectOption({ label: "4 h" });
  await dialog.getByLabel("Comment").fill("known");
  await dialog.getByRole("button", { name: "Silence for 4 h" }).click();
  await dialog.waitFor({ state: "detached" });
  await row(d.page).getByText(/silenced for (4 h|3 h) more/).waitFor();
  await d.page.getByText("by local · known").waitFor();

  await d.page.getByRole("button", { name: "End…" }).click();
  const end = d.page.getByRole("dialog", { name: "End this silence" });
  const cancel = end.getByRole("button", { name: "Cancel" });
  assert.ok(await cancel.evaluate((button) => button === document.activeElement));
  await cancel.click();
  await end.waitFor({ state: "detached" });
  await d.page.getByText("by local · known").waitFor();
  await d.page.getByRole("button", { name: "End…" }).click();
  await end.getByRole("button", { name: "End 1 silence" }).click();
  await end.waitFor({ state: "detached" });
  await d.page.getByText("by local · known").waitFor({ state: "detached" });
  assert.deepEqual(d.errors, []);
}, { flags: { alerts: rules.file } });

browserTest("Rules are shown, a webhook is tested, and the audit log has it", async (d) => {
  const before = rules.heard.length;
  await d.page.goto(`${d.origin}/#/events`);
  await d.page.getByRole("tab", { name: "Rules" }).click();
  await d.page.getByText("More than it was made for").waitFor();
  await d.page.getByText("critical · above 100").waitFor();
  const text = await d.page.locator("main").innerText();
  assert.ok(!text.includes("secret"), "of a webhook only the host is told");
  await d.page.getByRole("button", { name: "Send a test" }).click();
  await d.page.getByText(/^desk took the test in /).waitFor();
  assert.equal(rules.heard.length, before + 1);
  await d.page.getByRole("tab", { name: "Audit" }).click();
  await d.page.getByRole("cell", { name: /^test webhook desk$/ }).waitFor();
  assert.match(d.page.url(), /#\/events\?tab=audit$/);
  assert.deepEqual(d.errors, []);
}, { flags: { alerts: rules.file } });

browserTest("A viewer sees alerts and can change nothing", async (d) => {
  await d.page.goto(`${d.origin}/#/events`);
  await d.page.getByLabel("User name").fill("vic");
  await d.page.getByLabel("Password").fill("right");
  await d.page.keyboard.press("Enter");
  await fire(d);
  await row(d.page).getByText("Firing · critical").waitFor({ timeout: 30_000 });
  assert.equal(
    await d.page.getByRole("button", { name: /Acknowledge|Silence|silence/ }).count(),
    0,
  );
  assert.equal(await d.page.getByRole("tab", { name: "Audit" }).count(), 0);
}, { flags: { alerts: rules.file, auth: ["viewer=vic:right"] } });

Deno.test("The rules of these tests are taken away", async () => {
  await rules[Symbol.asyncDispose]();
  rules[Symbol.dispose]();
});

import { strict as assert } from "node:assert";
import type { Page } from "playwright-core";
import { isServed } from "../support/control.ts";
import { eventually } from "../support/eventually.ts";
import { connectTo, echo, startTcp } from "../support/tcp.ts";
import { assertAccessible } from "./accessibility.ts";
import { browserTest, type Dashboard, noSidewaysScroll, PHONE } from "./browser.ts";
import { audited, CONTROL, controlled, dialogOf, startEdge } from "./control_support.ts";

const box = (page: Page, id: string) => page.getByRole("checkbox", { name: `Select ${id}` });
const all = (page: Page) => page.getByRole("checkbox", { name: "Select all that are shown" });
const bar = (page: Page) => page.getByRole("group", { name: "Selected proxies" });

/** Proxies that only report. */
async function report({ reports, manager, origin }: Dashboard, n: number): Promise<void> {
  await eventually(`${n} proxies are known`, async () => {
    for (let i = 1; i <= n; i++) {
      const proxy_type = i % 2 ? "tcp" : "http";
      await reports.send(manager, { proxy_id: `edge-${i}`, proxy_type, interval: 60 });
    }
    return (await (await fetch(`${origin}/api/stats`)).json()).total_proxies === n;
  });
}

async function isMixed(page: Page): Promise<boolean> {
  return await all(page).evaluate((each) => (each as HTMLInputElement).indeterminate);
}

browserTest("Dashboard selects by a click, by Shift, by the space bar, and all", async (d) => {
  await report(d, 6);
  await d.page.goto(d.origin);
  await box(d.page, "edge-6").waitFor();
  assert.equal(await bar(d.page).count(), 0);
  await box(d.page, "edge-2").click();
  await bar(d.page).getByText("1 proxy selected").waitFor();
  assert.ok(await isMixed(d.page));
  await box(d.page, "edge-5").click({ modifiers: ["Shift"] });
  await bar(d.page).getByText("4 proxies selected").waitFor();
  assert.ok(await box(d.page, "edge-4").isChecked());
  assert.ok(!await box(d.page, "edge-6").isChecked());
  await assertAccessible(d.page, "a selection");
  assert.match(d.page.url(), /\/#?\/?$/, "no proxy was opened");

  await d.page.locator("tbody tr[data-index='5']").focus();
  await d.page.keyboard.press("Space");
  await bar(d.page).getByText("5 proxies selected").waitFor();
  await d.page.keyboard.press("ArrowUp");
  await d.page.keyboard.press("ArrowUp");
  await d.page.keyboard.press("Shift+Space");
  await bar(d.page).getByText("2 proxies selected").waitFor();

  await all(d.page).click();
  await bar(d.page).getByText("6 proxies selected").waitFor();
  assert.ok(await all(d.page).isChecked() && !await isMixed(d.page));
  await d.page.getByLabel("Filter proxies").fill("http");
  await bar(d.page).getByText("6 proxies selected, 3 of them not shown").waitFor();
  await all(d.page).click();
  await bar(d.page).getByText("3 proxies selected, 3 of them not shown").waitFor();
  await d.page.getByLabel("Filter proxies").fill("");
  assert.ok(await isMixed(d.page));

  await d.page.getByLabel("Group by").selectOption("mode");
  const group = d.page.getByRole("checkbox", { name: "Select all of http" });
  await group.click();
  await bar(d.page).getByText("6 proxies selected").waitFor();
  await bar(d.page).getByRole("button", { name: "Clear selection" }).click();
  await bar(d.page).waitFor({ state: "detached" });
  assert.ok(!await group.isChecked());
  assert.deepEqual(d.errors, []);
}, CONTROL);

for (const [device, context] of [["a desktop", undefined], ["a phone", PHONE]] as const) {
  browserTest(`Dashboard gives one order to a selection on ${device}`, async (d) => {
    await using target = startTcp(echo);
    const flags = { target: target.address };
    await using one = startEdge(d, "tcp", "edge-1", flags);
    await using two = startEdge(d, "tcp", "edge-2", flags);
    await using three = startEdge(d, "tcp", "edge-3", flags);
    await using _deaf = startEdge(d, "tcp", "edge-4", flags, false);
    await controlled(d, "edge-1", "edge-2", "edge-3");
    await d.page.goto(d.origin);
    await d.page.getByText("4 · rates over the last report interval").waitFor();
    // On a phone the last ones are not drawn before one comes near them.
    await d.page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await d.page.getByText("edge-4").first().waitFor();
    const onPhone = context !== undefined;
    if (onPhone) await d.page.getByRole("button", { name: "Select", exact: true }).click();
    for (const id of ["edge-1", "edge-2", "edge-4"]) await box(d.page, id).click();
    await bar(d.page).getByText("3 proxies selected").waitFor();
    await noSidewaysScroll(d.page);
    const choose = async (item: string) => {
      await bar(d.page).getByRole("button", { name: "Actions for the selected proxies" }).click();
      await d.page.getByRole("menu").getByText("2 of 3 proxies").waitFor();
      await d.page.getByRole("menuitem", { name: item, exact: true }).click();
    };
    await choose("Drain…");
    const dialog = dialogOf(d.page, "Drain");
    await dialog.getByText("1 other one of the selection cannot be told so.").waitFor();
    await assertAccessible(d.page, "an order to a selection");
    await dialog.getByRole("button", { name: "Drain 2 proxies" }).click();
    await dialog.getByText("Done by 2 of 2 proxies.").waitFor();
    await assertAccessible(d.page, "what became of it");
    await noSidewaysScroll(d.page);
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await dialog.waitFor({ state: "detached" });
    for (const { port } of [one, two]) {
      await assert.rejects(connectTo(port), Deno.errors.ConnectionRefused);
    }
    assert.ok(await isServed(three.port));

    await choose("Resume…");
    const resume = dialogOf(d.page, "Resume");
    await resume.getByRole("button", { name: "Resume 2 proxies" }).click();
    await resume.getByText("Done by 2 of 2 proxies.").waitFor();
    await resume.getByRole("button", { name: "Close" }).last().click();
    assert.ok(await isServed(one.port) && await isServed(two.port));

    await choose("Change limits…");
    const limits = dialogOf(d.page, "Change limits");
    await limits.getByLabel("Connections at a time", { exact: true }).fill("9");
    await limits.getByRole("checkbox", { name: "No limit" }).last().check();
    await limits.getByRole("button", { name: "Set 2 limits of 2 proxies" }).click();
    await limits.getByText("Done by 2 of 2 proxies.").waitFor();
    assert.deepEqual((await audited(d)).sort(), [
      ...["drain edge-1 done", "drain edge-2 done", "resume edge-1 done", "resume edge-2 done"],
      ...["set_limits edge-1 done", "set_limits edge-2 done"],
    ]);
    assert.deepEqual(d.errors, []);
  }, { ...CONTROL, context });
}

import { strict as assert } from "node:assert";
import type { Page } from "playwright-core";
import { eventually } from "../support/eventually.ts";
import { browserTest, type Dashboard, noSidewaysScroll, PHONE } from "./browser.ts";

const MODES = ["http", "socks5", "tcp"];

/** So many datagrams at a time arrive on a busy machine too, and what does not is sent again. */
const BURST = 50;

/** As many proxies report; each has moved more than those before it. */
async function simulate({ reports, manager, origin }: Dashboard, count: number): Promise<void> {
  for (let from = 0; from < count; from += BURST) {
    const end = Math.min(count, from + BURST);
    await eventually(`the manager knows ${end} proxies`, async () => {
      for (let i = from; i < end; i++) await reports.send(manager, reportOf(i));
      const reply = await fetch(`${origin}/api/stats`);
      return (await reply.json()).total_proxies >= end;
    });
  }
}

function reportOf(i: number) {
  return {
    ...{ proxy_id: `edge-${i}`, host: `host-${i % 5}`, proxy_type: MODES[i % 3], seq: 0 },
    ...{ active_connections: i, total_bytes_sent: 1e6 * i, total_bytes_received: 2e6 * i },
    ...{ version: i === 7 ? "0.0.9" : "0.1.0", interval: 60 },
  };
}

const names = (page: Page) => page.locator("tbody tr[data-index] td:first-child").allInnerTexts();

/** Waits until the first rows are these. */
async function firstAre(page: Page, expected: string[]): Promise<void> {
  await page.waitForFunction((expected) => {
    const cells = document.querySelectorAll<HTMLElement>("tbody tr[data-index] td:first-child");
    return JSON.stringify([...cells].slice(0, expected.length).map((c) => c.innerText.trim())) ===
      JSON.stringify(expected);
  }, expected);
}

browserTest("Dashboard shows 500 proxies, draws those in sight, and sorts them all", async (d) => {
  await d.page.goto(d.origin);
  await simulate(d, 500);
  await d.page.getByText("500 · rates over the last report interval").waitFor();
  await firstAre(d.page, ["edge-0", "edge-1", "edge-2"]);
  const drawn = (await names(d.page)).length;
  assert.ok(drawn < 60, `${drawn} rows are drawn of 500`);
  assert.equal(
    await d.page.getByRole("table", { name: "Proxies" }).getAttribute("aria-rowcount"),
    "501",
  );
  const active = d.page.getByRole("button", { name: "Active", exact: true });
  await active.click();
  await firstAre(d.page, ["edge-499", "edge-498"]);
  assert.match(d.page.url(), /sort=-active/);
  await active.click();
  await firstAre(d.page, ["edge-0", "edge-1"]);
  await d.page.getByRole("button", { name: "Proxy", exact: true }).click();
  await firstAre(d.page, ["edge-499", "edge-498"]);
  await d.page.getByRole("button", { name: "Proxy", exact: true }).click();
  await firstAre(d.page, ["edge-0", "edge-1"]);
  await d.page.getByRole("button", { name: "Proxy", exact: true }).click();
  assert.doesNotMatch(d.page.url(), /sort/);
  // The keyboard leads to what is not drawn yet.
  await d.page.locator("tbody tr[data-index='0']").focus();
  await d.page.keyboard.press("End");
  await d.page.locator("tbody tr[data-index='499']:focus").waitFor();
  await d.page.keyboard.press("Enter");
  await d.page.getByRole("heading", { name: "edge-499" }).waitFor();
  assert.deepEqual(d.errors, []);
});

browserTest(
  "Dashboard searches, groups and chooses columns, and a shared address shows the same",
  async (d) => {
    await simulate(d, 30);
    await d.page.goto(d.origin);
    await d.page.getByText("30 · rates over the last report interval").waitFor();
    await d.page.keyboard.press("/");
    await d.page.keyboard.type("SOCKS5 host-1");
    await d.page.getByText("2 of 30 match").waitFor();
    await firstAre(d.page, ["edge-1", "edge-16"]);
    assert.equal(await d.page.locator("tbody mark").first().innerText(), "socks5");
    await d.page.getByLabel("Filter proxies").fill("nothing like it");
    await d.page.getByText("No proxy matches.").waitFor();
    await d.page.getByRole("button", { name: "Clear filter" }).click();
    await d.page.getByLabel("Group by").selectOption("mode");
    const group = d.page.getByRole("row", { name: /socks5 10/ });
    await group.waitFor();
    const sum = Array.from({ length: 10 }, (_, i) => 3 * i + 1).reduce((a, b) => a + b);
    assert.ok(
      (await group.innerText()).split(/\s+/).includes(String(sum)),
      "the sum of the active",
    );
    await group.getByRole("button", { name: "socks5" }).click();
    await d.page.getByText("edge-1", { exact: true }).waitFor({ state: "detached" });

    await d.page.getByRole("button", { name: "Columns" }).click();
    await d.page.getByRole("menuitemcheckbox", { name: "Version" }).click();
    await d.page.getByRole("menuitemcheckbox", { name: "Failed" }).click();
    await d.page.keyboard.press("Escape");
    const heads = async (page: Page) =>
      (await page.locator("thead th").allInnerTexts()).map((text) => text.trim());
    assert.ok((await heads(d.page)).some((text) => text.startsWith("Version")));
    assert.ok(!(await heads(d.page)).some((text) => text.startsWith("Failed")));
    await d.page.reload();
    await d.page.getByRole("row", { name: /socks5 10/ }).waitFor();
    assert.ok((await heads(d.page)).some((text) => text.startsWith("Version")), "remembered");
    assert.match(d.page.url(), /group=mode/);
    assert.deepEqual(d.errors, []);
  },
);

browserTest("Dashboard keeps the proxies in place under the pointer", async (d) => {
  await simulate(d, 3);
  await d.page.goto(`${d.origin}/#/?sort=-active`);
  await firstAre(d.page, ["edge-2", "edge-1", "edge-0"]);
  await d.page.locator("tbody tr").first().hover();
  await d.reports.send(d.manager, { proxy_id: "edge-0", active_connections: 900, seq: 9 });
  await d.page.locator("tbody tr", { hasText: "900" }).waitFor();
  assert.deepEqual(await names(d.page), ["edge-2", "edge-1", "edge-0"]);
  await d.page.mouse.move(5, 5);
  await firstAre(d.page, ["edge-0", "edge-2", "edge-1"]);
  assert.deepEqual(d.errors, []);
});

browserTest("Dashboard searches, sorts and groups the cards of a phone", async (d) => {
  await simulate(d, 120);
  await d.page.goto(`${d.origin}/#/?sort=-active`);
  const cards = d.page.getByRole("list", { name: "Proxies" }).locator("li[data-index]");
  await cards.first().getByText("edge-119").waitFor();
  assert.ok(await cards.count() < 60);
  await d.page.getByLabel("Sort by").selectOption("active");
  await cards.first().getByText("edge-0", { exact: true }).waitFor();
  await d.page.getByLabel("Filter proxies").fill("host-3 tcp");
  await d.page.getByText("8 of 120 match").waitFor();
  await d.page.getByLabel("Group by").selectOption("host");
  await cards.first().getByText("host-3").waitFor();
  await noSidewaysScroll(d.page);
  assert.deepEqual(d.errors, []);
}, { context: PHONE });

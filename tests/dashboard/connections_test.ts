import { strict as assert } from "node:assert";
import { eventually } from "../support/eventually.ts";
import { browserTest, noSidewaysScroll } from "./browser.ts";
import {
  began,
  columnOf,
  IMAGE,
  openConnections,
  report,
  rowsOf,
  SCRIPT,
} from "./connections_support.ts";

browserTest("Connections shows all of the fleet, by tabs with counts", async (d) => {
  await report(d);
  await openConnections(d);
  const clients = await columnOf(d.page, "Client");
  assert.deepEqual(clients.map((text) => text.replace(/^\w+\s+/, "")), [
    ...["10.0.0.1:50000", "10.0.0.2:50000", "10.0.0.1:50000", "[2001:db8::1]:50000"],
  ]);
  assert.deepEqual(await columnOf(d.page, "Proxy"), ["edge-1", "edge-1", "edge-1", "edge-2"]);
  assert.deepEqual(await columnOf(d.page, "Protocol"), ["http", "http", "http", "socks5"]);
  assert.equal(await d.page.locator("table").getAttribute("aria-rowcount"), "5");
  const tabs = await d.page.getByRole("tab").allInnerTexts();
  assert.deepEqual(tabs.map((text) => text.replace(/\s+/g, " ")), [
    "Active 4",
    "Closed 1",
    "Denied 1",
  ]);

  await d.page.getByRole("tab", { name: /Closed/ }).click();
  await d.page.getByText("gone.example:1").waitFor();
  assert.deepEqual(await columnOf(d.page, "Reason"), ["connect refused"]);
  await d.page.keyboard.press("ArrowRight");
  await d.page.getByText("client denied").waitFor();
  assert.match(d.page.url(), /show=denied/);
  await d.page.reload();
  await d.page.getByText("client denied").waitFor();
  assert.equal(await rowsOf(d.page).count(), 1);
  assert.deepEqual(d.errors, []);
});

browserTest(
  "Connections follows what happens, with rates both ways that end at zero",
  async (d) => {
    const at = (
      bytes: number,
    ) => [began(100, { id: 1, bytes_sent: bytes, bytes_received: 2 * bytes })];
    await d.reports.send(d.manager, { interval: 1 }, at(1000));
    await openConnections(d);
    assert.match(
      (await rowsOf(d.page).first().innerText()).replace(/\s+/g, " "),
      /http – – 2\.00 kB/,
    );
    await eventually("its rate is known", async () => {
      await d.reports.send(d.manager, { interval: 1 }, at(Math.round(1000 * (Date.now() % 1e6))));
      const [rate] = await columnOf(d.page, "Receive rate");
      return /[1-9].*B\/s/.test(rate);
    });
    await eventually("it stands still", async () => {
      const [rate] = await columnOf(d.page, "Receive rate");
      return /^0\s+B\/s$/.test(rate);
    });
  },
);

browserTest("Connections finds by words and by expressions, and marks what it found", async (d) => {
  await report(d);
  await openConnections(d);
  await d.page.keyboard.press("/");
  await d.page.keyboard.type("GIT 443");
  await d.page.getByText("2 of 4 match").waitFor();
  assert.deepEqual(await columnOf(d.page, "Target"), ["github.com:443", "gitlab.com:443"]);
  const marked = await d.page.locator("tbody tr").first().locator("mark").allInnerTexts();
  assert.deepEqual(marked, ["git", "443"]);
  await d.page.keyboard.press("Escape");
  await d.page.getByText("4 connections").waitFor();

  await d.page.getByRole("button", { name: "Regular expression" }).click();
  await d.page.getByLabel("Filter connections").fill("^git(hub|lab)\\.");
  await d.page.getByText("2 of 4 match").waitFor();
  assert.deepEqual(await d.page.locator("mark").allInnerTexts(), ["github.", "gitlab."]);
  await d.page.getByLabel("Filter connections").fill("^git(hub");
  await d.page.getByText("The expression has a ( that is not closed.").waitFor();
  assert.equal(await rowsOf(d.page).count(), 2, "the last good one holds");
  await d.page.getByLabel("Filter connections").fill("(a+)+$");
  await d.page.getByText("No connection matches.").waitFor();
  await d.page.getByRole("button", { name: "Clear filters" }).click();
  await d.page.getByText("4 connections").waitFor();
  assert.deepEqual(d.errors, []);
});

browserTest("Connections filters by a click on a value, and lets go of it", async (d) => {
  await report(d);
  await openConnections(d);
  await rowsOf(d.page).first().getByRole("button", { name: "10.0.0.1:50000", exact: true }).click();
  await d.page.getByText("2 connections").waitFor();
  await d.page.getByRole("button", { name: "alice" }).click();
  await d.page.getByText("1 connection", { exact: true }).waitFor();
  assert.deepEqual(await columnOf(d.page, "Target"), ["example.org:80"]);
  await d.page.reload();
  await d.page.getByText("1 connection", { exact: true }).waitFor();
  await d.page.getByRole("button", { name: "Remove the filter Client: 10.0.0.1" }).click();
  await d.page.getByRole("button", { name: "Remove the filter User: alice" }).click();
  await d.page.getByText("4 connections").waitFor();
  assert.doesNotMatch(d.page.url(), /is\./);
});

browserTest("Connections sorts down, up and not at all, and groups with sums", async (d) => {
  await report(d);
  await openConnections(d);
  const head = d.page.locator("thead").getByRole("button", { name: "Received" });
  const received = async () => (await columnOf(d.page, "Received")).map((t) => parseFloat(t));
  await head.click();
  await eventually("descending", async () => (await received())[0] === 9);
  assert.equal(await d.page.locator('th[aria-sort="descending"]').count(), 1);
  await head.click();
  await eventually("ascending", async () => (await received()).at(-1) === 9);
  assert.match(d.page.url(), /sort=bytes_received/);
  await head.click();
  await eventually("as it was", async () => (await received())[1] === 9);
  assert.equal(await d.page.locator("th[aria-sort]").count(), 0);

  await d.page.getByLabel("Group by").selectOption("client");
  await d.page.getByText("in 3 groups").waitFor();
  const groups = await rowsOf(d.page).allInnerTexts();
  assert.match(groups[0].replace(/\s+/g, " "), /10\.0\.0\.1 2 .*3\.20 kB/);
  await rowsOf(d.page).first().click();
  await eventually("its rows show", async () => await rowsOf(d.page).count() === 5);
  assert.match(await rowsOf(d.page).nth(1).innerText(), /github\.com/);
  await rowsOf(d.page).first().press("Enter");
  await eventually("they are hidden", async () => await rowsOf(d.page).count() === 3);
  assert.match(d.page.url(), /group=client/);
});

browserTest("Connections stands still while paused, and counts what comes", async (d) => {
  await report(d);
  await openConnections(d);
  await d.page.keyboard.press("p");
  const button = d.page.getByRole("button", { name: /Resume/ });
  await button.waitFor();
  await d.reports.send(d.manager, { proxy_id: "edge-1" }, [
    began(1, { id: 8, target: "late.example:1" }),
    began(1, { id: 9, target: "late.example:2" }),
    began(10, { id: 1, client_ip: "10.0.0.1", target: "github.com:443", bytes_received: 99_000 }),
  ]);
  await button.getByText("2 new").waitFor();
  assert.equal(await rowsOf(d.page).count(), 4);
  assert.match(await rowsOf(d.page).first().innerText(), /3\.00\skB/);
  await button.click();
  await d.page.getByText("late.example:2").waitFor();
  assert.equal(await rowsOf(d.page).count(), 6);
  await d.page.getByText(/99\.0\skB/).waitFor();
});

browserTest(
  "Connections keeps its rows in place under the pointer, also those that end",
  async (d) => {
    await report(d);
    await openConnections(d);
    const targets = () => columnOf(d.page, "Target");
    const before = await targets();
    await rowsOf(d.page).nth(1).hover();
    await d.reports.send(d.manager, { proxy_id: "edge-1" }, [
      began(0, { id: 7, target: "next.example:1" }),
      began(20, { id: 2, client_ip: "10.0.0.2", target: "gitlab.com:443", state: "closed" }),
    ]);
    await d.page.getByText("next.example:1").waitFor();
    assert.deepEqual(await targets(), [...before, "next.example:1"]);
    await d.page.mouse.move(5, 5);
    await eventually(
      "the order is true again",
      async () => (await targets())[0] === "next.example:1",
    );
    assert.ok(!(await targets()).includes("gitlab.com:443"));
  },
);

browserTest(
  "Connections shows hostile names as text, marked, grouped, chosen and in the details",
  async (d) => {
    const target = `\u202E${SCRIPT}😀`;
    await d.reports.send(d.manager, { proxy_id: "edge-1", proxy_type: "<b>" }, [
      began(1, { target, user: IMAGE, client_ip: "<i>x</i>" }),
      began(2, { id: 2, target: "y".repeat(300), user: "__proto__" }),
    ]);
    await openConnections(d, "?q=script");
    const shown = `‹U+202E›${SCRIPT}😀`;
    assert.deepEqual(await columnOf(d.page, "Target"), [shown]);
    assert.deepEqual(await d.page.locator("mark").allInnerTexts(), ["script", "script"]);
    await d.page.getByRole("button", { name: IMAGE }).click();
    await d.page.getByRole("button", { name: `Remove the filter User: ${IMAGE}` }).waitFor();
    await d.page.getByLabel("Group by").selectOption("target");
    await d.page.getByText("in 1 group").waitFor();
    assert.match(await rowsOf(d.page).first().innerText(), /‹U\+202E›<script>/);
    await d.page.getByLabel("Group by").selectOption("");
    await rowsOf(d.page).first().press("Enter");
    const dialog = d.page.getByRole("dialog");
    await dialog.getByText(shown).waitFor();
    await dialog.getByText(IMAGE, { exact: true }).waitFor();
    await noSidewaysScroll(d.page);
    assert.equal(await d.page.locator("#app :is(script, b, i, img[src=x])").count(), 0);
    await d.page.keyboard.press("Escape");
    await d.page.goto(`${d.origin}/#/connections?is.target=${"y".repeat(300)}`);
    await d.page.getByText("1 connection", { exact: true }).waitFor();
    await noSidewaysScroll(d.page);
    assert.deepEqual(d.errors, []);
  },
);

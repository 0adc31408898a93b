import { strict as assert } from "node:assert";
import { isServed } from "../support/control.ts";
import { eventually } from "../support/eventually.ts";
import { connectTo, echo, startTcp } from "../support/tcp.ts";
import { assertAccessible } from "./accessibility.ts";
import { browserTest, noSidewaysScroll, PHONE } from "./browser.ts";
import {
  audited,
  choose,
  CONTROL,
  controlled,
  dialogOf,
  startEdge,
  told,
} from "./control_support.ts";

browserTest("Dashboard drains, resumes and pauses a proxy from its row", async (d) => {
  await using target = startTcp(echo);
  await using edge = startEdge(d, "tcp", "edge-1", { target: target.address });
  await controlled(d, "edge-1");
  await d.page.goto(d.origin);
  const row = d.page.getByRole("row", { name: /edge-1/ });
  await row.waitFor();

  await choose(d.page, "edge-1", "Drain…");
  const drain = dialogOf(d.page, "Drain: edge-1");
  const cancel = drain.getByRole("button", { name: "Cancel" });
  assert.ok(await cancel.evaluate((button) => button === document.activeElement));
  await assertAccessible(d.page, "drain");
  await cancel.click();
  await drain.waitFor({ state: "detached" });
  assert.ok(await isServed(edge.port), "nothing was done");

  await choose(d.page, "edge-1", "Drain…");
  await drain.getByRole("button", { name: "Drain 1 proxy" }).click();
  await told(d.page, "edge-1: drains: it does not listen, and what runs may finish");
  await assert.rejects(connectTo(edge.port), Deno.errors.ConnectionRefused);
  await row.getByText("draining").waitFor();

  await choose(d.page, "edge-1", "Resume");
  await told(d.page, "edge-1: listens");
  assert.ok(await isServed(edge.port));
  await row.getByText("online").waitFor();

  await choose(d.page, "edge-1", "Pause accepting…");
  await dialogOf(d.page, "Pause accepting: edge-1").getByRole("button", { name: "Pause 1 proxy" })
    .click();
  await told(d.page, "edge-1: takes no connection; those that come wait");
  const waits = isServed(edge.port);
  await choose(d.page, "edge-1", "Resume accepting");
  await told(d.page, "edge-1: takes connections");
  assert.ok(await waits, "who waited is served");
  assert.deepEqual(await audited(d), [
    ...["drain edge-1 done", "resume edge-1 done"],
    ...["pause_accepting edge-1 done", "resume_accepting edge-1 done"],
  ]);
  assert.deepEqual(d.errors, []);
}, CONTROL);

browserTest("Dashboard says why a proxy takes no orders", async (d) => {
  await using _ = startEdge(d, "http", "deaf", {}, false);
  await d.page.goto(d.origin);
  await d.page.getByRole("button", { name: "Actions for deaf" }).click();
  const menu = d.page.getByRole("menu", { name: "Actions for deaf" });
  await menu.getByText("It takes no orders: started without --control").waitFor();
  const items = menu.getByRole("menuitem");
  assert.equal(await items.count(), 11);
  for (const item of await items.all()) {
    assert.equal(await item.getAttribute("aria-disabled"), "true");
  }
  await assertAccessible(d.page, "a menu of what cannot be told");
  await d.page.keyboard.press("Enter");
  assert.equal(await d.page.getByRole("dialog").count(), 0);
  assert.deepEqual(d.errors, []);
}, CONTROL);

browserTest("Dashboard says that a manager without a key gives no orders", async (d) => {
  await using _ = startEdge(d, "http", "edge-1", {}, false);
  await d.page.goto(`${d.origin}/#/proxy/edge-1`);
  await d.page.getByRole("button", { name: "Actions for edge-1" }).click();
  await d.page.getByText("This manager gives no orders").waitFor();
  assert.deepEqual(d.errors, []);
});

browserTest("Dashboard shows a viewer nothing that would change anything", async (d) => {
  await using _ = startEdge(d, "http", "edge-1", {});
  await d.page.goto(d.origin);
  await d.page.getByLabel("User name").fill("vic");
  await d.page.getByLabel("Password").fill("right");
  await d.page.keyboard.press("Enter");
  await d.page.getByRole("row", { name: /edge-1/ }).waitFor();
  assert.equal(await d.page.getByRole("button", { name: /^Actions/ }).count(), 0);
  assert.equal(await d.page.getByRole("checkbox").count(), 0);
  await d.page.getByRole("link", { name: "edge-1" }).click();
  await d.page.getByRole("heading", { name: "edge-1" }).waitFor();
  assert.equal(await d.page.getByRole("button", { name: /^Actions/ }).count(), 0);
  assert.deepEqual(d.errors, []);
}, { flags: { ...CONTROL.flags, auth: ["viewer=vic:right"] } });

browserTest("Dashboard tells the failure of an order, and tries it again", async (d) => {
  await using _ = startEdge(d, "http", "edge-1");
  await controlled(d, "edge-1");
  await d.page.goto(`${d.origin}/#/proxy/edge-1`);
  await choose(d.page, "edge-1", "Reload configuration");
  const dialog = dialogOf(d.page, "Reload configuration");
  await dialog.getByText("Done by 0 of 1 proxy.").waitFor();
  await dialog.getByText("failed").waitFor();
  await dialog.getByText("there is no file to read again").waitFor();
  await assertAccessible(d.page, "outcomes");
  await dialog.getByRole("button", { name: "Try 1 proxy again" }).click();
  await eventually("it was tried twice", async () => (await audited(d)).length === 2);
  assert.deepEqual(await audited(d), ["reload edge-1 failed", "reload edge-1 failed"]);
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await dialog.waitFor({ state: "detached" });
  assert.deepEqual(d.errors, []);
}, CONTROL);

browserTest("Dashboard gives orders from a card of a phone", async (d) => {
  await using target = startTcp(echo);
  await using edge = startEdge(d, "tcp", "edge-1", { target: target.address });
  await controlled(d, "edge-1");
  await d.page.goto(d.origin);
  await choose(d.page, "edge-1", "Drain…");
  await assertAccessible(d.page, "drain on a phone");
  await noSidewaysScroll(d.page);
  await d.page.getByRole("button", { name: "Drain 1 proxy" }).click();
  await told(d.page, /^edge-1: drains/);
  await assert.rejects(connectTo(edge.port), Deno.errors.ConnectionRefused);
  assert.match(d.page.url(), /#\/$|\/$/, "the card was not opened");
  assert.deepEqual(d.errors, []);
}, { ...CONTROL, context: PHONE });

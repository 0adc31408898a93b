import { strict as assert } from "node:assert";
import { echo, startTcp } from "../support/tcp.ts";
import { browserTest } from "./browser.ts";
import { openVia, startFront } from "./clients.ts";
import { openConnections, rowsOf } from "./connections_support.ts";
import { CONTROL, controlled, dialogOf } from "./control_support.ts";

browserTest("A viewer is offered nothing that closes or blocks", async (d) => {
  await using server = startTcp(echo);
  await using proxy = startFront(d, "edge-1");
  using _conn = await openVia(proxy, { port: server.port });
  await d.page.goto(`${d.origin}/#/connections`);
  await d.page.getByLabel("User name").fill("vic");
  await d.page.getByLabel("Password").fill("right");
  await d.page.keyboard.press("Enter");
  await rowsOf(d.page).first().waitFor();
  assert.equal(await d.page.getByRole("checkbox").count(), 0);
  assert.equal(await d.page.getByRole("button", { name: /Actions for|Close|Block/ }).count(), 0);
  await rowsOf(d.page).first().press("Enter");
  const drawer = d.page.getByRole("dialog", { name: "Connection of" });
  await drawer.getByText("Only those with the same").waitFor();
  assert.equal(await drawer.getByText("Actions").count(), 0);
  assert.equal(await drawer.getByRole("button", { name: /Close .|Block/ }).count(), 0);
  assert.deepEqual(d.errors, []);
}, { flags: { ...CONTROL.flags, auth: ["viewer=vic:right"] } });

browserTest("A proxy without --control says why its connections cannot be closed", async (d) => {
  await using server = startTcp(echo);
  await using free = startFront(d, "free", {}, false);
  using _conn = await openVia(free, { port: server.port });
  await openConnections(d);
  const menu = d.page.getByRole("button", { name: "Actions for 10.0.0.1:1" });
  const items = d.page.getByRole("menuitem");
  const close = d.page.getByRole("button", { name: "Close matching…" });
  const none = "No proxy takes orders now: those do that are started with --control";
  const own = "It takes no orders: started without --control, or not connected now";
  await menu.click();
  await items.first().waitFor();
  assert.equal(await items.count(), 4);
  for (const item of await items.all()) {
    assert.equal(await item.getAttribute("aria-disabled"), "true");
  }
  await items.filter({ hasText: "Close this connection…" }).getByText(own).waitFor();
  await items.filter({ hasText: "Block this client…" }).getByText(none).waitFor();
  await d.page.keyboard.press("Escape");
  assert.equal(await close.getAttribute("title"), none);
  await close.press("Enter");
  assert.equal(await d.page.getByRole("dialog").count(), 0);

  await using _edge = startFront(d, "edge-1");
  await controlled(d, "edge-1");
  await d.page.locator('button:has-text("Close matching…"):not([aria-disabled])').waitFor();
  await menu.click();
  await items.first().waitFor();
  assert.equal(await items.and(d.page.locator("[aria-disabled]")).count(), 1);
  await items.filter({ hasText: "Close all of this client…" }).click();
  const dialog = dialogOf(d.page, "Close connections");
  await dialog.getByText("0 connections match").waitFor();
  await dialog.getByText("1 other takes no orders: theirs stay open.").waitFor();
  assert.deepEqual(d.errors, []);
}, CONTROL);

browserTest("A manager without a key says that it gives no orders", async (d) => {
  await using server = startTcp(echo);
  await using free = startFront(d, "free", {}, false);
  using _conn = await openVia(free, { port: server.port });
  await openConnections(d);
  const off = "This manager gives no orders: it was started without --control-key";
  await d.page.locator(`button[title="${off}"]`, { hasText: "Close matching…" }).waitFor();
  await d.page.getByRole("button", { name: "Actions for 10.0.0.1:1" }).click();
  await d.page.getByRole("menuitem", { name: /Close this connection/ }).getByText(off).waitFor();
  assert.deepEqual(d.errors, []);
});

import { strict as assert } from "node:assert";
import { echoes, ends } from "../support/control.ts";
import { echo, startTcp } from "../support/tcp.ts";
import { browserTest } from "./browser.ts";
import { openConnections, rowsOf } from "./connections_support.ts";
import { focused, openVia, startFront } from "./clients.ts";
import { CONTROL, controlled, dialogOf, told } from "./control_support.ts";

browserTest("A connection's details close it and no other, after a question", async (d) => {
  await using server = startTcp(echo);
  const { port } = server;
  await using proxy = startFront(d, "edge-1");
  using one = await openVia(proxy, { ip: "10.0.0.1", port });
  using other = await openVia(proxy, { ip: "10.0.0.2", port });
  await controlled(d, "edge-1");
  await openConnections(d);
  await rowsOf(d.page).filter({ hasText: "10.0.0.1" }).press("Enter");
  const drawer = d.page.getByRole("dialog", { name: "Connection of" });
  await drawer.getByRole("button", { name: "Close this connection…" }).click();
  const dialog = dialogOf(d.page, "Close this connection");
  await dialog.getByText(/^Of 10\.0\.0\.1:1 to 127\.0\.0\.1:\d+, through edge-1\.$/).waitFor();
  assert.equal(await focused(d.page), "Cancel");
  await d.page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  await echoes(one);

  await drawer.getByRole("button", { name: "Close this connection…" }).click();
  await dialog.getByRole("button", { name: "Close 1 connection" }).click();
  await ends(one);
  await told(d.page, "edge-1: 1 connection closed");
  await drawer.getByText("closed by operator").waitFor();
  await echoes(other);
  await d.page.keyboard.press("Escape");
  await drawer.waitFor({ state: "detached" });
  assert.deepEqual(d.errors, []);
}, CONTROL);

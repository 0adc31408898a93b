import { strict as assert } from "node:assert";
import { echoes, ends } from "../support/control.ts";
import { echo, startTcp } from "../support/tcp.ts";
import { browserTest } from "./browser.ts";
import { focused, openVia, startFront } from "./clients.ts";
import { openConnections, rowsOf } from "./connections_support.ts";
import { audited, CONTROL, controlled, dialogOf, told } from "./control_support.ts";

browserTest("A client is blocked from its connection, everywhere or at one proxy", async (d) => {
  await using server = startTcp(echo);
  const { port } = server;
  await using one = startFront(d, "edge-1");
  await using two = startFront(d, "edge-2");
  const bad = [
    await openVia(one, { ip: "10.0.0.1", port }),
    await openVia(two, { ip: "10.0.0.1", port }),
  ];
  using good = await openVia(one, { ip: "10.0.0.2", port });
  await controlled(d, "edge-1", "edge-2");
  await openConnections(d, "?sort=client");
  const menu = d.page.getByRole("button", { name: "Actions for 10.0.0.1:1" }).first();
  await menu.click();
  await d.page.getByRole("menuitem", { name: "Block this client…" }).click();
  const dialog = dialogOf(d.page, "Block a client");
  await dialog.getByText("2 connections that it has are closed at once.").waitFor();
  assert.equal(await focused(d.page), "Cancel");
  await dialog.getByLabel("For", { exact: true }).selectOption({ label: "10 min" });
  await dialog.getByRole("button", { name: "Block 10.0.0.1 for 10 min" }).waitFor();
  for (const conn of bad) await echoes(conn);

  await dialog.getByRole("button", { name: /^Block/ }).click();
  const outcome = dialogOf(d.page, "Block a client");
  await outcome.getByText("Done by 2 of 2 proxies. 2 connections closed.").waitFor();
  await outcome.getByText("10.0.0.1 blocked for 600 s; 1 connection closed").first().waitFor();
  for (const conn of bad) await ends(conn);
  await assert.rejects(openVia(one, { ip: "10.0.0.1", port }));
  await assert.rejects(openVia(two, { ip: "10.0.0.1", port }));
  await echoes(good);
  (await openVia(two, { ip: "10.0.0.3", port })).close();
  assert.deepEqual((await audited(d)).toSorted(), [
    "block_client edge-1 done",
    "block_client edge-2 done",
  ]);
  for (const conn of bad) conn.close();
  assert.deepEqual(d.errors, []);
}, CONTROL);

browserTest("A network is blocked for a time of one's own, at the proxy of the page", async (d) => {
  await using server = startTcp(echo);
  const { port } = server;
  await using one = startFront(d, "edge-1");
  await using two = startFront(d, "edge-2");
  using bad = await openVia(one, { ip: "10.0.0.1", port });
  await controlled(d, "edge-1", "edge-2");
  await d.page.goto(`${d.origin}/#/proxy/edge-1`);
  await rowsOf(d.page).first().press("Enter");
  await d.page.getByRole("button", { name: "Block this client…" }).click();
  const dialog = dialogOf(d.page, "Block a client");
  await dialog.getByLabel("Client").fill("10.0.0.0/99");
  await dialog.getByRole("button", { name: "Block", exact: true, disabled: true }).waitFor();
  await dialog.getByText("Expected an address or a network").waitFor();
  await dialog.getByLabel("Client").fill("10.0.0.0/30");
  await dialog.getByLabel("For", { exact: true }).selectOption({ label: "Another time" });
  await dialog.getByLabel("Time", { exact: true }).fill("31");
  await dialog.getByLabel("Time, unit").selectOption("days");
  await dialog.getByText("Expected a time of at least a second and at most 30 days").waitFor();
  await dialog.getByLabel("Time", { exact: true }).fill("1.5");
  await dialog.getByText("1 connection that it has is closed at once.").waitFor();
  await dialog.getByRole("button", { name: "Block 10.0.0.0/30 for 1.5 d" }).click();
  await told(d.page, "edge-1: 10.0.0.0/30 blocked for 129600 s; 1 connection closed");
  await ends(bad);
  await assert.rejects(openVia(one, { ip: "10.0.0.3", port }));
  (await openVia(one, { ip: "10.0.0.4", port })).close();
  (await openVia(two, { ip: "10.0.0.1", port })).close();
  assert.deepEqual(d.errors, []);
}, CONTROL);

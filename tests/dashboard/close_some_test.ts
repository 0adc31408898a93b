import { strict as assert } from "node:assert";
import { echoes, ends } from "../support/control.ts";
import { echo, startTcp } from "../support/tcp.ts";
import { browserTest } from "./browser.ts";
import { openAll, openVia, startFront } from "./clients.ts";
import { openConnections, rowsOf } from "./connections_support.ts";
import { CONTROL, controlled, dialogOf, told } from "./control_support.ts";

browserTest("Selected connections are closed one after another, and no other", async (d) => {
  await using server = startTcp(echo);
  const { port } = server;
  await using one = startFront(d, "edge-1");
  await using two = startFront(d, "edge-2");
  await using free = startFront(d, "free", {}, false);
  const chosen = [
    ...[await openVia(one, { ip: "10.0.0.1", port }), await openVia(one, { ip: "10.0.0.2", port })],
    await openVia(two, { ip: "10.0.0.3", port }),
  ];
  const others = [
    await openVia(two, { ip: "10.0.0.4", port }),
    await openVia(free, { ip: "10.0.0.5", port }),
  ];
  using brief = await openVia(one, { ip: "10.0.0.6", port });
  await controlled(d, "edge-1", "edge-2");
  await openConnections(d, "?sort=client");
  await d.page.getByText("6 connections", { exact: true }).waitFor();
  const box = (ip: string) => d.page.getByRole("checkbox", { name: `Select ${ip}:1` });
  await box("10.0.0.1").click();
  await box("10.0.0.3").click({ modifiers: ["Shift"] });
  const bar = d.page.getByRole("group", { name: "Selected connections" });
  await bar.getByText("3 connections selected").waitFor();
  await box("10.0.0.5").click();
  await bar.getByText("4 connections selected, 1 is of a proxy that takes no orders").waitFor();
  await box("10.0.0.6").click();
  await bar.getByText("5 connections selected").waitFor();
  brief.close();
  await bar.getByText("4 connections selected").waitFor();

  await bar.getByRole("button", { name: "Close 3…" }).click();
  const dialog = dialogOf(d.page, "Close the selected connections");
  await dialog.getByText(/^Of 10\.0\.0\.2:1 to 127\.0\.0\.1:\d+, through edge-1\.$/).waitFor();
  for (const conn of chosen) await echoes(conn);
  await dialog.getByRole("button", { name: "Close 3 connections" }).click();
  await told(d.page, "3 connections closed.");
  for (const conn of chosen) await ends(conn);
  for (const conn of others) await echoes(conn);
  await bar.waitFor({ state: "detached" });
  for (const conn of [...chosen, ...others]) conn.close();
  assert.deepEqual(d.errors, []);
}, CONTROL);

browserTest("A selection of connections says which were not closed", async (d) => {
  await using server = startTcp(echo);
  await using proxy = startFront(d, "edge-1");
  const conns = await openAll(proxy, 2, { port: server.port });
  await controlled(d, "edge-1");
  await openConnections(d, "?group=client");
  await d.page.getByRole("checkbox", { name: "Select all of 10.0.0.1" }).click();
  await d.page.getByRole("button", { name: "Close 2…" }).click();
  const dialog = dialogOf(d.page, "Close the selected connections");
  await proxy.proxy.stop();
  await dialog.getByRole("button", { name: "Close 2 connections" }).click();
  await dialog.getByText("0 connections closed. 2 were not closed: edge-1: not connected.")
    .waitFor();
  for (const conn of conns) conn.close();
}, CONTROL);

browserTest("A row's menu closes its connection and no other", async (d) => {
  await using server = startTcp(echo);
  await using proxy = startFront(d, "edge-1");
  using one = await openVia(proxy, { ip: "10.0.0.1", port: server.port });
  using other = await openVia(proxy, { ip: "10.0.0.2", port: server.port });
  await controlled(d, "edge-1");
  await d.page.goto(`${d.origin}/#/proxy/edge-1`);
  await rowsOf(d.page).first().waitFor();
  await d.page.getByRole("button", { name: "Actions for 10.0.0.1:1" }).click();
  await d.page.getByRole("menuitem", { name: "Close this connection…" }).click();
  const dialog = dialogOf(d.page, "Close this connection");
  await dialog.getByRole("button", { name: "Close 1 connection" }).click();
  await told(d.page, "edge-1: 1 connection closed");
  await ends(one);
  await echoes(other);
  assert.deepEqual(d.errors, []);
}, CONTROL);

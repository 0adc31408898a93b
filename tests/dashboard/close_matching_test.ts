import { strict as assert } from "node:assert";
import { echoes, ends } from "../support/control.ts";
import { echo, startTcp } from "../support/tcp.ts";
import { browserTest } from "./browser.ts";
import { openConnections, rowsOf } from "./connections_support.ts";
import { focused, openAll, openVia, startFront } from "./clients.ts";
import { CONTROL, controlled, dialogOf, told } from "./control_support.ts";

const USERS = { auth: ["ann:x", "bob:x"] };

browserTest("Close matching counts at each proxy, closes exactly those, and tells", async (d) => {
  await using server = startTcp(echo);
  const { port } = server;
  await using one = startFront(d, "edge-1", USERS);
  await using two = startFront(d, "edge-2", USERS);
  await using free = startFront(d, "free", USERS, false);
  const anns = { ip: "10.0.0.1", user: "ann", port };
  const matching = [...await openAll(one, 3, anns), ...await openAll(two, 2, anns)];
  const others = [
    await openVia(one, { ...anns, user: "bob" }),
    await openVia(two, { ...anns, ip: "10.0.0.2" }),
    await openVia(free, anns),
  ];
  await controlled(d, "edge-1", "edge-2");
  await openConnections(d, "?is.client=10.0.0.1&is.user=ann&q=127");
  await d.page.getByText("6 of 6 match").waitFor();

  await d.page.getByRole("button", { name: "Close matching…" }).click();
  const dialog = dialogOf(d.page, "Close connections");
  await dialog.getByText("Connections from 10.0.0.1, of the user ann").waitFor();
  await dialog.getByText("Proxies cannot search as the table does for “127”").waitFor();
  await dialog.getByText("1 other takes no orders: theirs stay open.").waitFor();
  await dialog.getByText("5 connections match").waitFor();
  const counts = await dialog.getByRole("list", { name: "How many of each proxy" }).innerText();
  assert.equal(counts.replace(/\s+/g, " ").trim(), "edge-1 3 edge-2 2");
  assert.equal(await focused(d.page), "Cancel");
  for (const conn of matching) await echoes(conn);

  await dialog.getByRole("button", { name: "Close 5 connections" }).click();
  for (const conn of matching) await ends(conn);
  const outcome = dialogOf(d.page, "Close connections");
  await outcome.getByText("Done by 2 of 2 proxies. 5 connections closed.").waitFor();
  await outcome.getByText("3 connections closed", { exact: true }).waitFor();
  await outcome.getByText("2 connections closed", { exact: true }).waitFor();
  await outcome.getByRole("button", { name: "Close", exact: true }).last().click();
  for (const conn of others) await echoes(conn);
  // Rows under the pointer stay, also those that end.
  await d.page.mouse.move(5, 5);
  await d.page.getByText("1 of 1 match").waitFor();
  for (const conn of [...matching, ...others]) conn.close();
  assert.deepEqual(d.errors, []);
}, CONTROL);

browserTest("Close matching counts again as its fields change, and nothing wrong", async (d) => {
  await using server = startTcp(echo);
  const { port } = server;
  await using proxy = startFront(d, "edge-1");
  await using second = startFront(d, "edge-2");
  const near = await openAll(proxy, 2, { ip: "10.0.0.1", port });
  using far = await openVia(proxy, { ip: "10.9.0.1", port });
  using same = await openVia(second, { ip: "10.0.0.1", port });
  await controlled(d, "edge-1", "edge-2");
  await openConnections(d, "?is.client=10.0.0.1&is.proxy=edge-1");
  await d.page.getByRole("button", { name: "Close matching…" }).click();
  const dialog = dialogOf(d.page, "Close connections");
  await dialog.getByRole("button", { name: "Close 2 connections" }).waitFor();
  assert.equal(await dialog.getByLabel("Of which proxies").inputValue(), "proxy edge-1");

  await dialog.getByLabel("Of which proxies").selectOption({ label: "All that take orders (2)" });
  await dialog.getByRole("button", { name: "Close 3 connections" }).waitFor();
  await dialog.getByLabel("Client").fill("10.0.0.0/33");
  await dialog.getByText("Expected an address or a network").waitFor();
  await dialog.getByText("Not counted yet").waitFor();
  await dialog.getByRole("button", { name: "Close connections", disabled: true }).waitFor();
  await dialog.getByLabel("Client").fill("10.0.0.0/8");
  await dialog.getByRole("button", { name: "Close 4 connections" }).waitFor();
  await dialog.getByLabel("Target").fill("*.example:443");
  await dialog.getByText("0 connections match").waitFor();
  await dialog.getByRole("button", { name: "Close 0 connections", disabled: true }).waitFor();
  await dialog.getByLabel("Target").fill(`*:${port}`);
  await dialog.getByLabel("Open for at least", { exact: true }).fill("1");
  await dialog.getByText("open for at least 1 min").waitFor();
  await dialog.getByText("0 connections match").waitFor();
  await dialog.getByLabel("Open for at least", { exact: true }).fill("");
  await dialog.getByLabel("State").selectOption("active");
  await dialog.getByLabel("Client").fill("10.9.0.0/16");
  await dialog.getByText(
    `Connections from 10.9.0.0/16, to *:${port}, in the state active`,
  ).waitFor();
  await dialog.getByText("1 connection matches").waitFor();
  await dialog.getByLabel("Client").press("Enter");
  for (const conn of [...near, far, same]) await echoes(conn);
  await dialog.getByRole("button", { name: "Close 1 connection" }).click();
  await told(d.page, "edge-1: 1 connection closed");
  await ends(far);
  for (const conn of [...near, same]) await echoes(conn);
  for (const conn of near) conn.close();
  assert.deepEqual(d.errors, []);
}, CONTROL);

browserTest("A row's details lead to all of its client, target and user", async (d) => {
  await using server = startTcp(echo);
  await using another = startTcp(echo);
  await using proxy = startFront(d, "edge-1", USERS);
  const at = { ip: "10.0.0.1", user: "ann", port: server.port };
  const conns = [
    await openVia(proxy, at),
    await openVia(proxy, { ...at, port: another.port }),
    await openVia(proxy, { ...at, user: "bob" }),
    await openVia(proxy, { ...at, ip: "10.0.0.2", port: another.port }),
  ];
  await controlled(d, "edge-1");
  await d.page.goto(`${d.origin}/#/proxy/edge-1?is.user=bob`);
  await rowsOf(d.page).first().press("Enter");
  const drawer = d.page.getByRole("dialog", { name: "Connection of" });
  const dialog = dialogOf(d.page, "Close connections");
  const words = [
    ["Close all of this client…", "Connections from 10.0.0.1", "Close 3 connections"],
    ["Close all to this target…", `to 127.0.0.1:${server.port}`, "Close 2 connections"],
    ["Close all of this user…", "Connections of the user bob", "Close 1 connection"],
  ];
  for (const [button, filter, verb] of words) {
    await drawer.getByRole("button", { name: button }).click();
    await dialog.getByText(filter).waitFor();
    assert.equal(await dialog.getByLabel("Of which proxies").inputValue(), "proxy edge-1");
    await dialog.getByRole("button", { name: verb }).waitFor();
    if (verb !== "Close 2 connections") await d.page.keyboard.press("Escape");
    else await dialog.getByRole("button", { name: verb }).click();
    await dialog.waitFor({ state: "detached" });
    if (verb === "Close 2 connections") break;
  }
  await told(d.page, "edge-1: 2 connections closed");
  await ends(conns[0]);
  await ends(conns[2]);
  await echoes(conns[1]);
  await echoes(conns[3]);
  await drawer.getByText("closed by operator").waitFor();
  await drawer.getByRole("button", { name: words[2][0] }).click();
  await dialog.getByText(words[2][1]).waitFor();
  await dialog.getByText("0 connections match").waitFor();
  for (const conn of conns) conn.close();
  assert.deepEqual(d.errors, []);
}, CONTROL);

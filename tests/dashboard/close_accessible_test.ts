import { strict as assert } from "node:assert";
import { echo, startTcp } from "../support/tcp.ts";
import { assertAccessible } from "./accessibility.ts";
import { browserTest, noSidewaysScroll, PHONE } from "./browser.ts";
import { openAll, startFront } from "./clients.ts";
import { CONTROL, controlled, dialogOf } from "./control_support.ts";

for (const [device, context] of [["desktop", {}], ["phone", PHONE]] as const) {
  browserTest(`Closing and blocking have no violation of WCAG 2.2 AA on a ${device}`, async (d) => {
    await using server = startTcp(echo);
    await using one = startFront(d, "edge-1");
    await using two = startFront(d, `edge-2-${"long".repeat(20)}`);
    await using free = startFront(d, "free", {}, false);
    const conns = [
      ...await openAll(one, 2, { port: server.port }),
      ...await openAll(two, 1, { port: server.port }),
      ...await openAll(free, 1, { port: server.port }),
    ];
    await controlled(d, "edge-1", two.proxy.proxyId);
    const look = async (what: string) => {
      await assertAccessible(d.page, what);
      await noSidewaysScroll(d.page);
    };
    await d.page.goto(`${d.origin}/#/connections?is.client=10.0.0.1&q=127`);
    await d.page.getByText("4 of 4 match").waitFor();
    if (device === "desktop") {
      await d.page.getByRole("checkbox").first().click();
      await d.page.getByText("1 connection selected").waitFor();
      await d.page.getByRole("button", { name: "Actions for 10.0.0.1:1" }).first().click();
      await d.page.getByRole("menuitem").first().waitFor();
      await look("menu");
      await d.page.keyboard.press("Escape");
    }
    await d.page.getByRole("button", { name: "Close matching…" }).click();
    const dialog = dialogOf(d.page, "Close connections");
    await dialog.getByText("3 connections match").waitFor();
    await look("close");
    await dialog.getByLabel("Client").fill("x");
    await dialog.getByText("Expected an address or a network").waitFor();
    await look("close, wrongly");
    await d.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });

    await d.page.getByText(`127.0.0.1:${server.port}`).first().locator(
      "xpath=ancestor::*[@data-index]",
    )
      .locator(device === "phone" ? "button" : ":scope").first().press("Enter");
    await d.page.getByRole("button", { name: "Block this client…" }).click();
    const block = dialogOf(d.page, "Block a client");
    await block.getByLabel("For", { exact: true }).selectOption({ label: "Another time" });
    await block.getByText("3 connections that it has are closed at once.").waitFor();
    await look("block");
    await block.getByRole("button", { name: "Block 10.0.0.1 for 2 h" }).click();
    await d.page.getByText("Done by 2 of 2 proxies. 3 connections closed.").waitFor();
    await look("outcome");
    for (const conn of conns) conn.close();
    assert.deepEqual(d.errors, []);
  }, { ...CONTROL, context });
}

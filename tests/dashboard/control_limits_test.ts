import { strict as assert } from "node:assert";
import { openEcho } from "../support/control.ts";
import { connectTo, echo, readAll, startTcp } from "../support/tcp.ts";
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

for (const [device, context] of [["a desktop", undefined], ["a phone", PHONE]] as const) {
  browserTest(`Dashboard changes a proxy's limits on ${device}`, async (d) => {
    await using target = startTcp(echo);
    await using edge = startEdge(d, "tcp", "edge-1", {
      ...{ target: target.address, bandwidth: "10M", idleTimeout: "90", maxConnections: "500" },
    });
    await controlled(d, "edge-1");
    await d.page.goto(`${d.origin}/#/proxy/edge-1?tab=limits`);
    await d.page.getByRole("button", { name: "Change limits…" }).click();
    const dialog = dialogOf(d.page, "Change limits: edge-1");
    const field = (name: string) => dialog.getByLabel(name, { exact: true });
    await field("Connections at a time").waitFor();
    assert.equal(await field("Connections at a time").inputValue(), "500");
    assert.equal(await field("Bandwidth, each way").inputValue(), "10");
    assert.equal(await field("Bandwidth, each way, unit").inputValue(), "1000000");
    assert.equal(await field("Time without traffic").inputValue(), "90");
    assert.equal(await field("Connections at a time of one client").inputValue(), "");
    const submit = dialog.getByRole("button", { name: /^Set \d limits? of 1 proxy$/ });
    assert.equal(await submit.getAttribute("aria-disabled"), "true", "nothing is changed");
    await field("Connections at a time of one client").fill("0");
    await dialog.getByText("A whole number from 1 to 1,000,000.").waitFor();
    await assertAccessible(d.page, "limits");
    await noSidewaysScroll(d.page);
    await field("Connections at a time of one client").fill("1");
    await field("Bandwidth, each way").fill("");
    await field("Time without traffic").fill("2");
    await field("Time without traffic, unit").selectOption({ label: "minutes" });
    await dialog.getByRole("button", { name: "Set 3 limits of 1 proxy" }).click();
    await told(d.page, "edge-1: limits set");

    using _first = await openEcho(edge.port);
    using second = await connectTo(edge.port);
    assert.equal((await readAll(second).catch(() => "")).length, 0, "one of a client is let in");
    const table = d.page.getByRole("table", { name: "Limits" });
    await table.getByRole("row", { name: /^Connections at a time of one client/ }).getByText("1")
      .first().waitFor();
    await table.getByRole("row", { name: /^Time without traffic/ }).getByText("2 min").waitFor();
    await table.getByRole("row", { name: /^Bandwidth, each way/ }).getByText("none").waitFor();
    await table.getByRole("row", { name: /^Connections at a time\b/ }).getByText("500").first()
      .waitFor();
    assert.deepEqual(await audited(d), ["set_limits edge-1 done"]);
    assert.deepEqual(d.errors, []);
  }, { ...CONTROL, context });
}

browserTest("Dashboard changes limits of a row in the reader's units", async (d) => {
  await using target = startTcp(echo);
  await using _ = startEdge(d, "tcp", "edge-1", { target: target.address, bandwidth: "10M" });
  await controlled(d, "edge-1");
  await d.page.goto(`${d.origin}/#/settings`);
  await d.page.getByLabel("Bits a second").check();
  await d.page.goto(`${d.origin}/#/`);
  await choose(d.page, "edge-1", "Change limits…");
  const dialog = dialogOf(d.page, "Change limits: edge-1");
  const bandwidth = dialog.getByLabel("Bandwidth, each way", { exact: true });
  await bandwidth.waitFor();
  assert.equal(await bandwidth.inputValue(), "80");
  await bandwidth.fill("16");
  await dialog.getByRole("button", { name: "Set 1 limit of 1 proxy" }).click();
  await told(d.page, "edge-1: limits set");
  await choose(d.page, "edge-1", "Change limits…");
  await bandwidth.waitFor();
  assert.equal(await bandwidth.inputValue(), "16");
  assert.deepEqual(d.errors, []);
}, CONTROL);

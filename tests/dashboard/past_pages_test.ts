import { strict as assert } from "node:assert";
import { TempFolder } from "../support/history.ts";
import { eventually } from "../support/eventually.ts";
import { connection } from "../support/reports.ts";
import { browserTest } from "./browser.ts";

const SCRIPT = "<script>alert(1)</script>";

const kept = new TempFolder();

browserTest("Top shows the heaviest by kind and window, hostile names as text", async (d) => {
  using _ = kept;
  let round = 0;
  await eventually("the heaviest are known", async () => {
    round++;
    await d.reports.send(d.manager, {}, [
      connection({ id: 1, client_ip: "192.0.2.7", target: SCRIPT, bytes_received: 2e9 * round }),
      connection({ id: 2, client_ip: "192.0.2.8", user: "ann", bytes_received: 1e6 * round }),
    ]);
    const reply = await fetch(`${d.origin}/api/top?by=user`);
    return (await reply.json()).entries?.length > 0;
  });
  await d.page.goto(`${d.origin}/#/top`);
  const first = d.page.locator("tbody tr").first();
  await first.getByText("192.0.2.7").waitFor();
  assert.match(await first.innerText(), /^1\s+192\.0\.2\.7\s+\d.*GB$/s);
  await d.page.getByRole("button", { name: "Targets" }).click();
  await first.getByText(SCRIPT).waitFor();
  assert.match(d.page.url(), /#\/top\?by=target$/);
  await d.page.getByRole("button", { name: "7 d" }).click();
  await first.getByText(SCRIPT).waitFor();
  await d.page.getByRole("button", { name: "Users" }).click();
  await d.page.locator("tbody").getByText("ann").waitFor();
  await d.page.goBack();
  await first.getByText(SCRIPT).waitFor();
  await first.getByRole("link").click();
  await d.page.getByRole("heading", { level: 1, name: "Connections" }).waitFor();
  const asked = new URLSearchParams(new URL(d.page.url()).hash.split("?")[1]);
  assert.equal(asked.get("is.target"), SCRIPT);
  await d.page.getByRole("table").getByText("192.0.2.7").waitFor();
  assert.equal(await d.page.getByRole("table").getByText("192.0.2.8").count(), 0);
  assert.deepEqual(d.errors, []);
}, { dataDir: kept.path });

browserTest("Top says that the history is off, and how it is turned on", async (d) => {
  await d.page.goto(`${d.origin}/#/top`);
  await d.page.getByText("This manager keeps no history (--no-history)").waitFor();
  const command = await d.page.locator("code").innerText();
  assert.equal(command, `rustproxy --manager --listen ${new URL(d.origin).host}`);
  assert.deepEqual(d.errors, []);
});

browserTest("Events are filtered by kind and proxy in the address, and paged", async (d) => {
  for (let i = 0; i < 120; i++) await d.reports.send(d.manager, { proxy_id: `edge-${i}` });
  await eventually("all have appeared", async () => {
    const reply = await fetch(`${d.origin}/api/events?kind=proxy_appeared&limit=1000`);
    return (await reply.json()).events.length === 120;
  });
  await d.page.goto(`${d.origin}/#/events?kind=presence`);
  const rows = d.page.getByRole("table", { name: "What happened" }).locator("tbody tr");
  await rows.first().getByText("edge-119", { exact: true }).waitFor();
  assert.equal(await rows.count(), 100);
  await d.page.getByRole("button", { name: "Older" }).click();
  await rows.last().getByText("edge-0", { exact: true }).waitFor();
  assert.equal(await rows.count(), 20);
  assert.match(d.page.url(), /before=\d+/);
  await d.page.getByRole("button", { name: "Newest" }).click();
  await rows.first().getByText("edge-119", { exact: true }).waitFor();
  await d.page.getByRole("button", { name: "Manager" }).click();
  await d.page.getByText("Manager started").waitFor();
  assert.equal(await rows.count(), 1);
  await d.page.getByRole("combobox", { name: "Proxy" }).selectOption("edge-7");
  await d.page.getByText("Nothing of this kind has happened.").waitFor();
  await d.page.getByRole("button", { name: "Clear filter" }).click();
  await rows.first().waitFor();
  assert.deepEqual(d.errors, []);
});

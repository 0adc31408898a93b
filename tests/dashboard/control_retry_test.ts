import { strict as assert } from "node:assert";
import { connectTo, echo, startTcp } from "../support/tcp.ts";
import { eventually } from "../support/eventually.ts";
import { browserTest } from "./browser.ts";
import { audited, CONTROL, controlled, dialogOf, startEdge } from "./control_support.ts";

browserTest("Dashboard tries again at a proxy that was away, and at no other", async (d) => {
  await using target = startTcp(echo);
  const flags = { target: target.address };
  await using here = startEdge(d, "tcp", "edge-1", flags);
  const away = startEdge(d, "tcp", "edge-2", flags);
  await controlled(d, "edge-1", "edge-2");
  await d.page.goto(d.origin);
  await d.page.getByRole("checkbox", { name: "Select edge-2" }).waitFor();
  await d.page.getByRole("checkbox", { name: "Select all that are shown" }).click();
  const actions = d.page.getByRole("button", { name: "Actions for the selected proxies" });
  await actions.click();
  await d.page.getByRole("menuitem", { name: "Drain…", exact: true }).click();
  const dialog = dialogOf(d.page, "Drain");
  const drain = dialog.getByRole("button", { name: "Drain 2 proxies" });
  await drain.waitFor();
  // It leaves between the question and the answer.
  await away[Symbol.asyncDispose]();
  await drain.click();
  await dialog.getByText("Done by 1 of 2 proxies.").waitFor();
  const [first, second] = await dialog.getByRole("listitem").allInnerTexts();
  assert.match(first, /^edge-2\s+not connected/, "what was not done comes first");
  assert.match(second, /^edge-1\s+done/);
  await assert.rejects(connectTo(here.port), Deno.errors.ConnectionRefused);

  await using back = startEdge(d, "tcp", "edge-2", flags);
  await controlled(d, "edge-2");
  await dialog.getByRole("button", { name: "Try 1 proxy again" }).click();
  await dialog.getByText("Done by 2 of 2 proxies.").waitFor();
  await assert.rejects(connectTo(back.port), Deno.errors.ConnectionRefused);
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await dialog.waitFor({ state: "detached" });
  await eventually(
    "the focus is back",
    () => actions.evaluate((button) => button === document.activeElement),
  );
  assert.deepEqual((await audited(d)).sort(), [
    ...["drain edge-1 done", "drain edge-2 done", "drain edge-2 not_connected"],
  ]);
  assert.deepEqual(d.errors, []);
}, CONTROL);

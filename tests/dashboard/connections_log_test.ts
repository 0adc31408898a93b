import { strict as assert } from "node:assert";
import { eventually } from "../support/eventually.ts";
import { browserTest } from "./browser.ts";
import { began, columnOf } from "./connections_support.ts";

{
  let ahead = 0;
  browserTest("Connections reaches back into the log for those that ended before", async (d) => {
    const ended = { state: "closed", reason: "client_gone" } as const;
    await d.reports.send(d.manager, { proxy_id: "edge-1" }, [
      began(20, { id: 1, target: "early.example:1", ...ended }),
      began(10, { id: 2, target: "late.example:1", ...ended }),
      began(10, { id: 3, target: "denied.example:1", state: "rejected", reason: "client_denied" }),
    ]);
    await eventually("they are in the log", async () => {
      const log = await (await fetch(`${d.origin}/api/log`)).json();
      return log.connections?.length === 3;
    });
    ahead = 61_000;
    await d.page.goto(`${d.origin}/#/connections?show=closed`);
    await d.page.getByText("No connection has ended in the last minute.").waitFor();
    await d.page.getByRole("button", { name: "Load older ones" }).click();
    await d.page.getByText("early.example:1").waitFor();
    assert.deepEqual(await columnOf(d.page, "Target"), ["late.example:1", "early.example:1"]);
    await d.page.getByText("2 from the log").waitFor();
    await d.page.getByLabel("Filter connections").fill("early");
    await d.page.getByText("1 of 2 match").waitFor();
    await d.page.getByRole("tab", { name: /Denied/ }).click();
    await d.page.getByText("No connection matches.").waitFor();
    await d.page.getByLabel("Filter connections").fill("");
    await d.page.getByRole("button", { name: "Load older ones" }).click();
    await d.page.getByText("denied.example:1").waitFor();
    assert.deepEqual(d.errors, []);
  }, { past: () => {}, now: () => Date.now() + ahead });
}

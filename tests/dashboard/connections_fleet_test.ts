import { strict as assert } from "node:assert";
import type { Page } from "playwright-core";
import { proxyOptionsSchema } from "../../proxy/options.ts";
import { startProxy } from "../../proxy/mod.ts";
import { eventually } from "../support/eventually.ts";
import { connectTo, echo, startTcp } from "../support/tcp.ts";
import { browserTest, PHONE } from "./browser.ts";
import {
  began,
  columnOf,
  openConnections,
  report,
  reportAll,
  rowsOf,
} from "./connections_support.ts";

/** What the page saves when one presses this in its menu of exports. */
async function saved(page: Page, item: string): Promise<{ name: string; text: string }> {
  await page.getByRole("button", { name: "Export what is shown" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: item }).click(),
  ]);
  const path = await download.path();
  return { name: download.suggestedFilename(), text: await Deno.readTextFile(path) };
}

browserTest("Connections saves exactly what is shown", async (d) => {
  await report(d);
  await d.reports.send(d.manager, { proxy_id: "edge-3" }, [
    began(70, { id: 9, target: "=1+1|github:1", bytes_received: 4000 }),
  ]);
  await openConnections(d, "?q=git&sort=-bytes_received");
  await d.page.getByText("3 of 5 match").waitFor();
  await d.page.getByRole("button", { name: "Columns that are shown" }).click();
  for (const name of ["Proxy", "Duration", "Sent"]) {
    await d.page.getByRole("menuitemcheckbox", { name, exact: true }).click();
  }
  await d.page.keyboard.press("Escape");
  await eventually(
    "it is hidden",
    async () => !/edge-1/.test(await d.page.locator("tbody").innerText()),
  );
  const csv = await saved(d.page, "As CSV");
  assert.equal(csv.name, "connections-active.csv");
  const [head, ...lines] = csv.text.trim().split("\r\n");
  assert.equal(head, "client,target,type,rate_received,rate_sent,bytes_received");
  assert.deepEqual(lines.map((line) => [line.split(",")[1], line.split(",").at(-1)]), [
    ["gitlab.com:443", "9000"],
    ["'=1+1|github:1", "4000"],
    ["github.com:443", "3000"],
  ]);
  const json = JSON.parse((await saved(d.page, "As JSON")).text);
  assert.deepEqual(json.map((row: { target: string }) => row.target), [
    ...["gitlab.com:443", "=1+1|github:1", "github.com:443"],
  ]);
  await d.page.reload();
  await d.page.getByText("3 of 5 match").waitFor();
  assert.doesNotMatch(await d.page.locator("thead").innerText(), /Duration|Proxy/, "remembered");
  assert.deepEqual(d.errors, []);
});

browserTest("Connections can be walked by the keyboard, far beyond what is drawn", async (d) => {
  const many = Array.from(
    { length: 1000 },
    (_, i) => began(i, { id: i, target: `t-${i}.example:1` }),
  );
  await reportAll(d, many);
  await openConnections(d);
  await d.page.getByText("1,000 connections").waitFor();
  const drawn = await rowsOf(d.page).count();
  assert.ok(drawn < 80, `${drawn} rows are drawn`);
  await rowsOf(d.page).first().focus();
  const focused = () =>
    d.page.evaluate(() => document.activeElement?.getAttribute("aria-rowindex"));
  await d.page.keyboard.press("End");
  await eventually("the last row has the focus", async () => await focused() === "1001");
  await d.page.getByText("t-999.example:1").waitFor();
  await d.page.keyboard.press("ArrowUp");
  await eventually("the one before", async () => await focused() === "1000");
  await d.page.locator(".overflow-auto").evaluate((element) => element.scrollTop = 0);
  await d.page.getByText("t-3.example:1").waitFor();
  assert.equal(await focused(), "1000", "the focus stays where it was");
  await d.page.keyboard.press("Home");
  await eventually("the first row has the focus", async () => await focused() === "2");
  await d.page.keyboard.press("Enter");
  const dialog = d.page.getByRole("dialog");
  await dialog.getByText("t-0.example:1").waitFor();
  await d.page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await eventually("the focus is back", async () => await focused() === "2");
  assert.deepEqual(d.errors, []);
});

browserTest(
  "Connections tells everything of a connection, and follows it to its end",
  async (d) => {
    await report(d);
    await openConnections(d, "?is.user=alice");
    await rowsOf(d.page).first().press("Enter");
    const dialog = d.page.getByRole("dialog");
    await dialog.getByText("Connection of 10.0.0.1:50000").waitFor();
    const facts = (await dialog.locator("dl").innerText()).replace(/\s+/g, " ");
    for (
      const fact of ["active", "example.org:80", "alice", "edge-1", "http", "(100 bytes)", "Id 3"]
    ) {
      assert.ok(facts.includes(fact), `${fact} in ${facts}`);
    }
    await d.reports.send(d.manager, { proxy_id: "edge-1" }, [
      began(30, {
        ...{ id: 3, client_ip: "10.0.0.1", user: "alice", target: "example.org:80" },
        ...{ state: "closed", reason: "client_gone" },
      }),
    ]);
    await dialog.getByText("client gone").waitFor();
    const ended = await dialog.locator("dl").innerText();
    assert.ok(/Ended/.test(ended) && !/Receive rate/.test(ended), `all at once: ${ended}`);
    await dialog.getByRole("button", { name: "Client", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    await d.page.getByRole("button", { name: "Remove the filter Client: 10.0.0.1" }).waitFor();
  },
);

browserTest("Connections names addresses as the reader labels them", async (d) => {
  await report(d);
  await d.page.goto(`${d.origin}/#/settings`);
  const field = d.page.getByRole("textbox", { name: "Labels for addresses" });
  await field.fill("10.0.0.0/8 = office\n10.0.0.2/99 = lab");
  await d.page.getByRole("button", { name: "Save", exact: true }).click();
  await d.page.getByText("Line 2: this is no address and no network").waitFor();
  await field.fill("10.0.0.0/8 = office\n10.0.0.2 = lab\n2001:db8::/32 = <b>six</b>");
  await d.page.getByRole("button", { name: "Save", exact: true }).click();
  await d.page.getByText("Saved", { exact: true }).waitFor();
  await openConnections(d, "?q=office");
  await d.page.getByText("3 of 4 match").waitFor();
  const clients = await columnOf(d.page, "Client");
  assert.match(clients[0], /10\.0\.0\.1:50000\s+office/);
  assert.match((await columnOf(d.page, "Target"))[2], /10\.9\.9\.9:5432\s+office/);
  await d.page.getByLabel("Filter connections").fill("");
  await d.page.getByText("<b>six</b>").waitFor();
  assert.match((await columnOf(d.page, "Client"))[1], /10\.0\.0\.2:50000\s+lab/);
  assert.deepEqual(d.errors, []);
});

browserTest(
  "Connections shows 500 proxies' at once, in groups",
  async (d) => {
    const missing = new Set(Array.from({ length: 500 }, (_, i) => i));
    // A loaded machine loses some of so many datagrams at once.
    await eventually("all are known", async () => {
      for (const i of missing) {
        const records = Array.from(
          { length: 4 },
          (_, id) => began(i, { id, client_ip: `10.1.${i % 250}.${id}`, bytes_sent: 100 * i }),
        );
        await d.reports.send(d.manager, { proxy_id: `edge-${i}` }, records);
        if (i % 25 === 24) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const known = await (await fetch(`${d.origin}/api/proxies`)).json();
      for (const { proxy_id } of known) missing.delete(Number(proxy_id.slice(5)));
      return missing.size === 0;
    });
    await openConnections(d, "?group=proxy&sort=-bytes_sent");
    await d.page.getByText("2,000 connections · in 500 groups").waitFor();
    await d.page.getByText("edge-499").waitFor();
    assert.ok(await rowsOf(d.page).count() < 80);
    await d.page.getByRole("rowheader", { name: /edge-499/ }).click();
    await d.page.getByText("10.1.249.3:50000").waitFor();
    assert.deepEqual(d.errors, []);
  },
);

browserTest(
  "Connections follows real proxies, through one that carries bytes and one that denies",
  async (d) => {
    await using server = startTcp(echo);
    const { hostname, port } = d.manager.statsAddr;
    const common = {
      listen: "127.0.0.1:0",
      statsAddr: `${hostname}:${port}`,
      reportInterval: "0.2",
    };
    const start = (flags: Record<string, string | string[]>) =>
      startProxy(
        proxyOptionsSchema.parse({ ...common, drainTimeout: "0", ...flags } as never),
        { version: "0.1.0", host: "test" },
      );
    const target = `127.0.0.1:${server.port}`;
    const open = start({ mode: "tcp", target, id: "open" });
    const closed = start({ mode: "tcp", target, id: "closed", access: ["--deny 127.0.0.0/8"] });
    try {
      using conn = await connectTo(open.addr.port);
      await conn.write(new Uint8Array(50_000));
      using _denied = await connectTo(closed.addr.port);
      await openConnections(d);
      await d.page.getByText(target).first().waitFor();
      await d.page.getByText(/50\.0\skB/).first().waitFor();
      await d.page.getByRole("tab", { name: /Denied 1/ }).click();
      await d.page.getByText("client denied").waitFor();
      conn.close();
      await d.page.getByRole("tab", { name: /Closed 1/ }).click();
      await d.page.getByText(target).first().waitFor();
      await d.page.getByRole("tab", { name: /Active 0/ }).click();
      await d.page.getByText("No connection is open.").waitFor();
    } finally {
      await open.stop();
      await closed.stop();
    }
  },
);

browserTest("Connections fits on a phone, as cards that are drawn where one looks", async (d) => {
  const many = Array.from(
    { length: 500 },
    (_, i) => began(i, { id: i, target: `t-${i}.example:1` }),
  );
  await reportAll(d, many);
  await d.page.goto(`${d.origin}/#/connections`);
  await d.page.getByText("t-0.example:1").waitFor();
  assert.equal(await d.page.locator("table").count(), 0);
  assert.ok(await d.page.locator("li[data-index]").count() < 60);
  await d.page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await d.page.getByText("t-499.example:1").waitFor();
  await d.page.getByLabel("Sort by").selectOption("duration");
  await d.page.evaluate(() => scrollTo(0, 0));
  await d.page.getByText("t-0.example:1").click();
  const box = await d.page.getByRole("dialog").boundingBox();
  assert.equal(box?.width, 390, "the details take the whole width");
  assert.deepEqual(d.errors, []);
}, { context: PHONE });

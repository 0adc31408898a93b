import { strict as assert } from "node:assert";
import axe from "axe-core";
import type { BrowserContextOptions, Page } from "playwright-core";
import { TempFolder } from "../support/history.ts";
import { eventually } from "../support/eventually.ts";
import { connection } from "../support/reports.ts";
import { browserTest, type Dashboard } from "./browser.ts";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Throws with what is wrong and where, in the light theme and in the dark one. */
export async function assertAccessible(page: Page, what: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    assert.deepEqual(await violations(page), [], `${what}, ${colorScheme}`);
  }
}

async function violations(page: Page): Promise<string[]> {
  // Evaluated by the test, as the page's own policy would let no foreign script in.
  await page.evaluate(axe.source);
  const results = await page.evaluate(
    // deno-lint-ignore no-explicit-any
    (values) => (globalThis as any).axe.run(document, { runOnly: { type: "tag", values } }),
    RULES,
  ) as axe.AxeResults;
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(" ")}: ${failureSummary}`)
  );
}

/** Names as strangers may choose them. */
const HOSTILE = [
  "<script>alert(1)</script>",
  "\u202Egnp.exe:443",
  "x".repeat(300),
  "😀.example:443",
];

const seconds = () => Date.now() / 1000;

/** A fleet in every state, with connections and names of every kind. */
async function report({ reports, manager }: Dashboard, round: number): Promise<void> {
  const targets = [...HOSTILE, "api.example.com:443"];
  const states = ["active", "closed", "failed", "rejected", "connecting"] as const;
  const records = targets.map((target, id) =>
    connection({
      ...{ id, target, state: states[id % states.length], user: HOSTILE[id] ?? "" },
      ...{ start_time: seconds() - 100, bytes_received: 1e7 * id * round, bytes_sent: 1e6 * round },
    })
  );
  for (const proxy_id of ["edge-1", `${"long".repeat(60)}`, "edge-2"]) {
    const state = proxy_id === "edge-2" ? "draining" : "running";
    await reports.send(manager, { proxy_id, host: HOSTILE[0], state }, records);
  }
}

/** A page, and what is waited for until it is whole. */
const PAGES: { name: string; path: string; ready: (page: Page) => Promise<unknown> }[] = [
  { name: "fleet", path: "#/", ready: (page) => page.getByText("edge-1").first().waitFor() },
  {
    name: "proxy",
    path: "#/proxy/edge-1",
    ready: (page) => page.getByText("api.example.com").first().waitFor(),
  },
  {
    name: "connections",
    path: "#/connections",
    ready: (page) => page.getByText("api.example.com").first().waitFor(),
  },
  { name: "top", path: "#/top", ready: (page) => page.getByRole("table").waitFor() },
  {
    name: "events",
    path: "#/events",
    ready: (page) => page.getByText("Manager started").first().waitFor(),
  },
  {
    name: "silence",
    path: "#/events",
    ready: async (page) => {
      await page.getByRole("button", { name: "New silence…" }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "rules",
    path: "#/events?tab=rules",
    ready: (page) => page.getByRole("heading", { name: "Webhooks" }).waitFor(),
  },
  {
    name: "audit",
    path: "#/events?tab=audit",
    ready: (page) => page.getByRole("heading", { name: "Who did what" }).waitFor(),
  },
  { name: "settings", path: "#/settings", ready: (page) => page.getByLabel("Compact").waitFor() },
  {
    name: "help",
    path: "#/settings",
    ready: async (page) => {
      await page.getByLabel("Compact").waitFor();
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
    },
  },
];

/** Tests of every page on a device. */
export function accessibilityTests(device: string, context: BrowserContextOptions): void {
  const dataDir = new TempFolder();
  browserTest(`Every page has no violation of WCAG 2.2 AA on a ${device}`, async (d) => {
    using _ = dataDir;
    await reportUntilKnown(d);
    for (const { name, path, ready } of PAGES) {
      await d.page.goto(`${d.origin}/${path}`);
      await d.page.reload();
      await ready(d.page);
      await assertAccessible(d.page, name);
    }
    assert.deepEqual(d.errors, []);
  }, { context, dataDir: dataDir.path });

  browserTest(
    `A fleet without a proxy has no violation of WCAG 2.2 AA on a ${device}`,
    async (d) => {
      await d.page.goto(d.origin);
      await d.page.getByText("No proxy has reported yet").waitFor();
      await assertAccessible(d.page, "empty fleet");
      await d.page.goto(`${d.origin}/#/top`);
      await d.page.getByText("--no-history").first().waitFor();
      await assertAccessible(d.page, "top without a history");
      await d.manager.stop();
      await d.page.getByText("Disconnected from the manager").first().waitFor();
      await assertAccessible(d.page, "a manager that is gone");
    },
    { context },
  );

  browserTest(`The login has no violation of WCAG 2.2 AA on a ${device}`, async (d) => {
    await d.page.goto(d.origin);
    await d.page.getByLabel("User name").fill("ann");
    await d.page.getByLabel("Password").fill("wrong");
    await d.page.getByRole("button", { name: "Log in" }).click();
    await d.page.getByRole("alert").waitFor();
    await assertAccessible(d.page, "login");
    await d.page.getByLabel("Password").fill("right");
    await d.page.keyboard.press("Enter");
    await d.page.getByRole("button", { name: "Logged in as ann" }).click();
    await d.page.getByRole("menuitem").waitFor();
    await assertAccessible(d.page, "user menu");
  }, { context, flags: { auth: ["ann:right"] } });
}

/** Reports until the history knows who used most, which it writes once a second. */
async function reportUntilKnown(d: Dashboard): Promise<void> {
  let round = 0;
  await eventually("the heaviest are known", async () => {
    await report(d, ++round);
    const reply = await fetch(`${d.origin}/api/top?by=client`);
    return (await reply.json()).entries?.length > 0;
  });
}

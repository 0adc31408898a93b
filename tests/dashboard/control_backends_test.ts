import { strict as assert } from "node:assert";
import type { Page } from "playwright-core";
import { connectTo, readText, startTcp } from "../support/tcp.ts";
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

/** A backend that says its name to who connects. */
const named = (name: string) =>
  startTcp(async (conn) => {
    await conn.write(new TextEncoder().encode(name));
    conn.close();
  });

/** Who answers so many connections, each once. */
async function answers(port: number, n = 6): Promise<string> {
  const names = new Set<string>();
  for (let i = 0; i < n; i++) {
    using conn = await connectTo(port);
    names.add(await readText(conn));
  }
  return [...names].sort().join();
}

const rowOf = (page: Page, backend: string) => page.getByRole("row", { name: backend });

browserTest("Dashboard drains, disables, enables, weighs, removes and adds backends", async (d) => {
  await using a = named("a");
  await using b = named("b");
  await using edge = startEdge(d, "tcp", "edge-1", { target: `${a.address},${b.address}` });
  await controlled(d, "edge-1");
  await d.page.goto(`${d.origin}/#/proxy/edge-1?tab=backends`);
  await rowOf(d.page, a.address).getByText("up").waitFor();
  assert.equal(await answers(edge.port), "a,b");

  await choose(d.page, a.address, "Drain…");
  const drain = dialogOf(d.page, `Drain ${a.address}`);
  const cancel = drain.getByRole("button", { name: "Cancel" });
  assert.ok(await cancel.evaluate((button) => button === document.activeElement));
  await assertAccessible(d.page, "drain a backend");
  await drain.getByRole("button", { name: "Drain 1 backend" }).click();
  await told(d.page, `edge-1: ${a.address} drains: no new connections`);
  assert.equal(await answers(edge.port), "b");
  await rowOf(d.page, a.address).getByText("drained").waitFor();

  await choose(d.page, a.address, "Enable");
  await told(d.page, `edge-1: ${a.address} enabled`);
  assert.equal(await answers(edge.port), "a,b");

  await choose(d.page, b.address, "Disable…");
  await dialogOf(d.page, `Disable ${b.address}`).getByRole("button", { name: "Disable 1 backend" })
    .click();
  await told(d.page, `edge-1: ${b.address} disabled: no new connections, no checks`);
  assert.equal(await answers(edge.port), "a");
  await choose(d.page, b.address, "Enable");
  await told(d.page, `edge-1: ${b.address} enabled`);

  await choose(d.page, b.address, "Change weight…");
  const weight = dialogOf(d.page, `Weight of ${b.address}`);
  await weight.getByLabel("Weight").fill("0");
  await weight.getByText("A whole number from 1 to 256.").waitFor();
  await assertAccessible(d.page, "a wrong weight");
  await weight.getByLabel("Weight").fill("9");
  await weight.getByRole("button", { name: "Set weight" }).click();
  await told(d.page, `edge-1: ${b.address} has weight 9`);
  await rowOf(d.page, b.address).getByRole("cell", { name: "9", exact: true }).waitFor();

  await choose(d.page, a.address, "Remove…");
  await dialogOf(d.page, `Remove ${a.address}`).getByRole("button", { name: "Remove 1 backend" })
    .click();
  await told(d.page, new RegExp(`${a.address} is no backend any more`));
  assert.equal(await answers(edge.port), "b");

  await d.page.getByRole("button", { name: "Add a backend…" }).click();
  const add = dialogOf(d.page, "Add a backend to edge-1");
  await add.getByLabel("Address").fill("nonsense");
  await add.getByRole("button", { name: "Add 1 backend" }).click();
  await add.getByRole("alert").getByText("Cannot use name").waitFor();
  await add.getByLabel("Address").fill(a.address);
  await add.getByRole("button", { name: "Add 1 backend" }).click();
  await told(d.page, `edge-1: ${a.address} is a backend`);
  assert.equal(await answers(edge.port, 20), "a,b");
  assert.deepEqual(await audited(d), Array(7).fill("backend edge-1 done"));
  // The browser itself complains of the reply that said what is wrong.
  assert.deepEqual(d.errors.filter((error) => !error.includes("400")), []);
}, CONTROL);

browserTest("Dashboard tells on a phone that the only backend cannot be removed", async (d) => {
  await using a = named("a");
  await using edge = startEdge(d, "tcp", "edge-1", { target: a.address });
  await controlled(d, "edge-1");
  await d.page.goto(`${d.origin}/#/proxy/edge-1?tab=backends`);
  await choose(d.page, a.address, "Remove…");
  await d.page.getByRole("button", { name: "Remove 1 backend" }).click();
  const outcomes = dialogOf(d.page, "Change a backend");
  await outcomes.getByText("it is the only backend").waitFor();
  await assertAccessible(d.page, "a backend that stays");
  await noSidewaysScroll(d.page);
  assert.equal(await answers(edge.port, 1), "a");
  assert.deepEqual(d.errors, []);
}, { ...CONTROL, context: PHONE });

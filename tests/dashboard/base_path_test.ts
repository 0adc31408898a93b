import { strict as assert } from "node:assert";
import { browserTest } from "./browser.ts";

browserTest("Dashboard lives under a base path, and asks for nothing beside it", async (d) => {
  await d.page.goto(`${d.origin}/ops/x`);
  assert.equal(d.page.url().split("#")[0], `${d.origin}/ops/x/`);
  await d.reports.send(d.manager, {});
  await d.page.getByText("edge-1").first().waitFor();
  assert.ok(d.requests.some((url) => /^ws:.*\/ops\/x\/ws$/.test(url)), d.requests.join("\n"));
  // The address without the slash is the one that leads there.
  for (const url of d.requests.slice(1)) assert.match(new URL(url).pathname, /^\/ops\/x\//);
  assert.deepEqual(d.errors, []);
}, { flags: { basePath: "/ops/x" } });

import { strict as assert } from "node:assert";
import { browserTest } from "./browser.ts";
import {
  addressHas,
  chartOf,
  MEMBERS,
  momentAt,
  queryOf,
  rememberHour as past,
  VALUE,
} from "./charts.ts";

browserTest("Dashboard fills the live chart from the history at load", async (d) => {
  await d.page.goto(d.origin);
  // No proxy has reported since: what is there is remembered.
  await momentAt(d.page, "Home", VALUE);
  assert.match(await d.page.locator("dl svg path").nth(3).getAttribute("d") ?? "", /^M.*L/);
  for (const url of d.requests) assert.equal(new URL(url).host, new URL(d.origin).host);
  assert.deepEqual(d.errors, []);
}, { past });

browserTest(
  "Dashboard shows the range that is chosen, and Back leads to the one before",
  async (d) => {
    await d.page.goto(d.origin);
    await d.page.getByRole("button", { name: "1 h", exact: true }).click();
    assert.equal(queryOf(d.page).get("range"), "1h");
    await momentAt(d.page, "Home", VALUE);
    await d.page.getByRole("button", { name: "24 h", exact: true }).click();
    assert.equal(queryOf(d.page).get("range"), "24h");
    await d.page.goBack();
    await d.page.getByRole("button", { name: "1 h", exact: true, pressed: true }).waitFor();
    await d.page.goForward();
    await d.page.getByRole("button", { name: "24 h", exact: true, pressed: true }).waitFor();
    await d.page.getByRole("button", { name: "Live", exact: true }).click();
    assert.equal(new URL(d.page.url()).hash, "#/");
    assert.deepEqual(d.errors, []);
  },
  { past },
);

browserTest(
  "Dashboard zooms to what is drawn over, and back by keyboard and by Back",
  async (d) => {
    await d.page.goto(`${d.origin}/#/?range=1h`);
    await momentAt(d.page, "Home", VALUE);
    const { x, y, width, height } = (await chartOf(d.page).boundingBox())!;
    await d.page.mouse.move(x + width * 0.7, y + height / 2);
    await d.page.mouse.down();
    await d.page.mouse.move(x + width * 0.9, y + height / 2, { steps: 4 });
    await d.page.mouse.up();
    await addressHas(d.page, "zoom", /^\d+-\d+$/);
    const [from, to] = queryOf(d.page).get("zoom")!.split("-").map(Number);
    assert.ok(to - from > 600 && to - from < 900, `${to - from} s of an hour`);
    assert.equal(queryOf(d.page).get("range"), "1h");
    // Who is sent the address sees the same.
    const shared = await d.page.context().browser()!.newPage({ viewport: d.page.viewportSize() });
    await shared.goto(d.page.url());
    const here = d.page.locator("h2", { hasText: "Traffic" });
    assert.equal(
      await shared.locator("h2", { hasText: "Traffic" }).innerText(),
      await here.innerText(),
    );
    await shared.close();

    await d.page.getByRole("button", { name: "Zoom out" }).click();
    await d.page.waitForFunction((length) => {
      const zoom = new URLSearchParams(location.hash.split("?")[1]).get("zoom") ?? "";
      const [from, to] = zoom.split("-").map(Number);
      return to - from > 1.9 * length;
    }, to - from);
    await d.page.goBack();
    await addressHas(d.page, "zoom", new RegExp(`^${from}-${to}$`));
    await d.page.getByRole("button", { name: "Earlier" }).click();
    await addressHas(d.page, "zoom", new RegExp(`^(?!${from}-)\\d+-\\d+$`));
    await chartOf(d.page).press("Escape");
    await addressHas(d.page, "zoom", /^$/);
    await chartOf(d.page).press("+");
    await addressHas(d.page, "zoom", /^\d+-\d+$/);
    await d.page.getByRole("button", { name: "Whole range" }).click();
    await addressHas(d.page, "zoom", /^$/);
    assert.deepEqual(d.errors, []);
  },
  { past },
);

browserTest("Dashboard stacks the busiest proxies, and names them and the others", async (d) => {
  await d.page.goto(`${d.origin}/#/?range=15m`);
  await d.page.getByRole("button", { name: "Stacked" }).click();
  assert.equal(queryOf(d.page).get("by"), "stacked");
  const legend = d.page.getByRole("list", { name: "Proxies in the chart" });
  await legend.getByText("edge-6").waitFor();
  assert.deepEqual(await legend.locator("li").allInnerTexts(), [
    ...MEMBERS.slice(0, 7).map(({ proxy }) => proxy),
    "All others",
  ]);
  const asked = d.requests.filter((url) => url.includes("by=proxy"));
  assert.equal(asked.length, 1, "one request for all of them");
  await d.page.getByRole("button", { name: "By proxy" }).click();
  assert.equal(queryOf(d.page).get("by"), "lines");
  await d.page.mouse.move(5, 5);
  const { x, y, width, height } = (await chartOf(d.page).boundingBox())!;
  await d.page.mouse.move(x + width * 0.5, y + height / 2);
  const tooltip = chartOf(d.page).locator("table");
  await tooltip.getByText("All others").waitFor();
  assert.equal(await tooltip.locator("tr").count(), 8);
  await legend.getByRole("link", { name: "edge-3" }).click();
  await d.page.getByRole("heading", { name: "edge-3" }).waitFor();
  assert.deepEqual(d.errors, []);
}, { past });

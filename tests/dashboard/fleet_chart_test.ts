import { strict as assert } from "node:assert";
import type { Page } from "playwright-core";
import { browserTest, noSidewaysScroll, PHONE } from "./browser.ts";
import { rememberTraffic } from "./past.ts";

const MEMBERS = Array.from({ length: 10 }, (_, i) => {
  return { proxy: `edge-${i}`, sent: 1e6 / (i + 1), received: 2e7 / (i + 1) };
});
/** An hour, of which five minutes are missing. */
const past = (dataDir: string) =>
  rememberTraffic(dataDir, Date.now(), MEMBERS, {
    ...{ seconds: 3600, step: 10 },
    pause: { from: 1800, to: 1500 },
  });

const chartOf = (page: Page) => page.getByRole("slider", { name: "Moment in the chart" });
const queryOf = (page: Page) => new URLSearchParams(new URL(page.url()).hash.split("?")[1] ?? "");

/** Waits until the address says so. */
async function addressHas(page: Page, name: string, value: RegExp): Promise<void> {
  await page.waitForFunction(
    ([name, source]) => {
      const query = new URLSearchParams(location.hash.split("?")[1] ?? "");
      return new RegExp(source).test(query.get(name) ?? "");
    },
    [name, value.source],
  );
}

/** Waits until the chart tells of a moment that fits, when the key is pressed. */
async function momentAt(page: Page, key: string, fits: RegExp): Promise<string> {
  await page.waitForFunction(
    ([key, source]) => {
      const slider = document.querySelector('[role="slider"]');
      slider?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
      return new RegExp(source).test(slider?.getAttribute("aria-valuetext") ?? "");
    },
    [key, fits.source],
  );
  return (await chartOf(page).getAttribute("aria-valuetext"))!;
}

const VALUE = /received \d.* [kM]?B\/s, sent \d.* [kM]?B\/s/;

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

browserTest("Dashboard draws a time of which nothing is known as a gap", async (d) => {
  await d.page.goto(`${d.origin}/#/?range=1h`);
  await momentAt(d.page, "Home", VALUE);
  const drawn = () =>
    d.page.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
      const context = canvas.getContext("2d")!;
      /** Whether a column of the chart has the colour of what is received, which is far from grey. */
      const isColored = (share: number) => {
        const x = Math.round(canvas.width * share);
        const { data } = context.getImageData(x, 0, 1, canvas.height);
        for (let i = 0; i < data.length; i += 4) {
          if (data[i + 3] > 0 && Math.max(data[i], data[i + 2]) - data[i] > 60) return true;
        }
        return false;
      };
      return Array.from({ length: 40 }, (_, i) => isColored(0.1 + i * 0.0215));
    });
  const columns = await drawn();
  const gap = columns.lastIndexOf(false, 30) - columns.indexOf(false) + 1;
  assert.ok(columns[0] && columns[39], "there is traffic at both ends");
  assert.ok(gap >= 2 && gap <= 6, `${gap} of 40 columns are empty: five minutes of sixty`);
  assert.deepEqual(d.errors, []);
}, { past });

browserTest("Dashboard lets the values be read by keyboard and in a table", async (d) => {
  await d.page.goto(`${d.origin}/#/?range=15m`);
  const last = await momentAt(d.page, "End", VALUE);
  await chartOf(d.page).focus();
  await chartOf(d.page).press("ArrowLeft");
  const before = await chartOf(d.page).getAttribute("aria-valuetext");
  assert.match(before!, VALUE);
  assert.notEqual(before, last);
  await d.page.getByRole("button", { name: "Values" }).click();
  const table = d.page.getByRole("table", { name: "Traffic" });
  await table.waitFor();
  const rows = await table.locator("tbody tr").count();
  assert.ok(rows > 20 && rows <= 60, `${rows} rows`);
  assert.match(await table.locator("tbody tr").last().innerText(), /\d.*MB\/s.*\dB?.*/s);
  assert.deepEqual(d.errors, []);
}, { past });

browserTest("Dashboard shows a time of the reader's choice", async (d) => {
  await d.page.goto(d.origin);
  await d.page.getByRole("button", { name: "Custom" }).click();
  await d.page.getByLabel("From").fill("2026-03-01T10:00");
  await d.page.getByLabel("To").fill("2026-03-01T09:00");
  await d.page.getByRole("button", { name: "Show" }).click();
  await d.page.getByText("The end must be at least 30 seconds after the begin.").waitFor();
  await d.page.getByLabel("To").fill("2026-03-01T11:30");
  await d.page.getByRole("button", { name: "Show" }).click();
  const at = Date.UTC(2026, 2, 1, 9) / 1000;
  await addressHas(d.page, "range", new RegExp(`^${at}-${at + 5400}$`));
  await d.page.getByText("Nothing was recorded in this time.").waitFor();
  assert.deepEqual(d.errors, []);
}, { past, context: { timezoneId: "Europe/Berlin" } });

browserTest(
  "Dashboard says what it cannot show of the past, and tries again when told to",
  async (d) => {
    await d.page.goto(`${d.origin}/#/`);
    await d.page.getByText("No proxy has reported yet.").waitFor();
    const refusal = {
      status: 503,
      json: { error: { code: "history_busy", message: "Too many ask <b>now</b>." } },
    };
    await d.page.route("**/api/history*", (route) => route.fulfill(refusal));
    await d.page.getByRole("button", { name: "24 h", exact: true }).click();
    const alert = d.page.getByRole("alert");
    await alert.getByText("The past cannot be shown: Too many ask <b>now</b>.").waitFor();
    await d.page.unroute("**/api/history*");
    await alert.getByRole("button", { name: "Try again" }).click();
    await alert.waitFor({ state: "detached" });
    await momentAt(d.page, "Home", VALUE);
  },
  { past },
);

browserTest("Dashboard says that there is no past where none is kept", async (d) => {
  await d.reports.send(d.manager, {});
  await d.page.goto(`${d.origin}/#/?range=24h`);
  await d.page.getByText("This manager keeps no history:").waitFor();
  assert.equal(d.requests.filter((url) => url.includes("/api/history")).length, 0);
  assert.deepEqual(d.errors, []);
});

browserTest("Dashboard's chart fits on a phone, and zooms by its buttons", async (d) => {
  await d.page.goto(`${d.origin}/#/?by=stacked`);
  await d.page.getByLabel("Time", { exact: true }).selectOption("1h");
  await addressHas(d.page, "range", /^1h$/);
  await momentAt(d.page, "Home", VALUE);
  await noSidewaysScroll(d.page);
  await d.page.getByRole("button", { name: "Zoom in" }).click();
  await addressHas(d.page, "zoom", /^\d+-\d+$/);
  await d.page.getByRole("button", { name: "Values" }).click();
  await noSidewaysScroll(d.page);
  assert.deepEqual(d.errors, []);
}, { past, context: PHONE });

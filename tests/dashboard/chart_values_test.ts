import { strict as assert } from "node:assert";
import { browserTest, noSidewaysScroll, PHONE } from "./browser.ts";
import { addressHas, chartOf, momentAt, rememberHour as past, VALUE } from "./charts.ts";

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

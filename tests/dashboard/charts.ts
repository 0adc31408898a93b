import type { Page } from "playwright-core";
import { rememberTraffic } from "./past.ts";

/** Proxies of which each is less busy than the one before. */
export const MEMBERS = Array.from({ length: 10 }, (_, i) => {
  return { proxy: `edge-${i}`, sent: 1e6 / (i + 1), received: 2e7 / (i + 1) };
});

/** An hour of theirs, of which five minutes are missing. */
export function rememberHour(dataDir: string): void {
  rememberTraffic(dataDir, Date.now(), MEMBERS, {
    ...{ seconds: 3600, step: 10 },
    pause: { from: 1800, to: 1500 },
  });
}

/** The chart as one reads it by keyboard. */
export const chartOf = (page: Page) => page.getByRole("slider", { name: "Moment in the chart" });

/** What the address remembers. */
export const queryOf = (page: Page) =>
  new URLSearchParams(new URL(page.url()).hash.split("?")[1] ?? "");

/** Waits until the address says so. */
export async function addressHas(page: Page, name: string, value: RegExp): Promise<void> {
  await page.waitForFunction(
    ([name, source]) => {
      const query = new URLSearchParams(location.hash.split("?")[1] ?? "");
      return new RegExp(source).test(query.get(name) ?? "");
    },
    [name, value.source],
  );
}

/** Waits until the chart tells of a moment that fits, when the key is pressed. */
export async function momentAt(page: Page, key: string, fits: RegExp): Promise<string> {
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

/** What the chart says of a moment. */
export const VALUE = /received \d.* [kM]?B\/s, sent \d.* [kM]?B\/s/;

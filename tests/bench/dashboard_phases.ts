import type { Page } from "playwright-core";

/** What a reader does for a while; `run` is done again and again. */
interface Phase {
  name: string;
  run: (page: Page) => Promise<void>;
}

/** The box that the rows scroll in. */
const BOX = "div:has(> table)";

/** Scrolls by a screen each frame or so, for a second, from wherever it is; at the end it begins anew. */
async function scroll(page: Page): Promise<void> {
  await page.locator(BOX).evaluate((box) =>
    new Promise<void>((resolve) => {
      const until = performance.now() + 1000;
      const step = () => {
        const atEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 1;
        box.scrollTop = atEnd ? 0 : box.scrollTop + 0.9 * box.clientHeight;
        if (performance.now() < until) requestAnimationFrame(step);
        else resolve();
      };
      step();
    })
  );
}

const SORTS = ["Received", "Client", "Target", "Receive rate", "Duration"];

async function sort(page: Page): Promise<void> {
  for (const name of SORTS) {
    // Descending, ascending, none.
    for (let click = 0; click < 3; click++) {
      await page.locator("thead th", { hasText: name }).first().getByRole("button").click();
      await page.waitForTimeout(300);
    }
  }
}

async function filter(page: Page): Promise<void> {
  const field = page.getByLabel("Filter connections");
  const pattern = page.getByRole("button", { name: "Regular expression" });
  for (const [text, isPattern] of [["host-4 user-1", false], ["^host-\\d*7\\.", true]] as const) {
    if (isPattern) await pattern.click();
    await field.pressSequentially(text, { delay: 60 });
    await page.waitForTimeout(500);
    await field.fill("");
    if (isPattern) await pattern.click();
  }
}

async function group(page: Page): Promise<void> {
  for (const by of ["client", "target", "user", "proxy", ""]) {
    await page.getByLabel("Group by").selectOption(by);
    await page.waitForTimeout(1000);
  }
}

/** In this order. */
export const PHASES: Phase[] = [
  { name: "idle", run: (page) => page.waitForTimeout(1000) },
  { name: "scrolling", run: scroll },
  { name: "sorting", run: sort },
  { name: "filtering", run: filter },
  { name: "grouping", run: group },
];

import { strict as assert } from "node:assert";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import config from "../../deno.json" with { type: "json" };
import { type RunningManager, startManager } from "../../manager/mod.ts";
import { managerOptionsSchema } from "../../manager/options.ts";
import {
  type ConnectionRecord,
  encodeConnections,
  type Summary,
} from "../../proxy/stats/report.ts";
import { encodeDetail } from "../../proxy/stats/report_detail.ts";
import type { BackendRecord } from "../../proxy/stats/backend_record.ts";
import { TempFolder } from "../support/history.ts";
import { summary } from "../support/reports.ts";

const DIST = new URL("../../dashboard/dist/", import.meta.url);

const USUAL_PATHS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
];

/** The browser named by CHROMIUM, or the first that is where one usually is; undefined if none is. */
export function findChromium(): string | undefined {
  const named = Deno.env.get("CHROMIUM");
  return named ? named : USUAL_PATHS.find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/** Flags with which Chromium runs anywhere and speaks to nobody of its own accord. */
export const CHROMIUM_FLAGS = [
  "--no-sandbox", // CI runs as root, where Chromium has no sandbox.
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-default-apps",
];

/** A headless browser. */
export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
}

/** What a manager of the tests may be given; `flags` are those of the command line. */
export interface DashboardOptions {
  port?: number;
  now?: () => number;
  dataDir?: string;
  version?: string;
  flags?: Record<string, unknown>;
}

/** A manager on free ports or the given one, with the built dashboard; it remembers in `dataDir`. */
export function startDashboard(
  { port = 0, now, dataDir, version = config.version, flags = {} }: DashboardOptions = {},
): Promise<RunningManager> {
  const remember = dataDir === undefined ? {} : { history: true, dataDir };
  const options = managerOptionsSchema.parse({
    listen: `127.0.0.1:${port}`,
    statsListen: "127.0.0.1:0",
    ...remember,
    ...flags,
  });
  return startManager(options, { version, dashboardDir: DIST, now });
}

/** Sends real reports to a manager, as any number of proxies. */
export class Reports implements Disposable {
  readonly #socket = Deno.listenDatagram({ hostname: "127.0.0.1", port: 0, transport: "udp" });
  readonly #now: () => number;
  #seq = 0;

  /** `now` is in Unix milliseconds. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** One report, in as many datagrams as the records need. */
  async send(
    manager: RunningManager,
    overrides: Partial<Summary>,
    records: ConnectionRecord[] = [],
  ): Promise<void> {
    const sent_at = this.#now() / 1000;
    const start_time = sent_at - 3600;
    let from = 0;
    do {
      const seq = this.#seq++;
      const head = summary({ sent_at, seq, start_time, refresh_s: 600, ...overrides });
      const { bytes, next } = encodeConnections(head, records, from);
      await this.sendRaw(manager, bytes);
      from = next;
    } while (from < records.length);
  }

  /** One report of a proxy's backends and counters by reason. */
  async sendDetail(
    manager: RunningManager,
    overrides: Partial<Summary>,
    backends: BackendRecord[],
    reasons: Record<string, number> = {},
  ): Promise<void> {
    const sent_at = this.#now() / 1000;
    const head = () =>
      summary({ sent_at, seq: this.#seq++, start_time: sent_at - 3600, ...overrides });
    for (const bytes of encodeDetail(head, reasons, backends)) await this.sendRaw(manager, bytes);
  }

  /** Bytes as they are. */
  async sendRaw(manager: RunningManager, bytes: Uint8Array): Promise<void> {
    await this.#socket.send(bytes, manager.statsAddr);
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

/** How a test wants its browser and its manager. */
export interface BrowserTestOptions extends DashboardOptions {
  context?: BrowserContextOptions;
  /** Writes what the manager remembers into a directory of the test's own. */
  past?: (dataDir: string) => void;
}

/** A dashboard in a browser, and what went wrong in it. */
export interface Dashboard {
  page: Page;
  manager: RunningManager;
  reports: Reports;
  origin: string;
  /** Errors of the console and the page, violations of the content security policy among them. */
  errors: string[];
  /** Every address that the page asked for. */
  requests: string[];
}

/** Opens the dashboard of a real manager in a browser, and ends everything afterwards. */
export async function withDashboard(
  executablePath: string,
  run: (dashboard: Dashboard) => Promise<void>,
  { context, now, past, ...rest }: BrowserTestOptions = {},
): Promise<void> {
  using folder = past ? new TempFolder() : null;
  if (folder) past!(folder.path);
  const remember = folder ? { dataDir: folder.path } : {};
  const manager = await startDashboard({ now, ...remember, ...rest });
  using reports = new Reports(now);
  const browser = await launch(executablePath);
  try {
    const viewport = { width: 1280, height: 800 };
    const tabs = await browser.newContext({ viewport, locale: "en-US", ...context });
    const page = await tabs.newPage();
    page.setDefaultTimeout(15_000);
    const errors: string[] = [];
    const requests: string[] = [];
    page.on("console", (m) => m.type() === "error" && errors.push(m.text()));
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("dialog", (dialog) => {
      errors.push(`dialog: ${dialog.message()}`);
      return dialog.dismiss();
    });
    page.on("request", (request) => requests.push(request.url()));
    page.on("websocket", (socket) => requests.push(socket.url()));
    const origin = `http://127.0.0.1:${manager.addr.port}`;
    await run({ page, manager, reports, origin, errors, requests });
  } finally {
    await browser.close();
    await manager.stop();
  }
}

const CHROMIUM = findChromium();
if (CHROMIUM === undefined) {
  console.log("The browser tests are left out: no Chromium or Chrome found, and CHROMIUM not set");
}

/** A phone held upright. */
export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
};

/** A test with a dashboard in a browser. */
export function browserTest(
  name: string,
  run: (dashboard: Dashboard) => Promise<void>,
  options: BrowserTestOptions = {},
): void {
  Deno.test({
    name,
    ignore: CHROMIUM === undefined,
    // Playwright keeps timers and pipes of its own until the process ends.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () => withDashboard(CHROMIUM!, run, options),
  });
}

/** Throws where the page is wider than the screen. */
export async function noSidewaysScroll(page: Page): Promise<void> {
  const [content, screen] = await page.evaluate(
    () => [document.documentElement.scrollWidth, document.documentElement.clientWidth],
  );
  assert.equal(content, screen);
}

/** Benchmark of the dashboard: its page of connections in a real browser, from a real manager that hears of 20,000 of them. */
import { Command } from "commander";
import type { Page } from "playwright-core";
import { findChromium, launch } from "../dashboard/browser.ts";
import { PHASES } from "./dashboard_phases.ts";
import { PageWatch } from "./dashboard_watch.ts";
import { fleetIsThere, spawn, startManager } from "./manager.ts";
import { cpuSeconds, residentBytes } from "./process.ts";

const INTERVAL_S = 5;
const DIST = new URL("../../dashboard/dist/", import.meta.url);

interface Options {
  minutes: number;
  proxies: number;
  connections: number;
  executable?: string;
  json?: string;
}

interface Row {
  phase: string;
  seconds: number;
  /** Tasks of more than 50 ms, and the longest of them. */
  longTasks: number;
  longestMs: number;
  rowsDrawn: number;
  bytesPerSecond: number;
}

function parseArguments(args: string[]): Options {
  return new Command("deno task bench dashboard")
    .description("Measures the dashboard's page of connections in Chromium.")
    .option("--minutes <n>", "length of the whole measurement", Number, 10)
    .option("--proxies <n>", "that report every 5 s", Number, 200)
    .option("--connections <n>", "of each proxy", Number, 100)
    .option("--executable <file>", "measure this compiled program instead of the sources")
    .option("--json <file>", "keep the result")
    .parse(args, { from: "user" })
    .opts<Options>();
}

/** What a browser loads, compressed as the manager sends it. */
async function bundleBytes(): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const name of ["app.js", "app.css", "index.html"]) {
    const file = await Deno.open(new URL(name, DIST));
    const zipped = file.readable.pipeThrough(new CompressionStream("gzip"));
    sizes[name] = (await new Response(zipped).bytes()).length;
  }
  return sizes;
}

async function measure(page: Page, watch: PageWatch, options: Options): Promise<Row[]> {
  const rows: Row[] = [];
  const seconds = 60 * options.minutes / PHASES.length;
  for (const { name, run } of PHASES) {
    const before = await watch.figures();
    const until = performance.now() + 1000 * seconds;
    while (performance.now() < until) await run(page);
    const after = await watch.figures();
    const tasks = after.tasks.slice(before.tasks.length);
    const elapsed = (after.atMs - before.atMs) / 1000;
    const row = {
      phase: name,
      seconds: elapsed,
      longTasks: tasks.length,
      longestMs: Math.max(0, ...tasks),
      rowsDrawn: after.rowsDrawn,
      bytesPerSecond: (after.bytes - before.bytes) / elapsed,
    };
    rows.push(row);
    print(row);
  }
  return rows;
}

function print({ phase, seconds, longTasks, longestMs, rowsDrawn, bytesPerSecond }: Row): void {
  const figures = [
    seconds.toFixed(0).padStart(6),
    String(longTasks).padStart(12),
    longestMs.toFixed(0).padStart(12),
    String(rowsDrawn).padStart(8),
    (bytesPerSecond / 1000).toFixed(0).padStart(8),
  ];
  console.log(phase.padEnd(12) + figures.join(""));
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** `deno task bench dashboard`. */
export async function benchDashboard(args: string[]): Promise<void> {
  const options = parseArguments(args);
  const chromium = findChromium();
  if (chromium === undefined) throw new Error("no Chromium or Chrome found, and CHROMIUM not set");
  const manager = await startManager(options, null);
  const { proxies, connections } = options;
  const feed = spawn("manager_feed.ts", manager.port, proxies, connections, INTERVAL_S, "steady");
  try {
    await fleetIsThere(`http://127.0.0.1:${manager.port}`, options);
    const result = await benchPage(chromium, manager, options);
    if (options.json) {
      await Deno.writeTextFile(options.json, JSON.stringify(result, null, 2) + "\n");
    }
  } finally {
    feed.kill("SIGTERM");
    await feed.stdin.close().catch(() => {});
    await feed.stdout.cancel();
    await feed.status;
    await manager.stop();
  }
}

async function benchPage(
  chromium: string,
  manager: { port: number; pid: number },
  options: Options,
) {
  const sizes = await bundleBytes();
  console.log(
    `gzipped: ${Object.entries(sizes).map(([name, n]) => `${name} ${n}`).join(", ")} bytes`,
  );
  const browser = await launch(chromium);
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: "en-US" });
    const watch = await PageWatch.start(page);
    const cpuBefore = cpuSeconds(manager.pid);
    await page.goto(`http://127.0.0.1:${manager.port}/#/connections`);
    await page.locator("tbody tr[data-index]").first().waitFor();
    const load = await watch.figures();
    const firstPaintMs = await watch.firstPaintMs();
    console.log(
      `first paint ${firstPaintMs.toFixed(0)} ms, first rows ${
        load.sinceNavigationMs.toFixed(0)
      } ms, ` +
        `first list ${
          megabytes(load.bytes)
        }, long tasks while loading: ${load.tasks.length}, the longest ${
          Math.max(0, ...load.tasks).toFixed(0)
        } ms`,
    );
    // Every connection has told its rate by then.
    await page.waitForTimeout(3 * 1000 * INTERVAL_S);
    const heapBefore = await watch.heapBytes();
    console.log("\nphase       seconds  tasks > 50 ms  longest ms    rows  kB/s");
    const phases = await measure(page, watch, options);
    const heapAfter = await watch.heapBytes();
    const seconds = (performance.now() - watch.startedAtMs) / 1000;
    const cores = (cpuSeconds(manager.pid) - cpuBefore) / seconds;
    console.log(
      `\nheap ${megabytes(heapBefore)} before and ${megabytes(heapAfter)} after; ` +
        `the manager took ${cores.toFixed(2)} cores and ${megabytes(residentBytes(manager.pid))}`,
    );
    return { sizes, firstPaintMs, heapBefore, heapAfter, phases };
  } finally {
    await browser.close();
  }
}

/**
 * Makes dashboard/screenshots/*.png for the README, from the real dashboard and a real manager that
 * hears of an invented fleet: deno run -A tests/dashboard/screenshots.ts [folder]
 * Manager and pages live on one clock of their own, so that five minutes of traffic take one.
 */
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { RunningManager } from "../../manager/mod.ts";
import type { ConnectionRecord } from "../../proxy/stats/report.ts";
import { eventually } from "../support/eventually.ts";
import { TempFolder } from "../support/history.ts";
import { connection } from "../support/reports.ts";
import { findChromium, launch, Reports, startDashboard } from "./browser.ts";

const STEP_S = 5;
const STEPS = 64;

interface Member {
  id: string;
  type: string;
  listen: string;
  /** Megabytes a second, sent and received. */
  sent: number;
  received: number;
  active: number;
  total: number;
  /** The share of its reports that do not arrive. */
  lossy?: number;
  /** The number of steps before the end at which it falls silent. */
  silent?: number;
}

const FLEET: Member[] = [
  m("edge-paris", "http", "0.0.0.0:8080", 2.1, 41, 412, 184_220),
  m("edge-london", "http", "0.0.0.0:8080", 1.4, 28, 265, 96_412),
  m("edge-virginia", "http", "0.0.0.0:8080", 3.2, 63, 731, 402_118),
  { ...m("edge-tokyo", "socks5", "0.0.0.0:1080", 0.8, 12, 148, 51_907), lossy: 0.08 },
  m("office-berlin", "socks5", "10.20.0.4:1080", 0.3, 4.4, 37, 8_214),
  { ...m("office-lisbon", "socks5", "10.30.0.4:1080", 0.2, 1.9, 12, 3_961), silent: STEPS - 4 },
  m("postgres-replica", "tcp", "127.0.0.1:5432", 9.6, 3.1, 64, 1_204),
  { ...m("smtp-out", "tcp", "[::1]:2525", 0.1, 0.02, 3, 22_480), silent: 3 },
];

function m(
  ...[id, type, listen, sent, received, active, total]: [
    ...[id: string, type: string, listen: string],
    ...[sent: number, received: number, active: number, total: number],
  ]
): Member {
  return { id, type, listen, sent, received, active, total };
}

const TARGETS = [
  ...["github.com:443", "registry.npmjs.org:443", "deb.debian.org:80", "pypi.org:443"],
  ...["images.example.com:443", "api.example.com:443", "video.example.net:443"],
  // As strangers may call themselves.
  ...["<script>alert(1)</script>:80", "\u202Emoc.elpmaxe:443 😀"],
];

/** Of the first member, and what they come to. */
const REASONS = { client_denied: 161, connect_timeout: 30, connect_refused: 11, dns_not_found: 3 };
const REJECTED = REASONS.client_denied;
const FAILED = Object.values(REASONS).reduce((sum, n) => sum + n, 0) - REJECTED;

/** The same noise in each run, from 0 to 1. */
function noise(n: number): number {
  const x = Math.sin(n * 12.9898) * 43758.5453;
  return x - Math.floor(x);
}

/** Traffic at a step, as a share of the usual: slow waves, quick noise. */
function wave(step: number, seed: number): number {
  const slow = 1 + 0.35 * Math.sin(step / 9 + seed) + 0.2 * Math.sin(step / 3.1 + 2 * seed);
  return Math.max(0.05, slow + 0.3 * (noise(step * 7 + seed) - 0.5));
}

function connectionsOf(step: number, now: number): ConnectionRecord[] {
  return Array.from({ length: 46 }, (_, i) => {
    const closed = i % 9 === 4;
    const failed = i % 23 === 11;
    const start = now - 3 - i * i * 1.7 * (0.6 + noise(i));
    const bytes = closed || failed ? 40 : 40 + step;
    return connection({
      id: 1000 - i,
      client_ip: `10.20.${i % 4}.${20 + Math.floor(noise(i) * 200)}`,
      client_port: 32_768 + Math.floor(noise(i + 0.5) * 28_000),
      target: failed ? "old.example.org:443" : TARGETS[Math.floor(noise(i * 3) * TARGETS.length)],
      start_time: failed || closed ? now - 20 - i : start,
      last_activity: failed || closed ? now - 8 - i / 2 : now - 1,
      bytes_sent: failed ? 0 : Math.round(noise(i + 2) * 9000 * bytes),
      bytes_received: failed ? 0 : Math.round(noise(i + 3) ** 3 * 4_000_000 * bytes),
      state: failed ? "failed" : closed ? "closed" : "active",
      reason: failed ? "connect_timeout" : closed ? "client_gone" : "",
      user: i % 6 === 1 ? "build-agent" : "",
      requests: failed ? 0 : 1 + Math.floor(noise(i * 5) * 30),
    });
  });
}

async function report(manager: RunningManager, reports: Reports, step: number, now: number) {
  for (const [seed, member] of FLEET.entries()) {
    if (member.silent !== undefined && step > STEPS - member.silent) continue;
    const history = 86_400 * 6;
    const volume = (megabytes: number) => {
      let sum = history * megabytes * 0.4;
      for (let s = 0; s <= step; s++) sum += megabytes * wave(s, seed) * STEP_S;
      return Math.round(sum * 1e6);
    };
    const records = seed === 0 ? connectionsOf(step, now) : [];
    const active = Math.round(member.active * (0.8 + 0.2 * wave(step, seed)));
    const head = {
      proxy_id: member.id,
      proxy_type: member.type,
      listen_addr: member.listen,
      host: member.id,
      seq: step,
      start_time: now - history - step * STEP_S,
      active_connections: active,
      omitted_connections: active - records.filter(({ state }) => state === "active").length,
      total_connections: member.total + step * 11,
      total_bytes_sent: volume(member.sent),
      total_bytes_received: volume(member.received),
      failed_connections: seed === 0 ? FAILED : Math.round(member.total / 900),
      rejected_connections: seed === 0 ? REJECTED : 0,
    };
    if (member.lossy && noise(step) < member.lossy) continue;
    await reports.send(manager, head, records);
    if (seed === 0) await reports.sendDetail(manager, head, [], REASONS);
  }
}

const DESKTOP = { viewport: { width: 1440, height: 960 } };
const PHONE = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};

/** The devices, by what their pictures' names end with. */
const DEVICES: Record<string, BrowserContextOptions> = {
  "light": { ...DESKTOP, colorScheme: "light" },
  "dark": { ...DESKTOP, colorScheme: "dark" },
  "light-phone": { ...PHONE, colorScheme: "light" },
  "dark-phone": { ...PHONE, colorScheme: "dark" },
};

/** The pages, by what their pictures' names begin with; `until` is there once a page is whole. */
const VIEWS: { name: string; path: string; until: string }[] = [
  { name: "fleet", path: "#/", until: "edge-paris" },
  { name: "proxy", path: "#/proxy/edge-paris", until: "github.com:443" },
  { name: "connections", path: "#/connections", until: "github.com:443" },
  { name: "top", path: "#/top", until: "10.20." },
  { name: "events", path: "#/events", until: "Firing" },
  { name: "settings", path: "#/settings", until: "Example:" },
];

/** Opens the fleet on every device, lets its traffic pass, and takes a picture of every page. */
async function takePages(browser: Browser, folder: string, dataDir: string): Promise<void> {
  let now = Date.now();
  const manager = await startDashboard({ now: () => now, dataDir });
  using reports = new Reports(() => now);
  try {
    const pages: [string, Page][] = [];
    for (const [device, context] of Object.entries(DEVICES)) {
      const page = await browser.newPage({ locale: "en-GB", ...context });
      await page.clock.install({ time: now });
      await page.goto(`http://127.0.0.1:${manager.addr.port}/`);
      pages.push([device, page]);
    }
    let step = 0;
    const pass = async () => {
      now += STEP_S * 1000;
      await report(manager, reports, step++, now / 1000);
      // The manager tells its viewers once a second of true time.
      await new Promise((resolve) => setTimeout(resolve, 1100));
      await Promise.all(pages.map(([, page]) => page.clock.runFor(STEP_S * 1000)));
    };
    while (step <= STEPS) await pass();
    for (const { name, path, until } of VIEWS) {
      // Without a word for 12 s the pages would take the manager for gone.
      await pass();
      for (const [device, page] of pages) {
        await page.evaluate((path) => location.hash = path, path);
        await eventually(`${name} on ${device} is whole`, async () => {
          await page.clock.runFor(100);
          return await page.locator("main").getByText(until).first().isVisible();
        });
        await page.screenshot({ path: `${folder}/${name}-${device}.png` });
      }
    }
  } finally {
    await manager.stop();
  }
}

/** A picture of the login on every device. */
async function takeLogin(browser: Browser, folder: string): Promise<void> {
  const manager = await startDashboard({ flags: { auth: ["ann:correct horse"] } });
  try {
    for (const [device, context] of Object.entries(DEVICES)) {
      const page = await browser.newPage({ locale: "en-GB", ...context });
      await page.goto(`http://127.0.0.1:${manager.addr.port}/`);
      await page.getByLabel("User name").fill("ann");
      await page.screenshot({ path: `${folder}/login-${device}.png` });
    }
  } finally {
    await manager.stop();
  }
}

async function main(folder: string): Promise<void> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("Cannot make screenshots: no Chromium found");
  const browser = await launch(executablePath);
  using data = new TempFolder();
  try {
    await takeLogin(browser, folder);
    await takePages(browser, folder, data.path);
  } finally {
    await browser.close();
  }
}

if (import.meta.main) {
  const home = fileURLToPath(new URL("../../dashboard/screenshots", import.meta.url));
  await main(Deno.args[0] ?? home);
}

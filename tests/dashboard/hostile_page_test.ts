import { strict as assert } from "node:assert";
import { type Browser, chromium, type Page } from "playwright-core";
import type { RunningManager } from "../../manager/mod.ts";
import { eventually } from "../support/eventually.ts";
import { attack } from "./attacks.ts";
import { CHROMIUM_FLAGS, findChromium, Reports, startDashboard } from "./browser.ts";

const CHROMIUM = findChromium();
if (CHROMIUM === undefined) {
  console.log("Hostile pages are left out: no Chromium or Chrome found, and CHROMIUM not set");
}

/** Names of strangers that lead to this host, as one does whose owner has changed its address (DNS rebinding). */
const NAMES = ["evil.example", "rebound.example"];
const RULES = `--host-resolver-rules=${NAMES.map((name) => `MAP ${name} 127.0.0.1`).join(",")}`;
const VICTIM = "victim";
const ANN = { user: "ann", password: "correct horse" };

interface Scene {
  manager: RunningManager;
  browser: Browser;
  page: Page;
  /** Where the hostile page is served, by any name. */
  hostilePort: number;
}

/** A manager that knows a proxy which is gone, so that it could be forgotten, and a browser with a stranger's page. */
async function withScene(
  run: (scene: Scene) => Promise<void>,
  flags: Record<string, unknown>,
): Promise<void> {
  const manager = await startDashboard({ flags });
  await using hostile = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () =>
      new Response("<!DOCTYPE html><body>hello</body>", {
        headers: { "content-type": "text/html" },
      }),
  );
  const args = [...CHROMIUM_FLAGS, RULES];
  const browser = await chromium.launch({ executablePath: CHROMIUM!, args });
  try {
    using reports = new Reports();
    await reports.send(manager, { proxy_id: VICTIM, state: "stopped" });
    await eventually("the proxy is known", async () => (await victims(manager)).length === 1);
    const page = await browser.newPage();
    page.setDefaultTimeout(30_000);
    await run({ manager, browser, page, hostilePort: hostile.addr.port });
  } finally {
    await browser.close();
    await manager.stop();
  }
}

/** As a program on the manager's host sees it. */
async function get(manager: RunningManager, path: string): Promise<string> {
  const headers = { authorization: `Basic ${btoa(`${ANN.user}:${ANN.password}`)}` };
  const reply = await fetch(`http://127.0.0.1:${manager.addr.port}${path}`, { headers });
  return await reply.text();
}

async function victims(manager: RunningManager): Promise<string[]> {
  const proxies: { proxy_id: string }[] = JSON.parse(await get(manager, "/api/proxies"));
  return proxies.map(({ proxy_id }) => proxy_id);
}

/** The metrics, and none that another scrape got before. */
async function metrics(manager: RunningManager): Promise<string> {
  const before = await get(manager, "/metrics");
  return await eventually("newer figures", async () => {
    const text = await get(manager, "/metrics");
    return text === before ? undefined : text;
  });
}

/** How often a path other than those of this test's own look-outs was answered with success. */
function successes(text: string): number {
  const lines = text.matchAll(/^rustproxy_http_requests_total\{(.*)\} (\d+)$/gm);
  let sum = 0;
  for (const [, labels, n] of lines) {
    const own = /route="(\/metrics|\/api\/proxies)"/.test(labels);
    if (!own && /code="[123]/.test(labels)) sum += Number(n);
  }
  return sum;
}

function refusals(text: string, reason: string): number {
  return Number(new RegExp(`refused_total\\{reason="${reason}"\\} (\\d+)`).exec(text)?.[1]);
}

function scene(
  name: string,
  run: (scene: Scene) => Promise<void>,
  flags: Record<string, unknown> = {},
): void {
  Deno.test({
    name,
    ignore: CHROMIUM === undefined,
    // Playwright keeps timers and pipes of its own until the process ends.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () => withScene(run, flags),
  });
}

/** Tries everything from a page of `from` on a manager that is asked for by the name `to`. */
async function tryAll(
  { manager, page, hostilePort }: Scene,
  from: string,
  to: string,
): Promise<void> {
  const before = await metrics(manager);
  await page.goto(`http://${from}:${hostilePort}/`);
  const host = `${to}:${manager.addr.port}`;
  const results = await page.evaluate(attack, {
    http: `http://${host}`,
    ws: `ws://${host}`,
    victim: VICTIM,
  });
  assert.ok(Object.keys(results).length > 40);
  // An opaque answer is one that the page cannot look into.
  const allowed = ["refused", "opaque"];
  for (const [what, result] of Object.entries(results)) {
    assert.ok(allowed.includes(result), `${from} → ${to}, ${what}: ${result}`);
  }
  for (const frame of page.frames()) {
    const text = await frame.evaluate(() => document.body?.innerText ?? "").catch(() => "");
    assert.doesNotMatch(text, /RustProxy|proxies/, `${from} → ${to}: ${frame.name()}`);
  }
  const after = await metrics(manager);
  assert.equal(successes(after), successes(before), "nothing was answered");
  assert.match(after, /^rustproxy_manager_viewers 0$/m);
  const reason = to.endsWith(".example") ? "host_not_allowed" : "origin_not_allowed";
  assert.ok(refusals(after, reason) >= refusals(before, reason) + 30, "refusals are counted");
  assert.deepEqual(await victims(manager), [VICTIM]);
}

scene(
  "A page of another site gets nothing from the manager, and changes nothing",
  async (scene) => {
    await tryAll(scene, "evil.example", "127.0.0.1");
    await tryAll(scene, "evil.example", "localhost");
  },
);

scene(
  "A page of another port of the manager's host gets nothing, and changes nothing",
  async (scene) => {
    await tryAll(scene, "127.0.0.1", "127.0.0.1");
    await tryAll(scene, "localhost", "127.0.0.1");
  },
);

scene("A page whose name leads to the manager gets nothing, and changes nothing", async (scene) => {
  await tryAll(scene, "evil.example", "rebound.example");
  const { manager, page } = scene;
  // Of the same origin as what it asks for, as far as the browser knows.
  const reply = await page.goto(`http://rebound.example:${manager.addr.port}/`);
  assert.equal(reply?.status(), 421);
  const forgotten = await page.evaluate(
    async (victim) => (await fetch(`/api/proxy/${victim}`, { method: "DELETE" })).status,
    VICTIM,
  );
  assert.equal(forgotten, 421);
  assert.deepEqual(await victims(manager), [VICTIM]);
});

scene(
  "A page that opens the manager's cannot look into it, and that one can change things",
  async (scene) => {
    const { manager, page, hostilePort } = scene;
    await page.goto(`http://evil.example:${hostilePort}/`);
    const opened = page.context().waitForEvent("page");
    await page.evaluate((url) => {
      Object.assign(globalThis, { other: globalThis.open(url) });
    }, `http://127.0.0.1:${manager.addr.port}/`);
    const own = await opened;
    await own.getByText("RustProxy").first().waitFor();
    const seen = await page.evaluate(() => {
      const { other } = globalThis as unknown as { other: Window | null };
      try {
        return other!.closed ? "closed" : other!.document.title;
      } catch {
        return "refused";
      }
    });
    assert.ok(["closed", "refused"].includes(seen), seen);
    const status = await own.evaluate(
      async (victim) => (await fetch(`./api/proxy/${victim}`, { method: "DELETE" })).status,
      VICTIM,
    );
    assert.equal(status, 204);
    assert.deepEqual(await victims(manager), []);
  },
);

scene("A page of another origin gets nothing by the session of who is logged in", async (scene) => {
  const { manager, page } = scene;
  await page.goto(`http://127.0.0.1:${manager.addr.port}/`);
  const logIn = (login: typeof ANN) =>
    fetch("./api/login", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(login),
    }).then(({ status }) => status);
  assert.equal(await page.evaluate(logIn, ANN), 200);
  // To a browser another port of this host is the same site, which the session's cookie goes to.
  await tryAll(scene, "127.0.0.1", "127.0.0.1");
  await tryAll(scene, "evil.example", "127.0.0.1");
  await page.goto(`http://127.0.0.1:${manager.addr.port}/`);
  const status = await page.evaluate(
    async (victim) => (await fetch(`./api/proxy/${victim}`, { method: "DELETE" })).status,
    VICTIM,
  );
  assert.equal(status, 204, "the session is still there");
}, { auth: `${ANN.user}:${ANN.password}` });

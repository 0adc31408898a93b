import { strict as assert } from "node:assert";
import { chromium } from "playwright-core";
import { CHROMIUM_FLAGS, findChromium } from "../dashboard/browser.ts";
import { startTestProxy } from "../support/proxy.ts";

const executablePath = findChromium();
if (!executablePath) console.log("Tests with a browser are skipped: no Chromium was found");
/** Resources of each kind that the page asks for, 50 in all. */
const IMAGES = 30;
const SCRIPTS = 10;
const STYLES = 10;
const PIXEL = Uint8Array.fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
);

const each = (count: number, html: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => html(i)).join("");

const PAGE = "<!doctype html><title>Behind the proxy</title>" +
  each(STYLES, (i) => `<link rel="stylesheet" href="/style${i}.css">`) +
  each(SCRIPTS, (i) => `<script src="/script${i}.js"></script>`) +
  each(IMAGES, (i) => `<img src="/image${i}.png">`);

/** A page with its resources, a form's answer, and a WebSocket that says who it came through and sends all back. */
function startSite() {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const typed = (body: BodyInit, type: string) =>
      new Response(body, { headers: { "content-type": type } });
    if (pathname.startsWith("/image")) return typed(PIXEL, "image/png");
    if (pathname.startsWith("/script")) {
      return typed("globalThis.ran = (globalThis.ran ?? 0) + 1;", "text/javascript");
    }
    if (pathname.startsWith("/style")) return typed("img { margin: 1px }", "text/css");
    if (pathname === "/via") return new Response(request.headers.get("via"));
    if (pathname === "/echo") return new Response(await request.text());
    if (pathname === "/socket") return echoSocket(request);
    return typed(PAGE, "text/html");
  });
}

function echoSocket(request: Request): Response {
  const via = request.headers.get("via");
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onopen = () => socket.send(`via ${via}`);
  socket.onmessage = ({ data }) => socket.send(data);
  return response;
}

/** In the page: how many resources of each kind are there and right. */
function countResources() {
  const { ran } = globalThis as unknown as { ran: number };
  const styles = [...document.styleSheets].filter((sheet) => sheet.cssRules.length === 1).length;
  const images = [...document.images].filter((image) => image.complete && image.naturalWidth === 1);
  return [styles, ran, images.length];
}

/** In the page: what a WebSocket says first and in answer to `text`, and whether it closes well. */
function talk(text: string): Promise<[first: string, answer: string, clean: boolean]> {
  const socket = new WebSocket(`ws://${location.host}/socket`);
  const said: string[] = [];
  return new Promise((resolve) => {
    socket.onmessage = ({ data }) => {
      said.push(data);
      if (said.length === 1) socket.send(text);
      else socket.close(1000);
    };
    socket.onclose = ({ wasClean }) => resolve([said[0], said[1], wasClean]);
  });
}

for (const scheme of ["http", "socks5", "socks4"] as const) {
  const mode = scheme === "http" ? "http" : "socks5";
  Deno.test({
    name:
      `Chromium loads a page of 50 resources, posts, and talks to a WebSocket through ${scheme}`,
    ignore: !executablePath,
    // Playwright keeps timers and pipes of its own beyond the browser's end.
    sanitizeOps: false,
    sanitizeResources: false,
  }, async () => {
    await using site = startSite();
    await using proxy = startTestProxy(mode, scheme === "socks4" ? { socks4: true } : {});
    const browser = await chromium.launch({
      executablePath,
      // Chromium goes around its proxy for loopback addresses unless it is told not to.
      proxy: { server: `${scheme}://${proxy.address}`, bypass: "<-loopback>" },
      args: CHROMIUM_FLAGS,
    });
    const url = `http://127.0.0.1:${site.addr.port}`;
    try {
      const page = await browser.newPage();
      await page.goto(url, { waitUntil: "load" });
      assert.equal(await page.title(), "Behind the proxy");
      assert.deepEqual(await page.evaluate(countResources), [STYLES, SCRIPTS, IMAGES]);
      const body = "x".repeat(200_000);
      const echoed = await page.evaluate(
        async (body) => await (await fetch("/echo", { method: "POST", body })).text(),
        body,
      );
      assert.equal(echoed, body);
      const via = await page.evaluate(async () => await (await fetch("/via")).text());
      assert.match(via, scheme === "http" ? /^1\.1 rustproxy-/ : /^$/);
      // Through an HTTP proxy it asks for a tunnel, where nobody writes into its request.
      assert.deepEqual(await page.evaluate(talk, body), ["via null", body, true]);
    } finally {
      await browser.close();
    }
    await proxy.report(
      "the traffic is reported",
      (report) => report.total_bytes_sent > 200_000 && report.total_bytes_received > 200_000,
    );
    // The browser's own attempts to reach the internet may fail; what goes to the site may not.
    const failed = proxy.reports.flatMap((report) =>
      report.kind === "connections" ? report.connections : []
    ).filter(([, , , target, , , , , state]) => url.endsWith(target) && state === "failed");
    assert.deepEqual(failed, []);
  });
}

import { strict as assert } from "node:assert";
import { chromium } from "playwright-core";
import { CHROMIUM_FLAGS, findChromium } from "../dashboard/browser.ts";
import { startTestProxy } from "../support/proxy.ts";

const executablePath = findChromium();
if (!executablePath) console.log("Tests with a browser are skipped: no Chromium was found");
const IMAGES = 24;
const PIXEL = Uint8Array.fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
);

/** A page with images, and a form's answer. */
function startSite() {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/image")) {
      return new Response(PIXEL, { headers: { "content-type": "image/png" } });
    }
    if (pathname === "/echo") return new Response(await request.text());
    const images = Array.from({ length: IMAGES }, (_, i) => `<img src="/image${i}.png">`);
    return new Response(`<!doctype html><title>Behind the proxy</title>${images.join("")}`, {
      headers: { "content-type": "text/html" },
    });
  });
}

for (const scheme of ["http", "socks5", "socks4"] as const) {
  const mode = scheme === "http" ? "http" : "socks5";
  Deno.test({
    name: `Chromium loads a page with its images and posts through ${scheme}`,
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
      const loaded = await page.evaluate(() =>
        [...document.images].filter((image) => image.complete && image.naturalWidth === 1).length
      );
      assert.equal(loaded, IMAGES);
      const body = "x".repeat(200_000);
      const echoed = await page.evaluate(
        async (body) => await (await fetch("/echo", { method: "POST", body })).text(),
        body,
      );
      assert.equal(echoed, body);
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

import { strict as assert } from "node:assert";
import { browserTest } from "./browser.ts";

browserTest(
  "Dashboard can be installed: Chromium finds nothing wrong with its manifest",
  async (d) => {
    await d.page.goto(`${d.origin}/#/settings`);
    const session = await d.page.context().newCDPSession(d.page);
    const { url, errors, data } = await session.send("Page.getAppManifest");
    assert.equal(url, `${d.origin}/manifest.webmanifest`);
    assert.deepEqual(errors, []);
    const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
    // A headless browser keeps no profile, which is not the page's fault.
    const ours = installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito");
    assert.deepEqual(ours, []);
    for (const { src, sizes, type } of JSON.parse(data!).icons) {
      const reply = await fetch(new URL(src, url));
      assert.equal(reply.headers.get("content-type"), type);
      const body = new Uint8Array(await reply.arrayBuffer());
      // A PNG's width stands at byte 16 (RFC 2083, section 4.1.1).
      if (type === "image/png") {
        const { buffer } = body;
        assert.equal(
          `${new DataView(buffer).getUint32(16)}x${new DataView(buffer).getUint32(20)}`,
          sizes,
        );
      }
    }
    assert.deepEqual(d.errors, []);
  },
);

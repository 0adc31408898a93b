import { strict as assert } from "node:assert";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { readDashboard } from "../../../manager/api/dashboard.ts";
import { setUpApp } from "../../support/manager_app.ts";

async function withFiles(
  files: Record<string, string>,
  test: (dir: URL) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = join(dir, name);
      await Deno.mkdir(dirname(path), { recursive: true });
      await Deno.writeTextFile(path, text);
    }
    await test(pathToFileURL(dir));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("readDashboard serves what is built, each file with its type and tag", async () => {
  const files = { "index.html": "<!doctype html>", "app.js": "1", "img/a b.svg": "<svg/>" };
  await withFiles(files, async (dir) => {
    const { get, request } = setUpApp({ dashboard: await readDashboard(dir) });
    const table: [path: string, type: string, body: string][] = [
      ["/", "text/html; charset=utf-8", "<!doctype html>"],
      ["/index.html", "text/html; charset=utf-8", "<!doctype html>"],
      ["/app.js", "text/javascript; charset=utf-8", "1"],
      ["/img/a%20b.svg", "image/svg+xml", "<svg/>"],
    ];
    for (const [path, type, body] of table) {
      const reply = await get(path);
      assert.equal(reply.status, 200, path);
      assert.equal(reply.headers.get("content-type"), type, path);
      assert.equal(reply.headers.get("cache-control"), "no-cache", path);
      assert.equal(await reply.text(), body, path);
      const etag = reply.headers.get("etag") ?? "";
      for (const tag of [etag, `W/${etag}`, `"x", ${etag}`]) {
        assert.equal((await get(path, { "if-none-match": tag })).status, 304, tag);
      }
      assert.equal((await get(path, { "if-none-match": '"other"' })).status, 200);
      assert.equal(await (await request(path, { method: "HEAD" })).text(), "");
    }
    assert.equal((await get("/img/")).status, 404);
  });
});

Deno.test("readDashboard leaves the rest working where nothing is built", async () => {
  await withFiles({}, async (dir) => {
    for (const missing of [dir, new URL("file:///nowhere/at/all/")]) {
      const { get } = setUpApp({ dashboard: await readDashboard(missing) });
      const reply = await get("/");
      assert.equal(reply.status, 503);
      assert.match(await reply.text(), /deno task dashboard/);
      assert.equal((await get("/api/health")).status, 200);
    }
  });
});

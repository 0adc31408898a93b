import { extname } from "node:path";
import type { Context } from "hono";
import { errorReply } from "./errors.ts";

const TYPES: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

interface Asset {
  body: Uint8Array<ArrayBuffer>;
  type: string;
  etag: string;
}

/** The dashboard's files by path, such as `/` and `/app.js`. */
export type Dashboard = ReadonlyMap<string, Asset>;

/** Reads the built dashboard into memory; empty if it is not built. */
export async function readDashboard(dir: URL): Promise<Dashboard> {
  const assets = new Map<string, Asset>();
  await readInto(assets, new URL(dir.href.replace(/\/?$/, "/")), "/");
  const index = assets.get("/index.html");
  if (index) assets.set("/", index);
  return assets;
}

async function readInto(assets: Map<string, Asset>, dir: URL, path: string): Promise<void> {
  try {
    for await (const { name, isFile, isDirectory } of Deno.readDir(dir)) {
      const url = new URL(encodeURIComponent(name), dir);
      if (isDirectory) await readInto(assets, new URL(`${url.href}/`), `${path}${name}/`);
      if (isFile) assets.set(`${path}${name}`, await readAsset(url));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function readAsset(url: URL): Promise<Asset> {
  const body = await Deno.readFile(url);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", body)).toHex();
  const type = TYPES[extname(url.pathname)] ?? "application/octet-stream";
  return { body, type, etag: `"${hash.slice(0, 32)}"` };
}

/** Serves one of the dashboard's files; 503 where it is not built, 404 for anything else. */
export function serveDashboard(dashboard: Dashboard, c: Context): Response {
  const { path } = c.req;
  if (path === "/" && !dashboard.has("/")) {
    const text = "The dashboard is not built. Build it with: deno task dashboard\n";
    return c.text(text, 503);
  }
  const asset = dashboard.get(path);
  if (!asset) return errorReply(c, 404, "not_found", `There is nothing at this path`);
  // Names carry no version, so a browser asks each time whether a file is still the same.
  const headers = { "Cache-Control": "no-cache", ETag: asset.etag };
  if (matches(c.req.header("if-none-match"), asset.etag)) return c.body(null, 304, headers);
  return c.body(asset.body, 200, { ...headers, "Content-Type": asset.type });
}

// Weakly compared (RFC 9110, section 13.1.2), for the server weakens the tag when it compresses.
function matches(header: string | undefined, etag: string): boolean {
  return (header ?? "").split(",").some((tag) => {
    const plain = tag.trim().replace(/^W\//, "");
    return plain === etag || plain === "*";
  });
}

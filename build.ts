/** Builds the dashboard (`--dashboard`) or the executables (`[--all] [--out DIR]`). */
import { createHash } from "node:crypto";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import config from "./deno.json" with { type: "json" };

const ROOT = import.meta.dirname!;
const DASHBOARD = join(ROOT, "dashboard");
const DIST = join(DASHBOARD, "dist");
/** The dashboard's files that are used as they are. */
const COPIED_FILES = [
  ...["icon.svg", "manifest.webmanifest"],
  ...["icons/icon-192.png", "icons/icon-512.png", "icons/icon-maskable-512.png"],
];
const DASHBOARD_FILES = [
  "index.html",
  "app.js",
  "app.css",
  ...COPIED_FILES.map((f) => basename(f)),
];
/** What the dashboard is made of, beside the files in its own folder. */
const OTHER_SOURCES = ["build.ts", "deno.json", "deno.lock", "manager/api/model.ts"];
const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
];
/** The program, and what its threads run. */
const PROGRAMS = ["main.ts", "worker.ts", "proxy/auth/hash_worker.ts"];
const REQUIRE = `import { createRequire } from "node:module";
globalThis.require = createRequire(import.meta.url);\n`;
/** The compiled program runs V8 as the tasks do. */
const V8_FLAGS = /--v8-flags=\S+/.exec(config.tasks.proxy.command)![0];
const USAGE = "expected --dashboard, or [--all] [--out DIR]";

class UsageError extends Error {}

function parseArguments(args: string[]) {
  const wanted = { dashboardOnly: false, targets: [Deno.build.target], out: join(ROOT, "dist") };
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--dashboard") wanted.dashboardOnly = true;
    else if (args[i] === "--all") wanted.targets = TARGETS;
    else if (args[i] === "--out" && args[i + 1]) wanted.out = resolve(args[++i]);
    else throw new UsageError(`Cannot understand "${args[i]}": ${USAGE}`);
  }
  return wanted;
}

/** Runs this same Deno; throws one line with the action and Deno's first complaint. */
async function deno(action: string, args: string[], cwd = ROOT): Promise<void> {
  const options = { args, cwd, env: { NO_COLOR: "1" } };
  const { success, stderr } = await new Deno.Command(Deno.execPath(), options).output();
  if (!success) throw new Error(`${action}: ${complaint(new TextDecoder().decode(stderr))}`);
}

function complaint(stderr: string): string {
  const download = /error sending request for url .*|failed to download.*/i.exec(stderr)?.[0];
  if (download) return `a download failed: ${download}`;
  const error = /error: (.*)/.exec(stderr)?.[1] ?? stderr.trim().split("\n")[0];
  const place = /^\s+at (\S+:\d+)$/m.exec(stderr)?.[1];
  return place ? `${error} (${place})` : error;
}

async function* filesIn(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isFile) yield path;
    else if (path !== DIST && entry.name !== "screenshots") yield* filesIn(path);
  }
}

async function changedAt(path: string): Promise<number> {
  return (await Deno.stat(path)).mtime?.getTime() ?? 0;
}

async function dashboardIsFresh(): Promise<boolean> {
  const sources = OTHER_SOURCES.map((path) => join(ROOT, path));
  sources.push(...await Array.fromAsync(filesIn(DASHBOARD)));
  const built = DASHBOARD_FILES.map((name) => join(DIST, name));
  const oldest = Promise.all(built.map((path) => changedAt(path).catch(() => -Infinity)));
  const newest = Promise.all(sources.map(changedAt));
  return Math.min(...await oldest) >= Math.max(...await newest);
}

/** The dashboard's files in `folder`, made from its sources. */
async function makeDashboard(folder: string): Promise<void> {
  const css = join(folder, "app.css");
  await Deno.writeTextFile(css, await compileCss(join(DASHBOARD, "styles", "app.css")));
  // One after the other: on a new machine two at once trip over each other while Deno installs its bundler.
  await bundle("browser", join(DASHBOARD, "main.tsx"), join(folder, "app.js"));
  await bundle("browser", css, css);
  for (const name of COPIED_FILES) {
    await Deno.copyFile(join(DASHBOARD, name), join(folder, basename(name)));
  }
  const html = await Deno.readTextFile(join(DASHBOARD, "index.html"));
  await Deno.writeTextFile(join(folder, "index.html"), html.replace("%VERSION%", config.version));
}

function bundle(platform: "browser" | "deno", from: string, to: string): Promise<void> {
  const args = ["bundle", "--quiet", "--platform", platform, "--minify", "-o", to, from];
  return deno(`Cannot bundle ${relative(ROOT, from)}`, args);
}

async function compileCss(path: string): Promise<string> {
  const { compile } = await import("tailwindcss");
  const loadStylesheet = async (id: string, base: string) => {
    const found = id.startsWith(".")
      ? join(base, id)
      : fileURLToPath(import.meta.resolve(id === "tailwindcss" ? "tailwindcss/index.css" : id));
    return { path: found, base: dirname(found), content: await Deno.readTextFile(found) };
  };
  const source = await Deno.readTextFile(path);
  const { build } = await compile(source, { base: dirname(path), from: path, loadStylesheet });
  return build(await usedWords());
}

/** Every word that could be a class: Tailwind ignores those that are none. */
async function usedWords(): Promise<string[]> {
  const words = new Set<string>();
  for await (const path of filesIn(DASHBOARD)) {
    if (!/\.(tsx?|html)$/.test(path)) continue;
    const text = await Deno.readTextFile(path);
    for (const [word] of text.matchAll(/[^\s"'`{}]+/g)) words.add(word);
  }
  return [...words];
}

async function buildDashboard(): Promise<void> {
  if (await dashboardIsFresh()) return;
  const started = new Date();
  await Deno.mkdir(DIST, { recursive: true });
  // Built aside and renamed, so that two builds at once, or a manager that serves, never meet half a file.
  const aside = await Deno.makeTempDir({ dir: DIST, prefix: ".building-" });
  try {
    await makeDashboard(aside);
    for (const name of DASHBOARD_FILES) {
      // Dated at the start: a source saved while this build ran counts as newer than its result.
      await Deno.utime(join(aside, name), started, started);
      await Deno.rename(join(aside, name), join(DIST, name));
    }
  } finally {
    await Deno.remove(aside, { recursive: true });
  }
  console.log(`Built dashboard/dist in ${((Date.now() - started.getTime()) / 1000).toFixed(1)} s`);
}

/** The shipped program's permissions, from deno.json. */
function permissionFlags(): string[] {
  return Object.entries(config.permissions.rustproxy).map(([name, value]) =>
    Array.isArray(value) ? `--allow-${name}=${value.join(",")}` : `--allow-${name}`
  );
}

/** Bundles the program first: compiling the sources would embed every package whole. */
async function stage(folder: string): Promise<void> {
  for (const source of PROGRAMS) {
    const program = join(folder, basename(source).replace(".ts", ".js"));
    await bundle("deno", join(ROOT, source), program);
    const text = await Deno.readTextFile(program);
    // Deno 2.7's bundles lack the `require` that CommonJS packages call for built-in modules.
    if (text.includes("Dynamic require of")) await Deno.writeTextFile(program, REQUIRE + text);
  }
  const embedded = join(folder, "dashboard", "dist");
  await Deno.mkdir(embedded, { recursive: true });
  for (const name of DASHBOARD_FILES) await Deno.copyFile(join(DIST, name), join(embedded, name));
}

async function compile(target: string, folder: string, out: string): Promise<string> {
  const name = `rustproxy-${target}${target.includes("windows") ? ".exe" : ""}`;
  // No code cache: it would be read from a place in the temporary folder that anyone may write to.
  const options = ["--quiet", "--no-config", "--no-check", "--no-prompt", "--no-code-cache"];
  const files = [
    "--include",
    "dashboard/dist",
    "--include",
    "worker.js",
    "--include",
    "hash_worker.js",
    "--output",
    join(out, name),
    "main.js",
  ];
  const args = [
    "compile",
    ...options,
    "--unstable-net",
    V8_FLAGS,
    ...permissionFlags(),
    "--target",
    target,
    ...files,
  ];
  await deno(`Cannot compile for ${target}`, args, folder);
  console.log(`Compiled ${join(out, name)}`);
  return name;
}

async function buildExecutables(targets: string[], out: string): Promise<void> {
  await Deno.mkdir(out, { recursive: true });
  const folder = await Deno.makeTempDir({ prefix: "rustproxy-" });
  try {
    await stage(folder);
    let sums = "";
    for (const target of targets) {
      const name = await compile(target, folder, out);
      const hash = createHash("sha256").update(await Deno.readFile(join(out, name)));
      sums += `${hash.digest("hex")}  ${name}\n`;
    }
    await Deno.writeTextFile(join(out, "SHA256SUMS"), sums);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  try {
    const { dashboardOnly, targets, out } = parseArguments(Deno.args);
    await buildDashboard();
    if (!dashboardOnly) await buildExecutables(targets, out);
  } catch (error) {
    console.error(`build: ${error instanceof Error ? error.message : error}`);
    Deno.exit(error instanceof UsageError ? 2 : 1);
  }
}

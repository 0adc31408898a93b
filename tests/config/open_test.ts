import { strict as assert } from "node:assert";
import { Household } from "../../config/household.ts";
import { ConfigError, openConfig } from "../../config/open.ts";
import { startProxyThreads } from "../../proxy/mod.ts";

const nothing = () => undefined;
const WORKER = new URL("../../worker.ts", import.meta.url);

/** A folder that is removed with the scope. */
async function folder() {
  const dir = await Deno.makeTempDir();
  const put = (name: string, content: string | Uint8Array) =>
    typeof content === "string"
      ? Deno.writeTextFile(`${dir}/${name}`, content)
      : Deno.writeFile(`${dir}/${name}`, content);
  return { dir, put, [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }) };
}

/** What is said of a file; empty where nothing is wrong with it. */
function said(file: string): string {
  try {
    openConfig(file, nothing);
    return "";
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll(file, "FILE");
    throw error;
  }
}

const proxy = (more: string) =>
  `[[proxy]]\nname = "a"\nmode = "http"\nlisten = "127.0.0.1:0"\ndrain_timeout = 0\n${more}\n`;

const contents: [what: string, content: string | Uint8Array, expected: RegExp][] = [
  ["nothing", "", /^FILE:1: expected \[manager\], \[\[proxy\]\] or both, found neither$/],
  ["only a remark", "# later\n", /^FILE:1: expected \[manager\]/],
  [
    "too much",
    new Uint8Array((4 << 20) + 1).fill(35),
    /^Cannot use --config .*: expected at most 4 MiB$/,
  ],
  [
    "bytes that are no text",
    new Uint8Array([0xff, 0xfe, 0]),
    /^Cannot use --config .*: expected UTF-8$/,
  ],
  ["a NUL in a value", `[manager]\nlisten = "a\0b"\n`, /^FILE:2: expected TOML, [^\0]*$/],
  ["a NUL in a key", `[manager]\nli\0sten = 1\n`, /^FILE:2: expected TOML, [^\0]*$/],
  ["brackets without an end", `a = ${"[".repeat(100_000)}`, /^FILE:1: expected TOML, /],
  ["half a table", proxy("[[pro"), /^FILE:6: expected TOML, /],
  ["the same table twice", "[manager]\n[manager]\n", /^FILE:2: expected TOML, /],
];
for (const [what, content, expected] of contents) {
  Deno.test(`openConfig says in one line what is wrong with a file that holds ${what}`, async () => {
    await using files = await folder();
    await files.put("a.toml", content);
    const line = said(`${files.dir}/a.toml`);
    assert.match(line, expected);
    assert.ok(!line.includes("\n") && line.length < 300, line);
  });
}

Deno.test("openConfig takes a byte order mark and line ends of Windows", async () => {
  await using files = await folder();
  await files.put("a.toml", "\ufeff" + proxy("").replaceAll("\n", "\r\n"));
  assert.equal(said(`${files.dir}/a.toml`), "");
});

Deno.test("openConfig refuses what is no file, or cannot be reached", async () => {
  await using files = await folder();
  await files.put("a.toml", "");
  assert.match(said(files.dir), /: expected a file$/);
  assert.match(said(`${files.dir}/none.toml`), /: there is no such file$/);
  assert.match(said(`${files.dir}/a.toml/b.toml`), /: (it may not be read|there is no such file)$/);
});

Deno.test({
  name: "openConfig follows links, but not for ever",
  ignore: Deno.build.os === "windows",
}, async () => {
  await using files = await folder();
  await Deno.symlink("one", `${files.dir}/two`);
  await Deno.symlink("two", `${files.dir}/one`);
  assert.match(said(`${files.dir}/one`), /: it may not be read$/);
});

Deno.test({
  name: "Household reads the file again by way of a link that was put in another's place",
  ignore: Deno.build.os === "windows",
}, async () => {
  await using files = await folder();
  const { dir } = files;
  // As Kubernetes mounts a ConfigMap.
  for (const [version, env] of [["v1", "test"], ["v2", "prod"]]) {
    await Deno.mkdir(`${dir}/${version}`);
    await files.put(`${version}/a.toml`, proxy(`labels = { env = "${env}" }`));
  }
  await Deno.symlink("v1", `${dir}/data`);
  await Deno.symlink("data/a.toml", `${dir}/a.toml`);
  const read = () => openConfig(`${dir}/a.toml`, nothing);
  const household = await Household.start(read(), {
    startManager: () => Promise.reject(new Error("no manager here")),
    startProxy: (options, told) =>
      startProxyThreads(options, { version: "1", host: "test", ...told }, {
        url: WORKER,
        setup: {},
      }),
    read,
    setLogLevel() {},
    log: { level: null, format: null },
    onStop() {},
  });
  try {
    await Deno.symlink("v2", `${dir}/data.new`);
    await Deno.rename(`${dir}/data.new`, `${dir}/data`);
    assert.equal((await household.reload()).detail, "changed a (labels)");
    assert.deepEqual(household.proxies.get("a")!.options.labels, { env: "prod" });
    await Deno.remove(`${dir}/data`);
    const { ok, detail } = await household.reload();
    assert.deepEqual(
      [ok, /no such file; nothing has changed$/.test(detail)],
      [false, true],
      detail,
    );
  } finally {
    await household.stop();
  }
});

import { strict as assert } from "node:assert";
import { type Import, readImports } from "./support/import_graph.ts";
import { violationsOf } from "./support/import_rules.ts";
import { MAY_IMPORT } from "./support/import_table.ts";
import { PACKAGES } from "./support/package_table.ts";
import { exists, lineCount, linesIn, ROOT, sourceFiles } from "./support/source_files.ts";

const TOP_LEVEL = [
  ...["deno.json", "deno.lock", "README.md", "LICENSE", "CHANGELOG.md", "build.ts"],
  ...["main.ts", "cli.ts", "ctl.ts", "flags.ts", "demo.ts", "log.ts", "worker.ts", "start.ts"],
  ...["read_flags.ts", "flag_texts.ts", "config", "proxy", "manager", "dashboard", "tests"],
];

const PURE_NAMES = [
  ...["request", "response", "connection", "websocket", "head", "fields", "body", "error"],
  ...["forwarded", "max_forwards"],
  ...["wire", "socks4_wire", "udp_wire", "report", "seal", "stats/key"],
  ...["buffer", "rollup", "totals", "address", "ip", "cidr", "proxy_protocol"],
  ...[
    "backend_record",
    ...["limits_record", "labels_record", "report_detail"],
    "backend",
    "busiest",
    "balancer",
    "hash",
    "rise_fall",
    "target",
  ],
  ...[
    "networks",
    "rules",
    "access/options",
    "net/frames",
    "request_line",
    "glob",
    "ranking",
    ...["control/commands", "control/changes", "control/differences", "control/shown"],
  ],
  ...["control/protocol", "control/proof", "control/manager_url"],
  ...["dns/servers", "dns/query", "dns/error", "dns/found", "dns/special", "dns/cache"],
  ...["htpasswd", "sha_crypt", "toml/lines", "toml/problems", "toml/read"],
];
const PURE = new RegExp(`(^|/)(${PURE_NAMES.join("|")})\\.ts$`);
const PURE_MODULES = /^(npm:(zod|ipaddr\.js|dns-packet|smol-toml)|node:(crypto|buffer))$/;

/** The only files that open a socket to listen on. */
const LISTENERS = [
  ...["proxy/door.ts", "proxy/tls/pair.ts", "proxy/stats/sender.ts"],
  ...["proxy/dns/udp.ts", "proxy/net/udp.ts", "demo.ts"],
  ...["manager/receiver/receiver.ts", "manager/server.ts", "manager/http/front.ts"],
];

const violations = (graph: Import[]) =>
  violationsOf(
    { mayImport: MAY_IMPORT, packages: PACKAGES, pure: PURE, pureModules: PURE_MODULES },
    graph,
  );

/** Lines that `pattern` finds in the shipped files, as file:line. */
async function linesWith(pattern: RegExp, except: (file: string) => boolean): Promise<string[]> {
  return await linesIn((await shippedFiles()).filter((file) => !except(file)), pattern);
}

async function shippedFiles(): Promise<string[]> {
  const folders = await Promise.all(
    ["config/", "proxy/", "manager/", "dashboard/"].map(sourceFiles),
  );
  const top = TOP_LEVEL.filter((name) => name.endsWith(".ts") && name !== "build.ts");
  return [...folders.flat(), ...top.filter(exists)];
}

const graph = await readImports(["main.ts", "worker.ts", "dashboard/main.tsx", "build.ts"]);

Deno.test("The import graph follows every arrow of the house", () => {
  assert.deepEqual(violations(graph), []);
});

Deno.test("The import graph reaches every shipped file", async () => {
  const reached = new Set(graph.flatMap(({ from, to }) => [from, to]));
  assert.deepEqual((await shippedFiles()).filter((file) => !reached.has(file)), []);
});

Deno.test("violations names each kind of forbidden import", () => {
  const edge = (from: string, to: string, typeOnly = false) => ({ from, to, typeOnly });
  const allowed = [
    edge("main.ts", "proxy/mod.ts"),
    edge("proxy/http/handler.ts", "proxy/net/relay.ts"),
    edge("proxy/http/handler.ts", "proxy/http/request.ts"),
    edge("manager/ingest.ts", "manager/registry.ts"),
    edge("manager/ingest.ts", "proxy/stats/report.ts"),
    edge("dashboard/state/live.ts", "manager/api/model.ts", true),
    edge("proxy/socks5/wire.ts", "proxy/net/address.ts"),
    edge("proxy/net/session.ts", "proxy/stats/collector.ts", true),
  ];
  const forbidden = [
    edge("main.ts", "proxy/net/relay.ts"),
    edge("proxy/http/connect.ts", "proxy/socks5/handler.ts"),
    edge("proxy/socks5/handler.ts", "proxy/mod.ts"),
    edge("proxy/stats/reporter.ts", "manager/registry.ts"),
    edge("proxy/net/session.ts", "proxy/stats/collector.ts"),
    edge("manager/registry.ts", "manager/api/model.ts"),
    edge("manager/ingest.ts", "proxy/stats/collector.ts"),
    edge("manager/api/app.ts", "manager/mod.ts"),
    edge("dashboard/main.tsx", "manager/api/model.ts"),
    edge("dashboard/main.tsx", "npm:zod"),
    edge("dashboard/main.tsx", "node:path"),
    edge("proxy/net/dial.ts", "jsr:@std/net"),
    edge("proxy/net/dial.ts", "https://example.com/mod.ts"),
    edge("proxy/unheard_of/file.ts", "proxy/net/relay.ts"),
  ];
  assert.deepEqual(violations(allowed), []);
  for (const edge of forbidden) assert.equal(violations([edge]).length, 1, JSON.stringify(edge));
  assert.deepEqual(violations([edge("proxy/http/body.ts", "node:fs")]), [
    "proxy/http/body.ts → node:fs in a pure file",
  ]);
});

Deno.test("Pure files neither read nor send anything", async () => {
  assert.deepEqual(
    await linesWith(/\bDeno\.(?!errors\b)|\bfetch\(/, (file) => !PURE.test(file)),
    [],
  );
});

Deno.test("Only the wiring and the listeners open sockets", async () => {
  const opens = /Deno\.(listen\w*|serve)\(|createServer\(/;
  const files = (await linesWith(opens, () => false)).map((line) => line.split(":")[0]);
  assert.deepEqual([...new Set(files)].sort(), LISTENERS.toSorted());
});

Deno.test("Modules hold no mutable state and do no work when imported", async () => {
  const entries = ["main.ts", "dashboard/main.tsx"];
  const state =
    /^(export )?(let|var) |^(export )?const \w+(: [^=]+)? = (new (Map|Set)(<.*>)?\(\)|\[\]);/;
  assert.deepEqual(await linesWith(state, () => false), []);
  const work = /^(await |new |[\w.]+\()/;
  assert.deepEqual(await linesWith(work, (file) => entries.includes(file)), []);
});

Deno.test("Files stay short: main.ts below 80 lines, none above 300", async () => {
  const long: string[] = [];
  for (const file of [...await shippedFiles(), ...await sourceFiles("tests/"), "build.ts"]) {
    const lines = await lineCount(file);
    // All words of a language are one file, so that a language is one file.
    if (file.startsWith("dashboard/words/")) continue;
    if (lines > (file === "main.ts" ? 79 : 300)) long.push(`${file}: ${lines} lines`);
  }
  assert.deepEqual(long, []);
});

Deno.test("The top level holds only what belongs there", async () => {
  const names = await Array.fromAsync(Deno.readDir(ROOT), ({ name }) => name);
  const built = ["dist"];
  const strangers = names.filter((name) =>
    !name.startsWith(".") && !TOP_LEVEL.includes(name) && !built.includes(name)
  );
  assert.deepEqual(strangers, []);
});

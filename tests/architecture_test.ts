import { strict as assert } from "node:assert";
import { type Import, readImports } from "./support/import_graph.ts";
import { violationsOf } from "./support/import_rules.ts";
import { exists, lineCount, linesIn, ROOT, sourceFiles } from "./support/source_files.ts";

const TOP_LEVEL = [
  ...["deno.json", "deno.lock", "README.md", "LICENSE", "CHANGELOG.md", "build.ts"],
  ...["main.ts", "cli.ts", "flags.ts", "demo.ts", "log.ts", "worker.ts", "config.ts"],
  ...["proxy", "manager", "dashboard", "tests"],
];

/** What of the proxy the manager knows too. */
const REPORT = [
  ...["proxy/stats/report.ts", "proxy/stats/backend_record.ts", "proxy/stats/seal.ts"],
  "proxy/net/address.ts",
];
/** Addresses and networks, pure. */
const NETWORKS = ["proxy/net/address.ts", "proxy/net/ip.ts", "proxy/net/cidr.ts"];
const WIRING = [
  ...["deno.json", "cli.ts", "flags.ts", "demo.ts", "log.ts", "proxy/net/address.ts"],
  ...[
    "proxy/mod.ts",
    "proxy/check_access.ts",
    "proxy/options.ts",
    "proxy/tcp/options.ts",
    "proxy/stats/key.ts",
    "proxy/stats/key_options.ts",
    "manager/mod.ts",
    "manager/options.ts",
  ],
];
const MODE = ["proxy/net/", "type:proxy/auth/check.ts", "proxy/limits.ts", "proxy/stats/"];
const FLEET = ["manager/fleet/", "manager/registry.ts", "manager/history/"];
/** The fleet as the API shows it. */
const VIEWS = ["manager/api/model.ts", "manager/api/model_history.ts", "manager/api/views.ts"];

/**
 * Who may import what. The longest name that fits a file is its rule; a folder may import itself;
 * `type:` allows what is gone when the program runs.
 */
const MAY_IMPORT: Record<string, string[]> = {
  "build.ts": ["deno.json"],
  "main.ts": [...WIRING, "type:worker.ts"],
  "worker.ts": [
    "log.ts",
    "proxy/worker.ts",
    "manager/receiver/receiver.ts",
    "manager/history/worker.ts",
    "type:manager/receiver/",
    "type:manager/history/",
  ],
  "flags.ts": WIRING,
  "cli.ts": WIRING,
  "demo.ts": WIRING,
  "log.ts": [],

  "proxy/mod.ts": ["proxy/"],
  "proxy/engine.ts": ["proxy/"],
  "proxy/check_access.ts": [
    ...["proxy/access/gate.ts", "proxy/dns/resolver.ts", "proxy/net/", "type:proxy/options.ts"],
  ],
  "proxy/identity.ts": ["proxy/net/address.ts", "type:proxy/"],
  "proxy/worker.ts": ["proxy/engine.ts", "proxy/net/address.ts", "proxy/stats/", "type:proxy/"],
  "proxy/workers.ts": [
    ...["proxy/net/address.ts", "proxy/stats/shared_totals.ts", "proxy/worker_detail.ts"],
    "type:proxy/",
  ],
  "proxy/worker_detail.ts": ["type:proxy/"],
  "proxy/flags.ts": ["proxy/net/address.ts"],
  "proxy/options.ts": [
    ...["proxy/tcp/options.ts", "proxy/http/options.ts", "proxy/socks5/options.ts"],
    ...["proxy/access/options.ts", "proxy/dns/options.ts", "proxy/flags.ts"],
    ...["proxy/net/address.ts", "proxy/net/cidr.ts"],
    ...["proxy/rate.ts", "proxy/auth/options.ts", "proxy/tls/options.ts"],
    "proxy/stats/key_options.ts",
    "proxy/stats/options.ts",
  ],
  "proxy/rate.ts": [],
  "proxy/size.ts": [],
  "proxy/dns/": ["proxy/net/"],
  "proxy/dns/options.ts": ["proxy/flags.ts", "proxy/dns/"],
  "proxy/sessions.ts": ["proxy/net/", "type:proxy/limits.ts", "type:proxy/stats/"],
  "proxy/access/": ["proxy/net/"],
  "proxy/auth/": ["proxy/net/failure.ts", "proxy/reloaded.ts"],
  "proxy/auth/options.ts": ["type:proxy/auth/"],
  "proxy/auth/htpasswd.ts": ["type:proxy/auth/"],
  "proxy/auth/hash_worker.ts": ["proxy/auth/verify.ts", "type:proxy/auth/"],
  "proxy/reloaded.ts": [],
  "proxy/files.ts": ["proxy/auth/", "proxy/tls/", "type:proxy/options.ts"],
  "proxy/tls/": ["proxy/net/", "proxy/reloaded.ts"],
  "proxy/tls/options.ts": [],
  "proxy/limits.ts": ["proxy/net/"],
  "proxy/net/": ["type:proxy/stats/"],
  "proxy/stats/": ["proxy/net/address.ts", "proxy/net/failure.ts", "proxy/reloaded.ts"],
  "proxy/stats/key.ts": [],
  "proxy/stats/key_options.ts": ["proxy/stats/key.ts"],
  "proxy/stats/options.ts": ["proxy/flags.ts", "proxy/rate.ts", "proxy/stats/report.ts"],
  "proxy/tcp/": MODE,
  "proxy/tcp/options.ts": ["proxy/flags.ts", "proxy/net/", "proxy/tcp/"],
  "proxy/http/": MODE,
  "proxy/http/options.ts": ["proxy/flags.ts", "proxy/net/address.ts", "proxy/size.ts"],
  "proxy/socks5/": MODE,
  "proxy/socks5/options.ts": ["proxy/flags.ts"],

  "manager/mod.ts": ["manager/", ...REPORT],
  "manager/options.ts": [
    ...["proxy/flags.ts", "proxy/net/address.ts", "proxy/options.ts", "manager/bounds.ts"],
    ...["proxy/stats/key_options.ts", "manager/sealed/options.ts", "manager/http/options.ts"],
    "manager/history/options.ts",
  ],
  "manager/bounds.ts": ["proxy/flags.ts"],
  "manager/sealed/": [
    ...["proxy/reloaded.ts", "proxy/stats/key.ts", "proxy/stats/key_options.ts"],
    ...["type:manager/fleet/report.ts", ...REPORT],
  ],
  "manager/receiver/": [
    ...["manager/sealed/", "manager/program_worker.ts", "proxy/net/token_bucket.ts", ...REPORT],
  ],
  "manager/fleet/": REPORT,
  "manager/history/": [
    ...["manager/fleet/", "manager/program_worker.ts", "type:manager/registry.ts"],
    ...NETWORKS,
    ...REPORT,
  ],
  "manager/registry.ts": ["manager/fleet/", ...REPORT],
  "manager/legacy_report.ts": ["manager/fleet/", ...REPORT],
  "manager/ingest.ts": [
    ...FLEET,
    ...["manager/fitting.ts", "manager/legacy_report.ts"],
    "manager/receiver/",
    "type:manager/sealed/",
    ...REPORT,
  ],
  "manager/ingest_stats.ts": [
    ...["type:manager/api/model.ts", "type:manager/ingest.ts", "type:manager/receiver/"],
  ],
  "manager/clock.ts": [],
  "manager/fitting.ts": [],
  "manager/program_worker.ts": [],
  "manager/live.ts": [...FLEET, ...VIEWS, "manager/fitting.ts", "manager/topic.ts"],
  "manager/topic.ts": [...FLEET, ...VIEWS],
  "manager/metrics.ts": [...FLEET, ...VIEWS, "type:manager/health.ts"],
  "manager/health.ts": ["type:manager/http/"],
  "manager/server.ts": ["manager/http/", "proxy/net/address.ts"],
  "manager/http/": [
    ...["proxy/net/close.ts", "proxy/net/listener.ts", "proxy/net/write.ts", ...NETWORKS],
  ],
  "manager/http/options.ts": ["proxy/flags.ts", "type:manager/http/front.ts"],
  "manager/api/": [
    ...[...FLEET, ...REPORT, ...NETWORKS],
    ...["type:manager/live.ts", "type:manager/metrics.ts", "type:manager/http/"],
  ],

  "dashboard/": ["type:manager/api/model.ts", "type:manager/api/app.ts"],
};

const PACKAGES: Record<string, string[]> = {
  "build.ts": ["tailwindcss"],
  "dashboard/": ["preact", "@preact/signals", "chart.js", "hono"],
  "proxy/": ["@logtape/logtape", "ipaddr.js", "zod"],
  "proxy/dns/": ["@logtape/logtape", "dns-packet", "ipaddr.js", "zod"],
  "proxy/auth/": ["@logtape/logtape", "bcryptjs", "zod"],
  "manager/": ["@hono/zod-openapi", "@logtape/logtape", "hono", "ipaddr.js", "prom-client", "zod"],
  "": ["@logtape/logtape", "commander", "zod"],
};

const PURE_NAMES = [
  ...["request", "response", "connection", "websocket", "head", "fields", "body", "error"],
  ...["forwarded", "max_forwards"],
  ...["wire", "socks4_wire", "udp_wire", "report", "seal", "stats/key"],
  ...["buffer", "rollup", "totals", "address", "ip", "cidr", "proxy_protocol"],
  ...["backend_record", "backend", "busiest", "balancer", "hash", "rise_fall", "target"],
  ...["networks", "rules", "http/frames", "glob", "ranking"],
  ...["dns/servers", "dns/query", "dns/error", "dns/found", "dns/special", "dns/cache"],
  ...["htpasswd", "sha_crypt"],
];
const PURE = new RegExp(`(^|/)(${PURE_NAMES.join("|")})\\.ts$`);
const PURE_MODULES = /^(npm:(zod|ipaddr\.js|dns-packet)|node:(crypto|buffer))$/;

/** The only files that open a socket to listen on. */
const LISTENERS = [
  ...["proxy/engine.ts", "proxy/tls/pair.ts", "proxy/workers.ts", "proxy/stats/sender.ts"],
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
  const folders = await Promise.all(["proxy/", "manager/", "dashboard/"].map(sourceFiles));
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

/** Benchmark of the manager: each route of its document under load, with a fleet that reports and viewers that watch. */
import { Command } from "commander";
import { operationsOf } from "../support/openapi.ts";
import { makeHistory } from "./manager_history.ts";
import { IngestWatch, keptWords } from "./manager_ingest.ts";
import { cpuSeconds, find, freePort, type Program, residentBytes, run, start } from "./process.ts";
import { sources } from "./subject.ts";

const INTERVAL_S = 5;
const CLIENTS = 8;
const DAY = 86_400;
/** Of the column that names the route. */
const WIDTH = 60;

/** Questions that cost more than the bare route, by path; of a moment, how long ago it is. */
const HARDER: Record<string, string[]> = {
  "/api/connections": [
    "?sort=-bytes&limit=1000",
    "?target=*host-49*&active",
    "?group=client",
    "?format=csv&limit=1000",
  ],
  "/api/proxies": ["?format=csv"],
  "/api/history": [1, 30, 365].flatMap((days) =>
    ["", "&proxy_id=proxy-0"].map((proxy) => `?from={-${days}d}${proxy}`)
  ),
  "/api/top": [
    ...["?window=24h", "?window=30d", "?by=target&window=30d&limit=100"],
    "?window=7d&proxy_id=proxy-0",
  ],
  "/api/log": [
    ...["?limit=1000", "?proxy=proxy-0", "?target=rare.example.org*"],
    "?client=10.7.0.0/16&limit=1000&format=csv",
  ],
  "/api/events": ["?limit=1000", "?since=25000&limit=1000"],
};
/** Those that cannot answer without a history. */
const OF_HISTORY = ["/api/history", "/api/top", "/api/log"];

interface Options {
  proxies: number;
  connections: number;
  viewers: number;
  seconds: number;
  /** Whether it has a past. */
  history: boolean;
  routes?: string;
  executable?: string;
  json?: string;
}

interface Row {
  what: string;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Requests that got another status than 200, as where too many wait for the history. */
  refused: number;
  /** Cores of the manager's process. */
  cores: number;
  residentMb: number;
}

function parseArguments(args: string[]): Options {
  return new Command("deno task bench manager")
    .description("Measures the manager's routes under a fleet that reports and viewers that watch.")
    .option("--proxies <n>", "that report every 5 s", Number, 1000)
    .option("--connections <n>", "of each proxy", Number, 100)
    .option("--viewers <n>", "over WebSocket", Number, 500)
    .option("--seconds <n>", "length of one measurement", Number, 5)
    .option("--no-history", "without the year of history that is made up before")
    .option("--routes <text>", "only routes that have this in them")
    .option("--executable <file>", "measure this compiled program instead of the sources")
    .option("--json <file>", "keep the result")
    .parse(args, { from: "user" })
    .opts<Options>();
}

/** Starts it with the history in `dataDir`, or with none. */
export async function startManager(
  { executable }: Pick<Options, "executable">,
  dataDir: string | null,
): Promise<Program & { port: number }> {
  const port = freePort();
  const args = [
    ...["--manager", "--listen", `127.0.0.1:${port}`, "--stats-listen", `127.0.0.1:${port}`],
    ...(dataDir === null ? ["--no-history"] : ["--data-dir", dataDir]),
    ...["--log-level", "error"],
  ];
  const program = executable
    ? await start(executable, args, port)
    : await start(Deno.execPath(), [...sources(), ...args], port);
  return { ...program, port };
}

/** A program of this folder that runs beside the measurement. */
export function spawn(name: string, ...args: (number | string)[]): Deno.ChildProcess {
  const file = new URL(name, import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "--no-check", file, ...args.map(String)],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

/** Resolves once the manager knows of all connections of the fleet. */
export async function fleetIsThere(
  base: string,
  { proxies, connections }: Pick<Options, "proxies" | "connections">,
): Promise<void> {
  for (let attempt = 0; attempt < 240; attempt++) {
    const reply = await (await fetch(`${base}/api/connections?limit=0&proxy=proxy-*`)).json();
    if (reply.total >= proxies * connections) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("the fleet did not appear in two minutes");
}

/** Every GET route of the document that a plain client can ask, and the harder questions. */
async function routesOf(base: string, { history }: Options): Promise<string[]> {
  const document = await (await fetch(`${base}/api/openapi.json`)).json();
  const paths = operationsOf(document)
    .filter(({ method, path }) => method === "GET" && path !== "/ws")
    .map(({ path }) => path.replace("{id}", "proxy-0"))
    .filter((path) => history || !OF_HISTORY.includes(path));
  return [...paths, "/"].flatMap((path) => [
    path,
    ...(HARDER[path] ?? []).map((query) => path + query),
  ]);
}

/** What the manager's process takes while `work` goes on. */
async function accounted<T>(pid: number, work: () => Promise<T>) {
  const before = cpuSeconds(pid);
  const startedAt = performance.now();
  const result = await work();
  const cores = (cpuSeconds(pid) - before) / ((performance.now() - startedAt) / 1000);
  return { result, cores, residentMb: residentBytes(pid) / 1e6 };
}

async function measureRoute(
  what: string,
  { port, pid }: { port: number; pid: number },
  seconds: number,
): Promise<Row> {
  const args = ["-t1", `-c${CLIENTS}`, `-d${seconds}s`, "--timeout", "20s", "--latency"];
  const now = Math.floor(Date.now() / 1000);
  const moment = (_: string, days: string) => String(now - Number(days) * DAY);
  const url = `http://127.0.0.1:${port}${what.replace(/\{-(\d+)d\}/, moment)}`;
  const { result, ...taken } = await accounted(pid, () => run("wrk", [...args, url]));
  const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(result)?.[1] ?? 0);
  const requests = Number(/(\d+) requests in/.exec(result)![1]);
  if (refused === requests) throw new Error(`${what}: no request got what it asked for`);
  return {
    what,
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(result)![1]),
    p50Ms: milliseconds(/50%\s+([\d.]+\w+)/.exec(result)![1]),
    p99Ms: milliseconds(/99%\s+([\d.]+\w+)/.exec(result)![1]),
    refused,
    ...taken,
  };
}

function milliseconds(text: string): number {
  const [, figure, unit] = /([\d.]+)(\w+)/.exec(text)!;
  return Number(figure) * ({ us: 0.001, ms: 1, s: 1000, m: 60_000 }[unit] ?? NaN);
}

/** What all viewers got together. */
interface Watched {
  messages: number;
  bytes: number;
  lost: number;
  seconds: number;
}

/** Viewers that watch until they are asked what they got. */
async function watch(port: number, count: number) {
  const child = spawn("manager_viewers.ts", port, count);
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const first = await lines.read();
  if (Number(first.value) !== count) throw new Error(`viewers: ${first.value}`);
  return {
    async ask(): Promise<Watched> {
      await child.stdin.close();
      const { value } = await lines.read();
      await child.status;
      return JSON.parse(value!);
    },
  };
}

function print(row: Row): void {
  const { what, requestsPerSecond, p50Ms, p99Ms, refused, cores, residentMb } = row;
  const figures = [
    `${Math.round(requestsPerSecond)}`.padStart(8),
    p50Ms.toFixed(1).padStart(10),
    p99Ms.toFixed(1).padStart(10),
    cores.toFixed(2).padStart(8),
    residentMb.toFixed(0).padStart(8),
    refused > 0 ? `  ${refused} refused` : "",
  ];
  console.log(what.padEnd(WIDTH) + figures.join(""));
}

/** Measures all routes, first without viewers and then with them. */
async function measure(manager: Program & { port: number }, options: Options): Promise<Row[]> {
  const base = `http://127.0.0.1:${manager.port}`;
  const routes = (await routesOf(base, options))
    .filter((path) => path.includes(options.routes ?? ""));
  const still = await accounted(manager.pid, () => rest(options));
  console.log(`nobody asks: ${still.cores.toFixed(2)} cores, ${still.residentMb.toFixed(0)} MB`);
  const rows: Row[] = [];
  for (const crowd of new Set([0, options.viewers])) {
    const columns = "   req/s    p50 ms    p99 ms   cores      MB";
    console.log("\n" + `${crowd} viewers`.padEnd(WIDTH) + columns);
    const watching = crowd > 0 ? await watch(manager.port, crowd) : null;
    const ingest = await IngestWatch.start(manager.port);
    const note = (row: Row) => {
      print(row);
      rows.push({ ...row, what: `${row.what} with ${crowd} viewers` });
    };
    if (watching) {
      const { result: _, ...taken } = await accounted(manager.pid, () => rest(options));
      note({ what: "nobody asks", requestsPerSecond: 0, p50Ms: 0, p99Ms: 0, refused: 0, ...taken });
    }
    for (const path of routes) {
      note(await measureRoute(path, manager, options.seconds));
      await ingest.look();
    }
    console.log(keptWords(ingest.kept, options.history));
    if (watching) printWatched(crowd, await watching.ask());
  }
  return rows;
}

function rest({ seconds }: Options): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
}

function printWatched(crowd: number, { messages, bytes, lost, seconds }: Watched): void {
  const each = (messages / seconds / crowd).toFixed(2);
  const rate = (bytes / seconds / 1e6).toFixed(1);
  console.log(
    `viewers got ${each} messages a second each, ${rate} MB/s together; ${lost} were cut off`,
  );
}

/** The data directory with what is made up, or null for none. */
function prepare({ history, proxies }: Options, folder: string): string | null {
  if (!history) return null;
  const dir = `${folder}/data`;
  const { seriesRows, topRows, logRows, events, megabytes, seconds } = makeHistory(dir, proxies);
  console.log(
    `a history of ${proxies} proxies: ${seriesRows} rows of figures, ${topRows} of tops, ` +
      `${logRows} of the log, ${events} events, ${megabytes.toFixed(0)} MB, ` +
      `made in ${seconds.toFixed(0)} s`,
  );
  return dir;
}

/** `deno task bench manager`. */
export async function benchManager(args: string[]): Promise<void> {
  const options = parseArguments(args);
  if (find("wrk") === null) throw new Error("wrk is not installed, and it makes the requests");
  const folder = await Deno.makeTempDir({ prefix: "rustproxy-bench-" });
  try {
    await benchWith(await startManager(options, prepare(options, folder)), options);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Measures a manager that runs, and ends it. */
async function benchWith(manager: Program & { port: number }, options: Options): Promise<void> {
  const { proxies, connections } = options;
  const feed = spawn("manager_feed.ts", manager.port, proxies, connections, INTERVAL_S);
  try {
    await fleetIsThere(`http://127.0.0.1:${manager.port}`, options);
    console.log(`${proxies} proxies with ${connections} connections each, over UDP`);
    const rows = await measure(manager, options);
    if (options.json) await Deno.writeTextFile(options.json, JSON.stringify(rows, null, 2) + "\n");
  } finally {
    feed.kill("SIGTERM");
    await feed.stdin.close().catch(() => {});
    await feed.stdout.cancel();
    await feed.status;
    await manager.stop();
  }
}

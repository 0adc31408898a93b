/** Benchmark of the manager: each route of its document under load, with a fleet that reports and viewers that watch. */
import { Command } from "commander";
import { operationsOf } from "../support/openapi.ts";
import { cpuSeconds, find, freePort, type Program, residentBytes, run, start } from "./process.ts";
import { sources } from "./subject.ts";

const INTERVAL_S = 5;
const CLIENTS = 8;

/** Questions that cost more than the bare route, by path. */
const HARDER: Record<string, string[]> = {
  "/api/connections": [
    "?sort=-bytes&limit=1000",
    "?target=*host-49*&active",
    "?group=client",
    "?format=csv&limit=1000",
  ],
  "/api/proxies": ["?format=csv"],
};

interface Options {
  proxies: number;
  connections: number;
  viewers: number;
  seconds: number;
  routes?: string;
  executable?: string;
  json?: string;
}

interface Row {
  what: string;
  requestsPerSecond: number;
  p99Ms: number;
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
    .option("--routes <text>", "only routes that have this in them")
    .option("--executable <file>", "measure this compiled program instead of the sources")
    .option("--json <file>", "keep the result")
    .parse(args, { from: "user" })
    .opts<Options>();
}

async function startManager({ executable }: Options): Promise<Program & { port: number }> {
  const port = freePort();
  const args = [
    ...["--manager", "--listen", `127.0.0.1:${port}`, "--stats-listen", `127.0.0.1:${port}`],
    ...["--no-history", "--log-level", "error"],
  ];
  const program = executable
    ? await start(executable, args, port)
    : await start(Deno.execPath(), [...sources(), ...args], port);
  return { ...program, port };
}

/** A program of this folder that runs beside the measurement. */
function spawn(name: string, ...args: number[]): Deno.ChildProcess {
  const file = new URL(name, import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "--no-check", file, ...args.map(String)],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

async function fleetIsThere(base: string, { proxies, connections }: Options): Promise<void> {
  for (let attempt = 0; attempt < 240; attempt++) {
    const reply = await (await fetch(`${base}/api/connections?limit=0&proxy=proxy-*`)).json();
    if (reply.total >= proxies * connections) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("the fleet did not appear in two minutes");
}

/** Every GET route of the document that a plain client can ask, and the harder questions. */
async function routesOf(base: string): Promise<string[]> {
  const document = await (await fetch(`${base}/api/openapi.json`)).json();
  const paths = operationsOf(document)
    .filter(({ method, path }) => method === "GET" && path !== "/ws")
    .map(({ path }) => path.replace("{id}", "proxy-0"));
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
  const url = `http://127.0.0.1:${port}${what}`;
  const { result, ...taken } = await accounted(pid, () => run("wrk", [...args, url]));
  const refused = /Non-2xx.*/.exec(result)?.[0];
  if (refused) throw new Error(`${what}: ${refused}`);
  return {
    what,
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(result)![1]),
    p99Ms: milliseconds(/99%\s+([\d.]+\w+)/.exec(result)![1]),
    ...taken,
  };
}

function milliseconds(text: string): number {
  const [, figure, unit] = /([\d.]+)(\w+)/.exec(text)!;
  return Number(figure) * ({ us: 0.001, ms: 1, s: 1000, m: 60_000 }[unit] ?? NaN);
}

/** Viewers that watch until they are asked what they got. */
async function watch(port: number, count: number) {
  const child = spawn("manager_viewers.ts", port, count);
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const first = await lines.read();
  if (Number(first.value) !== count) throw new Error(`viewers: ${first.value}`);
  return {
    async ask(): Promise<{ messages: number; bytes: number; lost: number; seconds: number }> {
      await child.stdin.close();
      const { value } = await lines.read();
      await child.status;
      return JSON.parse(value!);
    },
  };
}

function print({ what, requestsPerSecond, p99Ms, cores, residentMb }: Row): void {
  const figures = [
    `${Math.round(requestsPerSecond)}`.padStart(8),
    p99Ms.toFixed(1).padStart(10),
    cores.toFixed(2).padStart(8),
    residentMb.toFixed(0).padStart(8),
  ];
  console.log(what.padEnd(48) + figures.join(""));
}

/** Measures all routes, first without viewers and then with them. */
async function measure(manager: Program & { port: number }, options: Options): Promise<Row[]> {
  const base = `http://127.0.0.1:${manager.port}`;
  const { seconds, viewers } = options;
  const routes = (await routesOf(base)).filter((path) => path.includes(options.routes ?? ""));
  const rows: Row[] = [];
  const rest = () => new Promise<void>((resolve) => setTimeout(resolve, 1000 * seconds));
  const still = await accounted(manager.pid, rest);
  console.log(`nobody asks: ${still.cores.toFixed(2)} cores, ${still.residentMb.toFixed(0)} MB`);
  for (const crowd of [0, viewers]) {
    if (crowd === 0 && rows.length > 0) break;
    console.log(`\n${crowd} viewers`.padEnd(49) + "  req/s    p99 ms   cores      MB");
    const watching = crowd > 0 ? await watch(manager.port, crowd) : null;
    if (watching) {
      const { cores, residentMb } = await accounted(manager.pid, rest);
      const row = { what: "viewers alone", requestsPerSecond: 0, p99Ms: 0, cores, residentMb };
      print(row);
      rows.push(row);
    }
    for (const path of routes) {
      const row = await measureRoute(path, manager, seconds);
      print(row);
      rows.push({ ...row, what: `${path} with ${crowd} viewers` });
    }
    if (watching) {
      const { messages, bytes, lost, seconds } = await watching.ask();
      const each = (messages / seconds / crowd).toFixed(2);
      console.log(
        `viewers got ${each} messages a second each, ${(bytes / seconds / 1e6).toFixed(1)} MB/s ` +
          `together; ${lost} were cut off`,
      );
    }
  }
  return rows;
}

/** `deno task bench manager`. */
export async function benchManager(args: string[]): Promise<void> {
  const options = parseArguments(args);
  if (find("wrk") === null) throw new Error("wrk is not installed, and it makes the requests");
  const manager = await startManager(options);
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

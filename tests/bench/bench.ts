/**
 * Benchmarks of a proxy against its peers, in pairs: every round measures each subject in turn, so that a
 * machine whose speed drifts does not favour one; medians are printed, with ratios.
 */
import { Argument, Command } from "commander";
import { HTTP } from "./http.ts";
import type { Context, Load, Suite } from "./load.ts";
import { benchDashboard } from "./dashboard.ts";
import { benchManager } from "./manager.ts";
import { find } from "./process.ts";
import { type Server, startBulkServer, startHoldServer, startWebServer } from "./servers.ts";
import { SOCKS5 } from "./socks5.ts";
import { choose, direct, ours, type Running, type Subject } from "./subject.ts";
import { TCP } from "./tcp.ts";
import { benchTelemetry } from "./telemetry.ts";

/** Benchmarks that have no peers, each with options of its own. */
const ALONE: Record<string, (args: string[]) => Promise<void>> = {
  telemetry: benchTelemetry,
  manager: benchManager,
  dashboard: benchDashboard,
};
const SUITES: Record<string, Suite> = { tcp: TCP, http: HTTP, socks5: SOCKS5 };

interface Row {
  load: string;
  unit: string;
  better: string;
  /** Medians by subject, and every round's figure. */
  median: Record<string, number>;
  rounds: Record<string, number[]>;
  /** Subjects that could not carry the load, and why. */
  failed: Record<string, string>;
}

interface Options {
  loads?: string[];
  peers?: string[];
  rounds: number;
  seconds: number;
  executable?: string;
  stats?: boolean;
  json?: string;
}

function parseArguments(): { suite: Suite; options: Options } {
  const list = (text: string) => text.split(",");
  const each = (names: (suite: Suite) => string[]) =>
    Object.values(SUITES).map((suite) => `\n${suite.mode}: ${names(suite)}`).join("");
  const command = new Command("deno task bench")
    .description(
      "Measures a mode of the proxy against its peers, side by side. " +
        `Others, with options of their own: ${Object.keys(ALONE)}.`,
    )
    .addArgument(new Argument("[mode]").choices(Object.keys(SUITES)).default("tcp"))
    .option("--loads <names>", `all of${each(({ loads }) => loads.map(({ name }) => name))}`, list)
    .option("--peers <names>", `none, or all of${each(({ peers }) => Object.keys(peers))}`, list)
    .option("--rounds <n>", "rounds, each subject once in every one", Number, 5)
    .option("--seconds <n>", "length of one measurement", Number, 3)
    .option("--executable <file>", "measure this compiled program instead of the sources")
    .option("--stats", "measure this program with reporting too")
    .option("--json <file>", "keep the result")
    .parse(Deno.args, { from: "user" });
  const options = command.opts<Options>();
  const suite = SUITES[command.processedArgs[0]];
  const unknown = options.loads?.find((name) => !suite.loads.some((load) => load.name === name));
  if (unknown !== undefined) command.error(`error: unknown load "${unknown}" in ${suite.mode}`);
  return { suite, options };
}

/** The wanted loads whose programs are installed; tells which are not. */
function chooseLoads(suite: Suite, wanted?: string[]): Load[] {
  return suite.loads.filter(({ name, needs }) => {
    if (wanted !== undefined && !wanted.includes(name)) return false;
    const missing = needs.filter((program) => find(program) === null);
    if (missing.length > 0) console.log(`${name} is left out: ${missing} is not installed`);
    return missing.length === 0;
  });
}

/** Starts what the loads of this target go to. */
function startTarget(target: Load["target"], folder: string): Promise<Server> {
  if (target === "web") return startWebServer(folder);
  return target === "iperf" ? startBulkServer() : startHoldServer();
}

async function measureLoad(load: Load, subjects: Subject[], rounds: number, context: Context) {
  const { name, unit, better } = load;
  const row: Row = { load: name, unit, better, median: {}, rounds: {}, failed: {} };
  const measured = subjects.filter((subject) =>
    !(load.proxyOnly && subject === direct) && !load.without?.includes(subject.name)
  );
  const target = await startTarget(load.target, context.folder);
  const kept = new Map<Subject, Running>();
  try {
    for (let round = 0; round < rounds; round++) {
      for (const subject of measured.filter(({ name }) => !(name in row.failed))) {
        const running = kept.get(subject) ?? await subject.start(target.port);
        kept.set(subject, running);
        try {
          const figure = await load.measure(running, { ...context, target: target.port });
          (row.rounds[subject.name] ??= []).push(figure);
        } catch (error) {
          row.failed[subject.name] = (error as Error).message;
        }
        if (!load.fresh) continue;
        kept.delete(subject);
        await running.stop();
      }
    }
  } finally {
    for (const running of kept.values()) await running.stop();
    await target.stop();
  }
  for (const [name, figures] of Object.entries(row.rounds)) {
    if (!(name in row.failed)) row.median[name] = median(figures);
  }
  return row;
}

/** The half of a subject's best rate of requests, for the loads with a steady one. */
async function halfPeakRate(suite: Suite, subject: Subject, context: Context): Promise<number> {
  const web = await startWebServer(context.folder);
  const running = await subject.start(web.port);
  try {
    const requests = await suite.requests!(running, { ...context, target: web.port });
    return requests / context.seconds / 2;
  } finally {
    await running.stop();
    await web.stop();
  }
}

function median(figures: number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

function print({ load, unit, median, rounds, failed }: Row): void {
  const show = (n: number) => n >= 1000 ? Math.round(n).toString() : n.toPrecision(3);
  const own = median.ours;
  console.log(`\n${load} (${unit})`);
  for (const [name, figure] of Object.entries(median)) {
    const spread = `${show(Math.min(...rounds[name]))} … ${show(Math.max(...rounds[name]))}`;
    const ratio = name === "ours" || own === undefined
      ? ""
      : `ours = ${(own / figure).toFixed(2)} ×`;
    console.log(`  ${name.padEnd(12)} ${show(figure).padStart(8)}  ${spread.padEnd(20)} ${ratio}`);
  }
  for (const [name, why] of Object.entries(failed)) {
    console.log(`  ${name.padEnd(12)} failed: ${why.trim()}`);
  }
}

/** What is measured: nothing, this program, with reports too if that is asked for, and its peers. */
function chooseSubjects(suite: Suite, options: Options, folder: string, sink: number): Subject[] {
  const wanted = options.peers ?? Object.keys(suite.peers);
  const { found, missing } = choose(suite.peers, wanted.filter((name) => name !== "none"), folder);
  for (const name of missing) console.log(`${name} is not installed and is left out`);
  const executable = options.executable ?? null;
  const flags = (target: number) => ["--mode", suite.mode, ...suite.flags(target)];
  const reporting = (target: number) => [...flags(target), "--stats-addr", `127.0.0.1:${sink}`];
  return [
    direct,
    ours("ours", executable, flags),
    ...found,
    ...(options.stats ? [ours("ours+stats", executable, reporting)] : []),
  ];
}

async function benchSuite(): Promise<void> {
  const { suite, options } = parseArguments();
  const folder = await Deno.makeTempDir({ prefix: "rustproxy-bench-" });
  const sink = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  try {
    const subjects = chooseSubjects(suite, options, folder, (sink.addr as Deno.NetAddr).port);
    const loads = chooseLoads(suite, options.loads);
    const context: Context = { seconds: options.seconds, folder, target: 0, rate: 0 };
    if (loads.some(({ steady }) => steady)) {
      const [, own, first] = subjects;
      context.rate = await halfPeakRate(suite, first ?? own, context);
      console.log(`latency at ${Math.round(context.rate)} requests a second`);
    }
    const rows: Row[] = [];
    for (const load of loads) {
      const row = await measureLoad(load, subjects, options.rounds, context);
      print(row);
      rows.push(row);
    }
    if (options.json) await Deno.writeTextFile(options.json, JSON.stringify(rows, null, 2) + "\n");
    if (rows.some(({ failed }) => Object.keys(failed).length > 0)) Deno.exitCode = 1;
  } finally {
    sink.close();
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const [name, ...args] = Deno.args;
  await (ALONE[name] ? ALONE[name](args) : benchSuite());
}

/** `deno task bench telemetry`: what reports cost a proxy, and how many of them a manager takes in. */
import { Command } from "commander";
import { newStatsKey } from "../../proxy/stats/key.ts";
import {
  type ManagerFigures,
  type ManagerOptions,
  measureManager,
  mostProxies,
} from "./telemetry_manager.ts";
import { measureProxy, type ProxyFigures, type ProxyOptions } from "./telemetry_proxy.ts";

type Side = "proxy" | "manager" | "ramp";
const SIDES: Side[] = ["proxy", "manager", "ramp"];

interface Options {
  sides: Side[];
  connections: number;
  busy: number;
  rounds: number;
  proxies: number;
  each: number;
  seconds: number;
  sealed?: boolean;
  proxyFlags: string[];
  managerFlags: string[];
  json?: string;
}

function parseArguments(args: string[]): Options {
  const list = (text: string) => text.split(",");
  const words = (text: string) => text.split(" ").filter(Boolean);
  const command = new Command("deno task bench telemetry")
    .description(
      "Measures reports, on both sides: a proxy with many connections, and a manager of many proxies.",
    )
    .option("--sides <names>", `all of ${SIDES}`, list, SIDES)
    .option("--connections <n>", "through the proxy", Number, 9000)
    .option("--busy <share>", "the share of them on which bytes move each second", Number, 0.1)
    .option("--rounds <n>", "rounds of the proxy, without reports and with them in each", Number, 2)
    .option("--proxies <n>", "that report to the manager, and where the ramp begins", Number, 1000)
    .option("--each <n>", "connections of each of these", Number, 100)
    .option("--seconds <n>", "length of one measurement", Number, 15)
    .option("--sealed", "with reports that are sealed with a key")
    .option("--proxy-flags <flags>", "more flags of the proxy, in one argument", words, [])
    .option("--manager-flags <flags>", "more flags of the manager, in one argument", words, [])
    .option("--json <file>", "keep the result")
    .parse(args, { from: "user" });
  const options = command.opts<Options>();
  const unknown = options.sides.find((side) => !SIDES.includes(side));
  if (unknown !== undefined) command.error(`error: unknown side "${unknown}": expected ${SIDES}`);
  return options;
}

const show = (n: number) =>
  n >= 1000 ? Math.round(n).toString() : Number(n.toPrecision(3)).toString();

/** Each figure of a subject: its median over the rounds, and its span. */
function printFigures(name: string, of: [label: string, figures: number[]][]): void {
  console.log(`\n${name}`);
  for (const [label, figures] of of) {
    const sorted = figures.toSorted((a, b) => a - b);
    const span = sorted.length > 1 ? `${show(sorted[0])} … ${show(sorted.at(-1)!)}` : "";
    console.log(`  ${label.padEnd(54)} ${show(sorted[sorted.length >> 1]).padStart(8)}  ${span}`);
  }
}

function printProxy(
  { connections, busy }: ProxyOptions,
  { silent, reporting, bytesPerRecord }: Awaited<ReturnType<typeof measureProxy>>,
): void {
  const reports = reporting.map(({ reports }) => reports!);
  const pairs = (figure: (of: ProxyFigures) => number, unit: string): [string, number[]][] => [
    [`${unit}, without reports`, silent.map(figure)],
    [`${unit}, with reports`, reporting.map(figure)],
  ];
  const { interval, refreshSeconds, omitted } = reports.at(-1)!;
  printFigures(`a proxy with ${connections} connections, of which ${busy * 100} % move bytes`, [
    [`datagrams each ${interval} s`, reports.map((r) => r.datagramsPerInterval)],
    [`KiB each ${interval} s`, reports.map((r) => r.bytesPerInterval / 1024)],
    ["most datagrams in any 100 ms", reports.map((r) => r.burst)],
    ...pairs((of) => of.pauseMs, "longest pause of the event loop, ms"),
    ...pairs((of) => of.usualPauseMs, "longest pause in a second, median, ms"),
    ...pairs((of) => of.cpuPercent, "CPU %"),
    ["CPU % of reporting", reporting.map((of, i) => of.cpuPercent - silent[i].cpuPercent)],
    ...pairs((of) => of.kibPerConnection, "KiB of the process per connection"),
    ["bytes of the collector per connection", [bytesPerRecord]],
  ]);
  console.log(
    `  every connection is told anew within ${refreshSeconds} s, ${omitted} are left out`,
  );
}

function describeDrops({ droppedBySystem, dropped }: ManagerFigures): string {
  const reasons = Object.entries(dropped).map(([reason, n]) => `, ${n} ${reason}`);
  return `${droppedBySystem} in the system${reasons.join("")}`;
}

function printManager(figures: ManagerFigures, each: number): void {
  const { latency, lost } = figures;
  printFigures(`a manager on one core, ${figures.proxies} proxies with ${each} connections each`, [
    ["datagrams a second", [figures.datagramsPerSecond]],
    ["CPU %", [figures.cpuPercent]],
    ["memory, MiB", [figures.mebibytes]],
    ["datagrams lost", [lost]],
    ["datagram to WebSocket message, median, ms", [latency!.median]],
    ["datagram to WebSocket message, p99, ms", [latency!.p99]],
  ]);
  if (lost > 0) console.log(`  lost: ${describeDrops(figures)}`);
  console.log(
    "  (messages are joined once a second: 500 ms and 990 ms are what there is at least)",
  );
}

function describeStep(figures: ManagerFigures): string {
  const { proxies, datagramsPerSecond, cpuPercent, mebibytes, lost } = figures;
  const load = `${show(datagramsPerSecond)}/s, CPU ${show(cpuPercent)} %, ${show(mebibytes)} MiB`;
  const losses = `lost ${lost} (${describeDrops(figures)})`;
  const late = figures.inTime ? "" : ", the load could not be made in time";
  return `  ${String(proxies).padStart(6)} proxies: ${load}, ${losses}${late}`;
}

async function ramp(options: ManagerOptions): Promise<unknown> {
  console.log(`\nproxies with ${options.connections} connections each until the first loss`);
  const steps: ManagerFigures[] = [];
  const result = await mostProxies(options, (figures) => {
    console.log(describeStep(figures));
    steps.push(figures);
  });
  const why = {
    loss: "the next step lost datagrams",
    fleet: "more could not be simulated in time",
    size: "more were not tried",
  };
  console.log(`  most without a loss: ${result.proxies} proxies; ${why[result.limit]}`);
  return { ...result, steps };
}

/** Measures the sides that the arguments name, prints the figures, and keeps them if asked to. */
export async function benchTelemetry(args: string[]): Promise<void> {
  const options = parseArguments(args);
  const { sides, connections, busy, rounds, proxies, each, seconds, json } = options;
  const key = options.sealed ? newStatsKey() : null;
  const result: Record<string, unknown> = {};
  if (sides.includes("proxy")) {
    const proxy = { connections, busy, rounds, seconds, key, flags: options.proxyFlags };
    const figures = await measureProxy(proxy);
    printProxy(proxy, figures);
    result.proxy = figures;
  }
  const manager = { proxies, connections: each, seconds, key, flags: options.managerFlags };
  if (sides.includes("manager")) {
    const figures = await measureManager(manager, true);
    printManager(figures, each);
    result.manager = figures;
  }
  if (sides.includes("ramp")) result.ramp = await ramp({ ...manager, seconds: seconds / 2 });
  if (json) await Deno.writeTextFile(json, JSON.stringify(result, null, 2) + "\n");
}

/**
 * Benchmarks of the relay against its peers, in pairs: every round measures each subject in turn, so that a
 * machine whose speed drifts does not favour one; medians are printed, with ratios.
 */
import { Command } from "commander";
import { type Context, halfPeakRate, type Load, LOADS, startTarget } from "./loads.ts";
import { direct, ours, peers, type Running, type Subject } from "./subjects.ts";

interface Row {
  load: string;
  unit: string;
  better: string;
  /** Medians by subject, and every round's figure. */
  median: Record<string, number>;
  rounds: Record<string, number[]>;
}

function parseArguments() {
  const list = (text: string) => text.split(",");
  return new Command("deno task bench")
    .description("Measures the tcp relay against its peers, side by side.")
    .option("--loads <names>", LOADS.map(({ name }) => name).join(","), list)
    .option("--peers <names>", "haproxy,nginx", list, ["haproxy", "nginx"])
    .option("--rounds <n>", "rounds, each subject once in every one", Number, 5)
    .option("--seconds <n>", "length of one measurement", Number, 3)
    .option("--executable <file>", "measure this compiled program instead of the sources")
    .option("--stats", "measure this program with reporting too")
    .option("--json <file>", "keep the result")
    .parse(Deno.args, { from: "user" })
    .opts();
}

async function measureLoad(load: Load, subjects: Subject[], rounds: number, context: Context) {
  const row: Row = {
    load: load.name,
    unit: load.unit,
    better: load.better,
    median: {},
    rounds: {},
  };
  const measured = subjects.filter((subject) => !(load.proxyOnly && subject === direct));
  const target = await startTarget(load.target, context.folder);
  const kept = new Map<Subject, Running>();
  try {
    for (let round = 0; round < rounds; round++) {
      for (const subject of measured) {
        const running = kept.get(subject) ?? await subject.start(target.port);
        if (!load.fresh) kept.set(subject, running);
        (row.rounds[subject.name] ??= []).push(await load.measure(running, context));
        if (load.fresh) await running.stop();
      }
    }
  } finally {
    for (const running of kept.values()) await running.stop();
    await target.stop();
  }
  for (const [name, figures] of Object.entries(row.rounds)) row.median[name] = median(figures);
  return row;
}

function median(figures: number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

function print({ load, unit, median, rounds }: Row): void {
  const show = (n: number) => n >= 1000 ? Math.round(n).toString() : n.toPrecision(3);
  const own = median.ours;
  console.log(`\n${load} (${unit})`);
  for (const [name, figure] of Object.entries(median)) {
    const spread = `${show(Math.min(...rounds[name]))} … ${show(Math.max(...rounds[name]))}`;
    const ratio = name === "ours" ? "" : `ours = ${(own / figure).toFixed(2)} ×`;
    console.log(`  ${name.padEnd(12)} ${show(figure).padStart(8)}  ${spread.padEnd(20)} ${ratio}`);
  }
}

if (import.meta.main) {
  const options = parseArguments();
  const folder = await Deno.makeTempDir({ prefix: "rustproxy-bench-" });
  const wanted = options.peers.filter((name: string) => name !== "none");
  const { found, missing } = peers(wanted, folder);
  for (const name of missing) console.log(`${name} is not installed and is left out`);
  const subjects = [direct, ours("ours", options.executable ?? null), ...found];
  let sink: Deno.DatagramConn | null = null;
  if (options.stats) {
    sink = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    const { port } = sink.addr as Deno.NetAddr;
    const flags = ["--stats-addr", `127.0.0.1:${port}`];
    subjects.push(ours("ours+stats", options.executable ?? null, flags));
  }
  const loads = LOADS.filter(({ name }) => options.loads?.includes(name) ?? true);
  const context: Context = { seconds: options.seconds, folder, rate: 0 };
  if (loads.some(({ name }) => name.startsWith("latency"))) {
    context.rate = await halfPeakRate(found[0] ?? subjects[1], folder);
    console.log(`latency at ${Math.round(context.rate)} requests a second`);
  }
  const rows: Row[] = [];
  for (const load of loads) {
    const row = await measureLoad(load, subjects, options.rounds, context);
    print(row);
    rows.push(row);
  }
  if (options.json) await Deno.writeTextFile(options.json, JSON.stringify(rows, null, 2) + "\n");
  sink?.close();
  await Deno.remove(folder, { recursive: true });
}

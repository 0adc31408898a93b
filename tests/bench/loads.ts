import { cpuSeconds, find, residentBytes, run } from "./process.ts";
import { type Running, startBulkServer, startWebServer, type Subject } from "./subjects.ts";

/** One row of the result: what is measured, and in which direction it is good. */
export interface Load {
  name: string;
  unit: string;
  better: "more" | "less";
  /** True if there is nothing to measure without a proxy process. */
  proxyOnly?: boolean;
  /** What the load goes to. */
  target: "web" | "bulk" | "hold";
  /** True where memory counts: each measurement gets a process of its own. */
  fresh?: boolean;
  measure(subject: Running, context: Context): Promise<number>;
}

export interface Context {
  seconds: number;
  folder: string;
  /** Requests a second for the latency rows: the same for every subject of a run. */
  rate: number;
}

const GIB = 2 ** 30;

async function iperf(subject: Running, seconds: number, streams: number): Promise<number> {
  const args = ["-c", "127.0.0.1", "-p", `${subject.port}`, "-t", `${seconds}`, "-P", `${streams}`];
  const result = JSON.parse(await run("iperf3", [...args, "-J"]));
  if (result.error) throw new Error(`iperf3: ${result.error}`);
  return result.end.sum_received.bytes;
}

async function wrk(subject: Running, seconds: number, close: boolean): Promise<number> {
  const args = ["-t1", "-c64", `-d${seconds}s`, ...(close ? ["-H", "Connection: close"] : [])];
  const text = await run("wrk", [...args, `http://127.0.0.1:${subject.port}/`]);
  const errors = /Non-2xx.*|Socket errors.*/.exec(text)?.[0];
  if (errors && !/connect 0, read \d+, write 0, timeout 0/.test(errors)) {
    throw new Error(`wrk: ${errors}`);
  }
  return Number(/(\d+) requests in/.exec(text)![1]);
}

async function cpuPer(
  subject: Running,
  load: () => Promise<number>,
  amount: number,
): Promise<number> {
  const before = cpuSeconds(subject.pid);
  const done = await load();
  return (cpuSeconds(subject.pid) - before) / (done / amount);
}

/** Durations of a steady flow of requests, in ms, ascending. */
async function durations(subject: Running, { seconds, folder, rate }: Context): Promise<number[]> {
  if (!find("h2load")) throw new Error("the latency loads need h2load (nghttp2-client)");
  const log = `${folder}/h2load.log`;
  await Deno.writeTextFile(log, "");
  const clients = 32;
  const rps = Math.max(1, Math.round(rate / clients));
  const flow = ["--h1", "-t1", `-c${clients}`, `--rps=${rps}`, `-D${seconds}`, "--warm-up-time=1"];
  await run("h2load", [...flow, `--log-file=${log}`, `http://127.0.0.1:${subject.port}/`]);
  const lines = (await Deno.readTextFile(log)).trim().split("\n");
  return lines.map((line) => Number(line.split("\t")[2]) / 1000).sort((a, b) => a - b);
}

function percentile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** Opens connections that each carry one byte both ways and stay. */
async function hold(subject: Running, count: number): Promise<Deno.TcpConn[]> {
  const held: Deno.TcpConn[] = [];
  const byte = new Uint8Array(1);
  while (held.length < count) {
    const wave = await Promise.all(
      Array.from({ length: Math.min(100, count - held.length) }, async () => {
        const conn = await Deno.connect({ hostname: "127.0.0.1", port: subject.port });
        await conn.write(byte);
        if (await conn.read(new Uint8Array(1)) !== 1) throw new Error("a connection was refused");
        return conn;
      }),
    );
    held.push(...wave);
  }
  return held;
}

async function memoryPerConnection(subject: Running, count: number): Promise<number> {
  // One wave first: what the program needs once is not what a connection costs.
  for (const conn of await hold(subject, 200)) conn.close();
  const before = residentBytes(subject.pid);
  const held = await hold(subject, count);
  const grown = residentBytes(subject.pid) - before;
  for (const conn of held) conn.close();
  return grown / count / 1024;
}

/** The peak of the last of five waves against that of the first. */
async function wavePeaks(subject: Running, count: number): Promise<number> {
  const peaks: number[] = [];
  for (let wave = 0; wave < 5; wave++) {
    const held = await hold(subject, count);
    peaks.push(residentBytes(subject.pid));
    for (const conn of held) conn.close();
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return peaks[4] / peaks[0];
}

export const LOADS: Load[] = [
  {
    name: "bulk-1",
    unit: "Gbit/s",
    better: "more",
    target: "bulk",
    measure: async (subject, { seconds }) => await iperf(subject, seconds, 1) * 8 / seconds / 1e9,
  },
  {
    name: "bulk-8",
    unit: "Gbit/s",
    better: "more",
    target: "bulk",
    measure: async (subject, { seconds }) => await iperf(subject, seconds, 8) * 8 / seconds / 1e9,
  },
  {
    name: "requests",
    unit: "/s",
    better: "more",
    target: "web",
    measure: async (subject, { seconds }) => await wrk(subject, seconds, false) / seconds,
  },
  {
    name: "connections",
    unit: "/s",
    better: "more",
    target: "web",
    measure: async (subject, { seconds }) => await wrk(subject, seconds, true) / seconds,
  },
  {
    name: "cpu-bulk",
    unit: "s/GiB",
    better: "less",
    proxyOnly: true,
    target: "bulk",
    measure: (subject, { seconds }) => cpuPer(subject, () => iperf(subject, seconds, 1), GIB),
  },
  {
    name: "cpu-requests",
    unit: "s/100k",
    better: "less",
    proxyOnly: true,
    target: "web",
    measure: (subject, { seconds }) => cpuPer(subject, () => wrk(subject, seconds, false), 100_000),
  },
  {
    name: "cpu-connections",
    unit: "s/10k",
    better: "less",
    proxyOnly: true,
    target: "web",
    measure: (subject, { seconds }) => cpuPer(subject, () => wrk(subject, seconds, true), 10_000),
  },
  {
    name: "latency-p50",
    unit: "ms",
    better: "less",
    target: "web",
    measure: async (subject, context) => percentile(await durations(subject, context), 0.5),
  },
  {
    name: "latency-p99",
    unit: "ms",
    better: "less",
    target: "web",
    measure: async (subject, context) => percentile(await durations(subject, context), 0.99),
  },
  ...[4000, 9000].map((count): Load => ({
    name: `memory-${count}`,
    unit: "KiB/conn",
    better: "less",
    proxyOnly: true,
    target: "hold",
    fresh: true,
    measure: (subject) => memoryPerConnection(subject, count),
  })),
  {
    name: "memory-waves",
    unit: "last/first",
    better: "less",
    proxyOnly: true,
    target: "hold",
    fresh: true,
    measure: (subject) => wavePeaks(subject, 9000),
  },
];

/** Starts what the loads of this target go to. */
export async function startTarget(target: Load["target"], folder: string): Promise<Running> {
  if (target === "web") return await startWebServer(folder);
  if (target === "bulk") return await startBulkServer();
  return await startHoldServer();
}

/** Sends each first byte back and holds the connection, in a process of its own for its descriptors. */
async function startHoldServer(): Promise<Running> {
  const { freePort, start } = await import("./process.ts");
  const port = freePort();
  const code =
    `for await (const c of Deno.listen({ hostname: "127.0.0.1", port: ${port} })) (async () => {
    const b = new Uint8Array(1);
    try { while (await c.read(b) !== null) await c.write(b); } catch {} finally { try { c.close(); } catch {} }
  })();`;
  return { ...await start(Deno.execPath(), ["eval", code], port), port };
}

/** The half of a subject's best rate, for the latency rows. */
export async function halfPeakRate(subject: Subject, folder: string): Promise<number> {
  const web = await startWebServer(folder);
  const running = await subject.start(web.port);
  try {
    return await wrk(running, 3, false) / 3 / 2;
  } finally {
    await running.stop();
    await web.stop();
  }
}

/** How much a manager on one core takes in, and what that costs; the fleet that reports to it runs on another. */
import type { FleetStats } from "../../manager/api/model.ts";
import { cpuSeconds, freePort, type Program, residentBytes, start } from "./process.ts";
import { sources } from "./subject.ts";
import type { FleetFigures } from "./telemetry_fleet.ts";
import { listenLines, pinned, wait } from "./telemetry_process.ts";

export interface ManagerOptions {
  proxies: number;
  /** Of each proxy. */
  connections: number;
  seconds: number;
  /** What reports are sealed with; null for clear ones. */
  key: string | null;
  /** Flags of the manager beside those that this needs. */
  flags: string[];
}

/** A manager under a fleet, over the seconds of one measurement. */
export interface ManagerFigures {
  proxies: number;
  datagramsPerSecond: number;
  cpuPercent: number;
  mebibytes: number;
  /** ms, see {@link FleetFigures}. */
  latency: FleetFigures["latency"];
  /** Datagrams that were sent and not taken in one second after the last one, the system's own drops among them. */
  lost: number;
  droppedBySystem: number;
  /** Datagrams that the manager received and dropped, by reason. */
  dropped: Record<string, number>;
  /** False if the fleet could not send as much as was wanted. */
  inTime: boolean;
}

const INTERVAL_S = 5;
/** Two reports: the first of each connection costs more than those that follow. */
const WARMUP_S = 2 * INTERVAL_S;
/** How long it may take after the last datagram until all are taken in. */
const GRACE_MS = 1000;
const IN_TIME = 0.98;
/** No more proxies than the fleet has descriptors and the manager names for. */
const MOST_PROXIES = 64_000;
const BISECTIONS = 3;
const FLEET = new URL("telemetry_fleet.ts", import.meta.url).href;

interface RunningManager extends Program {
  httpPort: number;
  statsPort: number;
}

async function startManager({ key, flags }: ManagerOptions): Promise<RunningManager> {
  const [httpPort, statsPort] = [freePort(), freePort()];
  const [command, args] = pinned("measured", Deno.execPath(), [
    ...sources(),
    ...["--manager", "--listen", `127.0.0.1:${httpPort}`, "--stats-listen", `0.0.0.0:${statsPort}`],
    ...[
      "--stats-rate",
      "1000000",
      "--max-proxies",
      "1000000",
      "--no-history",
      "--log-level",
      "error",
    ],
    ...(key === null ? [] : ["--stats-key", key]),
    ...flags,
  ]);
  return { ...await start(command, args, httpPort), httpPort, statsPort };
}

/** One fleet of so many proxies against a manager of its own. */
export async function measureManager(
  options: ManagerOptions,
  watched: boolean,
): Promise<ManagerFigures> {
  const { proxies, connections, seconds, key } = options;
  const manager = await startManager(options);
  let fleet: ReturnType<typeof listenLines> | null = null;
  try {
    const { statsPort, httpPort } = manager;
    const sizes = [
      statsPort,
      watched ? httpPort : 0,
      proxies,
      connections,
      INTERVAL_S,
      WARMUP_S,
      seconds,
    ];
    const run = [
      "run",
      "-A",
      "--quiet",
      "--no-check",
      FLEET,
      ...sizes.map(String),
      ...(key ? [key] : []),
    ];
    fleet = listenLines(...pinned("load", Deno.execPath(), run));
    await fleet.next();
    const [cpu, from] = [cpuSeconds(manager.pid), performance.now()];
    const figures: FleetFigures = JSON.parse(await fleet.next());
    const elapsed = (performance.now() - from) / 1000;
    const cpuPercent = (cpuSeconds(manager.pid) - cpu) / elapsed * 100;
    const mebibytes = residentBytes(manager.pid) / 2 ** 20;
    await wait(GRACE_MS);
    const { datagrams, dropped } = await ingested(httpPort);
    const refused = Object.values(dropped).reduce((sum, n) => sum + n, 0);
    return {
      ...{ proxies, datagramsPerSecond: figures.done, cpuPercent, mebibytes },
      ...{ latency: figures.latency, lost: figures.sent - (datagrams - refused), dropped },
      droppedBySystem: await systemDrops(statsPort),
      inTime: figures.done >= IN_TIME * figures.wanted,
    };
  } finally {
    await fleet?.stop();
    await manager.stop();
  }
}

async function ingested(httpPort: number): Promise<FleetStats["ingest"]> {
  const reply = await fetch(`http://127.0.0.1:${httpPort}/api/stats`);
  return (await reply.json() as FleetStats).ingest;
}

/** What the system had no room for in the socket's buffer. */
async function systemDrops(port: number): Promise<number> {
  const entry = new RegExp(`:${port.toString(16).toUpperCase().padStart(4, "0")} `);
  const lines = (await Deno.readTextFile("/proc/net/udp")).split("\n");
  const line = lines.find((line) => entry.test(line.trim().split(/\s+/)[1] + " "));
  return Number(line?.trim().split(/\s+/).at(-1) ?? 0);
}

/**
 * Doubles the proxies until a datagram is lost, then halves the span; tells each step. The answer is the most that
 * lost nothing, and why there were no more.
 */
export async function mostProxies(
  options: ManagerOptions,
  told: (figures: ManagerFigures) => void,
): Promise<{ proxies: number; limit: "loss" | "fleet" | "size" }> {
  const carried = async (proxies: number) => {
    const figures = await measureManager({ ...options, proxies }, false);
    told(figures);
    return figures;
  };
  let good = 0;
  let bad = 0;
  let limit: "loss" | "fleet" | "size" = "size";
  for (let n = options.proxies; n <= MOST_PROXIES && bad === 0; n *= 2) {
    const { lost, inTime } = await carried(n);
    if (lost === 0 && inTime) good = n;
    else bad = n;
    if (bad > 0) limit = lost > 0 ? "loss" : "fleet";
  }
  for (let step = 0; step < BISECTIONS && bad > 0; step++) {
    const n = Math.round((good + bad) / 2);
    const { lost, inTime } = await carried(n);
    if (lost === 0 && inTime) good = n;
    else {
      bad = n;
      limit = lost > 0 ? "loss" : "fleet";
    }
  }
  return { proxies: good, limit };
}

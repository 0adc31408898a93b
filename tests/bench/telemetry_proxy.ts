/** What reporting costs a proxy with many connections, on real sockets: measured in pairs, with reports and without. */
import { parseStatsKey } from "../../proxy/stats/key.ts";
import type { Datagram } from "../../proxy/stats/report.ts";
import { deriveKey, readHeader, unseal } from "../../proxy/stats/seal.ts";
import { cpuSeconds, freePort, type Program, residentBytes, run, start } from "./process.ts";
import { startHoldServer } from "./servers.ts";
import { sources } from "./subject.ts";
import { listenLines, pinned, wait } from "./telemetry_process.ts";

export interface ProxyOptions {
  connections: number;
  /** The share of them on which bytes move. */
  busy: number;
  seconds: number;
  rounds: number;
  /** What reports are sealed with; null for clear ones. */
  key: string | null;
  /** Flags of the proxy beside those that this needs. */
  flags: string[];
}

/** One proxy, over the seconds of one measurement. */
export interface ProxyFigures {
  cpuPercent: number;
  /** The longest time that the event loop was not free, in ms. */
  pauseMs: number;
  /** That of the median second. */
  usualPauseMs: number;
  kibPerConnection: number;
  reports: ReportFigures | null;
}

export interface ReportFigures {
  datagramsPerInterval: number;
  bytesPerInterval: number;
  /** Most datagrams within any 100 ms. */
  burst: number;
  interval: number;
  refreshSeconds: number;
  omitted: number;
}

const BURST_MS = 100;
/** Two reports and some: the first one tells of all connections at once. */
const SETTLE_MS = 11_000;
const PAUSES = new URL("telemetry_pauses.ts", import.meta.url).href;
const CLIENTS = new URL("telemetry_clients.ts", import.meta.url).href;
const HEAP = new URL("telemetry_heap.ts", import.meta.url).href;

/** A socket that keeps what arrives. */
class Sink {
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  readonly port = (this.#socket.addr as Deno.NetAddr).port;
  arrived: { at: number; bytes: Uint8Array }[] = [];

  constructor() {
    this.#receive();
  }

  async #receive(): Promise<void> {
    const buffer = new Uint8Array(65_535);
    try {
      for (;;) {
        const [bytes] = await this.#socket.receive(buffer);
        this.arrived.push({ at: performance.now(), bytes: bytes.slice() });
      }
    } catch { /* closed */ }
  }

  close(): void {
    this.#socket.close();
  }
}

async function startProxy(
  target: number,
  flags: string[],
  pauses: number,
): Promise<Program & { port: number }> {
  const port = freePort();
  const [command, args] = pinned("measured", Deno.execPath(), [
    ...sources(`${PAUSES}?port=${pauses}`),
    ...["--listen", `127.0.0.1:${port}`, "--mode", "tcp", "--target", `127.0.0.1:${target}`],
    ...["--max-connections", "20000", "--drain-timeout", "0", "--log-level", "error", ...flags],
  ]);
  return { ...await start(command, args, port), port };
}

async function measure(
  target: number,
  reporting: boolean,
  options: ProxyOptions,
): Promise<ProxyFigures> {
  const { connections, seconds } = options;
  const [sink, pauses] = [new Sink(), new Sink()];
  const reports = reporting ? reportFlags(sink.port, options.key) : [];
  const proxy = await startProxy(target, [...reports, ...options.flags], pauses.port);
  let clients: ReturnType<typeof listenLines> | null = null;
  try {
    const before = residentBytes(proxy.pid);
    const busy = Math.round(connections * options.busy);
    const sizes = [proxy.port, connections, busy].map(String);
    const args = ["run", "-A", "--quiet", "--no-check", CLIENTS, ...sizes];
    clients = listenLines(...pinned("load", Deno.execPath(), args));
    await clients.next();
    await wait(SETTLE_MS);
    sink.arrived = [];
    pauses.arrived = [];
    const [cpu, from] = [cpuSeconds(proxy.pid), performance.now()];
    await wait(seconds * 1000);
    const elapsed = (performance.now() - from) / 1000;
    const longest = pauses.arrived.map(({ bytes }) => Number(new TextDecoder().decode(bytes)))
      .sort((a, b) => a - b);
    return {
      cpuPercent: (cpuSeconds(proxy.pid) - cpu) / elapsed * 100,
      pauseMs: longest.at(-1) ?? NaN,
      usualPauseMs: longest[longest.length >> 1],
      kibPerConnection: (residentBytes(proxy.pid) - before) / connections / 1024,
      reports: reporting ? describe(sink.arrived, elapsed, options.key) : null,
    };
  } finally {
    await clients?.stop();
    await proxy.stop();
    sink.close();
    pauses.close();
  }
}

function reportFlags(port: number, key: string | null): string[] {
  return ["--stats-addr", `127.0.0.1:${port}`, ...(key === null ? [] : ["--stats-key", key])];
}

/** What a datagram says, sealed or not. */
function read(bytes: Uint8Array, key: string | null): Datagram {
  let payload: Uint8Array | null = bytes;
  if (key !== null) {
    const header = readHeader(bytes);
    if (typeof header === "string") throw new Error(`a report is not sealed: ${header}`);
    payload = unseal(bytes, deriveKey(parseStatsKey(key)!, header.bootId));
    if (payload === null) throw new Error("a report cannot be unsealed");
  }
  return JSON.parse(new TextDecoder().decode(payload));
}

function describe(
  arrived: Sink["arrived"],
  seconds: number,
  key: string | null,
): ReportFigures {
  const last = arrived.at(-1);
  if (last === undefined) throw new Error("no report came");
  const { interval, refresh_s, omitted_connections } = read(last.bytes, key);
  const intervals = seconds / interval;
  let burst = 0;
  for (let from = 0, to = 0; to < arrived.length; to++) {
    while (arrived[to].at - arrived[from].at > BURST_MS) from++;
    burst = Math.max(burst, to - from + 1);
  }
  return {
    datagramsPerInterval: arrived.length / intervals,
    bytesPerInterval: arrived.reduce((sum, { bytes }) => sum + bytes.length, 0) / intervals,
    ...{ burst, interval, refreshSeconds: refresh_s, omitted: omitted_connections },
  };
}

/** Both kinds of proxy in turn, so many rounds; and the bytes of one record. */
export async function measureProxy(options: ProxyOptions) {
  const target = await startHoldServer();
  const silent: ProxyFigures[] = [];
  const reporting: ProxyFigures[] = [];
  try {
    for (let round = 0; round < options.rounds; round++) {
      silent.push(await measure(target.port, false, options));
      reporting.push(await measure(target.port, true, options));
    }
  } finally {
    await target.stop();
  }
  const heap = [
    "run",
    "-A",
    "--no-check",
    "--v8-flags=--expose-gc",
    HEAP,
    `${options.connections}`,
  ];
  return { silent, reporting, bytesPerRecord: Number(await run(Deno.execPath(), heap)) };
}

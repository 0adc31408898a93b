/**
 * The demo: a manager, a proxy of each mode that takes its orders, a small origin, and clients that send
 * some traffic through them, all on loopback, so that the dashboard lives.
 */
import { type ManagerDeps, startManager } from "./manager/mod.ts";
import { DEFAULT_RETENTION, managerOptionsSchema } from "./manager/options.ts";
import { type ProxyDeps, startProxy } from "./proxy/mod.ts";
import { pause } from "./proxy/net/pause.ts";
import { type Mode, proxyOptionsSchema } from "./proxy/options.ts";
import { newStatsKey } from "./proxy/stats/key.ts";

const MANAGER = "127.0.0.1:13337";
const ADDRESSES: Record<Mode, string> = {
  tcp: "127.0.0.1:8001",
  http: "127.0.0.1:8002",
  socks5: "127.0.0.1:8003",
};
const CLIENTS_PER_PROXY = 4;
const PIECE = 16 << 10;
const MAX_PIECES = 4096;

interface Part {
  stop(): Promise<void>;
}

/** Starts the demo and prints its addresses; throws ListenError with nothing left open. */
export async function startDemo(
  deps: ManagerDeps & ProxyDeps,
  print: (line: string) => void,
): Promise<Part> {
  const parts: Part[] = [];
  const stop = async () => {
    for (const part of parts.reverse()) await part.stop();
  };
  try {
    const controlKey = newStatsKey();
    const options = managerOptionsSchema.parse({ listen: MANAGER, controlKey });
    // In memory: the demo shows what a manager remembers, and leaves nothing behind.
    const history = { dir: "memory", retention: DEFAULT_RETENTION } as const;
    parts.push(await startManager({ ...options, history }, deps));
    const origin = startOrigin();
    parts.push(origin);
    for (const mode of ["tcp", "http", "socks5"] as const) {
      const flags = {
        ...{ mode, listen: ADDRESSES[mode], managerAddr: MANAGER, drainTimeout: "2" },
        ...{ control: true, controlKey },
      };
      const target = mode === "tcp" ? { target: origin.address } : {};
      // An order to stop is for that proxy alone.
      const own = { ...deps, onStop: undefined };
      parts.push(startProxy(proxyOptionsSchema.parse({ ...flags, ...target }), own));
    }
    parts.push(startClients(origin.address));
    for (const line of description(origin.address)) print(line);
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function description(origin: string): string[] {
  return [
    "",
    `  Dashboard     http://${MANAGER}/`,
    `  tcp proxy     ${ADDRESSES.tcp}  → ${origin}`,
    `  http proxy    ${ADDRESSES.http}`,
    `  socks5 proxy  ${ADDRESSES.socks5}`,
    "",
    "  Try them:",
    `    curl http://${ADDRESSES.tcp}/hello`,
    `    curl -x http://${ADDRESSES.http} http://${origin}/hello`,
    `    curl -x socks5h://${ADDRESSES.socks5} http://${origin}/hello`,
    "",
    "  Ctrl-C ends it.",
    "",
  ];
}

/** A small web server: `/hello`, and `/stream?pieces=N&pause=MS`, which takes its time. */
function startOrigin(): Part & { address: string } {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === "/hello") return new Response("Hello from behind the proxy.\n");
      if (pathname !== "/stream") return new Response("Not found\n", { status: 404 });
      const pieces = Math.min(MAX_PIECES, Number(searchParams.get("pieces")) || 1);
      const pauseMs = Math.min(1000, Number(searchParams.get("pause")) || 0);
      return new Response(slowBody(pieces, pauseMs));
    },
  );
  return { address: `127.0.0.1:${server.addr.port}`, stop: () => server.shutdown() };
}

function slowBody(pieces: number, pauseMs: number): ReadableStream<Uint8Array> {
  const piece = new Uint8Array(PIECE);
  let left = pieces;
  return new ReadableStream({
    async pull(controller) {
      if (left-- === 0) return controller.close();
      await pause(pauseMs);
      controller.enqueue(piece);
    },
  });
}

/** Clients of each proxy that download, upload and pause, over and over, at random. */
function startClients(origin: string): Part {
  const stopping = new AbortController();
  const loops: Promise<void>[] = [];
  const agents: Deno.HttpClient[] = [];
  for (const mode of ["tcp", "http", "socks5"] as const) {
    const base = mode === "tcp" ? `http://${ADDRESSES.tcp}` : `http://${origin}`;
    const scheme = mode === "socks5" ? "socks5" : "http";
    const proxy = mode === "tcp" ? undefined : { url: `${scheme}://${ADDRESSES[mode]}` };
    for (let i = 0; i < CLIENTS_PER_PROXY; i++) {
      // One pool each: a finished client's connection is kept a while, as a browser keeps it.
      const client = Deno.createHttpClient({ proxy, poolIdleTimeout: 3_000 });
      agents.push(client);
      loops.push(browse(base, client, stopping.signal));
    }
  }
  return {
    async stop() {
      stopping.abort();
      await Promise.all(loops);
      for (const agent of agents) agent.close();
    },
  };
}

async function browse(base: string, client: Deno.HttpClient, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const url = `${base}/stream?pieces=${random(4, 400)}&pause=${random(5, 60)}`;
    const body = new Uint8Array(random(1, 48) * 1024);
    const upload = random(0, 2) === 0 ? { method: "POST", body } : {};
    const init: RequestInit & { client: Deno.HttpClient } = { ...upload, client, signal };
    try {
      const response = await fetch(url, init);
      await readAll(response, signal);
      await pause(random(200, 5_000), signal);
    } catch {
      // Stopping, or a proxy that was stopped by hand: try again until the demo ends.
      await pause(1_000, signal);
    }
  }
}

/** Reads a response to its end, or until the signal fires: the fetch's own signal may be gone by then. */
async function readAll(response: Response, signal: AbortSignal): Promise<void> {
  const reader = response.body!.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", cancel);
  try {
    while (!(await reader.read()).done) { /* only the flow matters */ }
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

function random(min: number, max: number): number {
  return min + Math.floor(Math.random() * (max - min + 1));
}

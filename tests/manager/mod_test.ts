import { strict as assert } from "node:assert";
import {
  proxyReplySchema,
  type ServerMessage,
  serverMessageSchema,
} from "../../manager/api/model.ts";
import { type RunningManager, startManager } from "../../manager/mod.ts";
import { managerOptionsSchema } from "../../manager/options.ts";
import { ListenError } from "../../proxy/net/address.ts";
import { connection, datagram, jsonBytes, legacyReport } from "../support/reports.ts";

const OPTIONS = managerOptionsSchema.parse({ listen: "127.0.0.1:0" });
const ANY = OPTIONS.listen;
const DEPS = { version: "0.1.0", dashboardDir: new URL("file:///not/built/") };
const DEADLINE_MS = 15_000;

async function withManager(test: (manager: RunningManager) => Promise<void>): Promise<void> {
  const manager = await startManager(OPTIONS, DEPS);
  try {
    await test(manager);
  } finally {
    await manager.stop();
  }
}

/** Sends datagrams from a socket of its own. */
async function sendTo(manager: RunningManager, ...datagrams: Uint8Array[]): Promise<void> {
  const socket = Deno.listenDatagram({ hostname: "127.0.0.1", port: 0, transport: "udp" });
  for (const bytes of datagrams) await socket.send(bytes, manager.statsAddr);
  socket.close();
}

/** A viewer that collects what it gets until a condition holds. */
class Viewer {
  readonly socket: WebSocket;
  readonly closed: Promise<CloseEvent>;
  #messages: ServerMessage[] = [];
  #wake = () => {};

  constructor(manager: RunningManager) {
    this.socket = new WebSocket(`ws://127.0.0.1:${manager.addr.port}/ws`);
    this.closed = new Promise((resolve) => this.socket.onclose = resolve);
    this.socket.onmessage = ({ data }) => {
      this.#messages.push(serverMessageSchema.parse(JSON.parse(data)));
      this.#wake();
    };
  }

  send(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The next message that fits; what comes before it is passed over. */
  async next<M extends ServerMessage>(fits: (message: ServerMessage) => message is M): Promise<M> {
    const deadline = AbortSignal.timeout(DEADLINE_MS);
    while (true) {
      for (let m = this.#messages.shift(); m; m = this.#messages.shift()) if (fits(m)) return m;
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve;
        deadline.onabort = () => reject(new Error("no such message came"));
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.close();
    await this.closed;
  }
}

type Of<T extends ServerMessage["type"]> = Extract<ServerMessage, { type: T }>;
const isSnapshot = (m: ServerMessage): m is Of<"snapshot"> => m.type === "snapshot";
const isDelta = (m: ServerMessage): m is Of<"delta"> => m.type === "delta";
const isConnections = (m: ServerMessage): m is Of<"connections"> => m.type === "connections";

/** This proxy's report of now, with an interval long enough that it stays online. */
function reportOfNow(seq: number, bytes: number): Uint8Array {
  const now = Date.now() / 1000;
  const times = { start_time: now - 9, last_activity: now };
  const summary = { seq, sent_at: now, start_time: now - 10, total_bytes_sent: bytes };
  return datagram(summary, [connection({ ...times, bytes_sent: bytes })]);
}

Deno.test("startManager brings reports from UDP to viewers as snapshot, delta and connections", async () => {
  await withManager(async (manager) => {
    await using viewer = new Viewer(manager);
    const snapshot = await viewer.next(isSnapshot);
    assert.equal(snapshot.proxies.length, 0);

    await sendTo(manager, new Uint8Array([1, 2, 3]), reportOfNow(0, 111));
    const isOurs = (m: ServerMessage): m is Of<"delta"> => isDelta(m) && m.proxies.length > 0;
    const delta = await viewer.next(isOurs);
    assert.equal(delta.proxies[0].proxy_id, "edge-1");
    assert.equal(delta.proxies[0].status, "online");
    assert.equal(delta.stats.total_bytes_sent, 111);
    assert.deepEqual(delta.stats.ingest.dropped, { not_json: 1 });

    viewer.send({ type: "subscribe", proxy_id: "edge-1" });
    const full = await viewer.next(isConnections);
    assert.ok(full.full);
    assert.equal(full.upsert[0].bytes_sent, 111);

    await sendTo(manager, reportOfNow(1, 222));
    const change = await viewer.next(isConnections);
    assert.ok(!change.full);
    assert.equal(change.upsert[0].bytes_sent, 222);
  });
});

Deno.test("startManager shows what the original program reports", async () => {
  await withManager(async (manager) => {
    const now = Math.floor(Date.now() / 1000);
    await sendTo(manager, jsonBytes(legacyReport({ start_time: now - 5, last_report: now })));
    await using viewer = new Viewer(manager);
    const hasOne = (m: ServerMessage): m is Of<"snapshot" | "delta"> =>
      (m.type === "snapshot" || m.type === "delta") && m.proxies.length > 0;
    const { stats } = await viewer.next(hasOne);
    assert.equal(stats.ingest.legacy, 1);
    const url = `http://127.0.0.1:${manager.addr.port}/api/proxy/socks5_0.0.0.0:1080`;
    const proxy = proxyReplySchema.parse(await (await fetch(url)).json());
    assert.deepEqual([proxy.proxy_type, proxy.status], ["socks5", "online"]);
    assert.equal(proxy.connections.length, 2);
  });
});

Deno.test("startManager lets a page of another origin neither connect nor be fooled by a name", async () => {
  await withManager(async (manager) => {
    const { port } = manager.addr;
    const own = `127.0.0.1:${port}`;
    const handshake = [
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ];
    const table: [string, string[], number][] = [
      ["/api/health", ["Host: localhost"], 200],
      ["/api/health", ["Host: evil.example"], 421],
      ["/ws", [`Host: ${own}`, ...handshake], 101],
      ["/ws", [`Host: ${own}`, `Origin: http://${own}`, ...handshake], 101],
      ["/ws", [`Host: ${own}`, "Origin: http://evil.example", ...handshake], 403],
      ["/ws", [`Host: ${own}`, "Origin: null", ...handshake], 403],
      ["/ws", ["Host: evil.example", "Origin: http://evil.example", ...handshake], 421],
      ["/ws", [`Host: ${own}`, "Upgrade: websocket", "Connection: Upgrade"], 400],
    ];
    for (const [path, fields, status] of table) {
      assert.equal(await statusOf(port, path, fields), status, `${path} ${fields.join(", ")}`);
    }
  });
});

/** The status that a GET with just these header fields gets. */
async function statusOf(port: number, path: string, fields: string[]): Promise<number> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const head = [`GET ${path} HTTP/1.1`, ...fields, "", ""].join("\r\n");
  await conn.write(new TextEncoder().encode(head));
  const buffer = new Uint8Array(1024);
  const length = await conn.read(buffer) ?? 0;
  const [, status] = new TextDecoder().decode(buffer.subarray(0, length)).split(" ", 2);
  return Number(status);
}

Deno.test("startManager ends a viewer that sends what it should not, and goes on", async () => {
  await withManager(async (manager) => {
    const table: [string, number][] = [["hello", 1008], ["x".repeat(70_000), 1009]];
    for (const [text, code] of table) {
      const viewer = new Viewer(manager);
      await viewer.next(isSnapshot);
      viewer.socket.send(text);
      assert.equal((await viewer.closed).code, code);
    }
    await using viewer = new Viewer(manager);
    assert.equal((await viewer.next(isSnapshot)).seq >= 0, true);
  });
});

Deno.test("startManager stops with viewers connected, and tells them that it goes", async () => {
  const manager = await startManager(OPTIONS, DEPS);
  const viewers = [new Viewer(manager), new Viewer(manager)];
  for (const viewer of viewers) await viewer.next(isSnapshot);
  await Promise.all([manager.stop(), manager.stop()]);
  for (const viewer of viewers) assert.equal((await viewer.closed).code, 1001);
  await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port: manager.addr.port }));
});

Deno.test("startManager names the port that is taken and leaves nothing open", async () => {
  await withManager(async (taken) => {
    const { port } = taken.addr;
    await assert.rejects(startManager({ ...OPTIONS, listen: { ...ANY, port } }, DEPS), {
      name: "ListenError",
      message: `Cannot listen on tcp 127.0.0.1:${port}: the port is in use`,
    });
    const { port: statsPort } = taken.statsAddr;
    const statsListen = { ...ANY, port: statsPort };
    await assert.rejects(startManager({ ...OPTIONS, statsListen }, DEPS), (error) => {
      assert.ok(error instanceof ListenError);
      assert.equal(
        error.message,
        `Cannot listen on udp 127.0.0.1:${statsPort}: the port is in use`,
      );
      assert.deepEqual([error.transport, error.address], ["udp", statsListen]);
      assert.ok(error.cause instanceof Deno.errors.AddrInUse);
      return true;
    });
  });
});

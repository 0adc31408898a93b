/**
 * Many proxies in one process, by the real codec: `telemetry_fleet.ts STATS_PORT HTTP_PORT PROXIES CONNECTIONS
 * INTERVAL WARMUP SECONDS [KEY]` prints a line of JSON when it begins to measure, and another when it is done. With an
 * HTTP port it looks on by WebSocket, and tells how long each datagram took to be seen there; with a key it seals.
 */
import {
  type ConnectionRecord,
  encodeConnections,
  MAX_DATAGRAM_BYTES,
  type Summary,
} from "../../proxy/stats/report.ts";
import { parseStatsKey } from "../../proxy/stats/key.ts";
import { SEAL_OVERHEAD, Sealer } from "../../proxy/stats/seal.ts";
import type { ServerMessage } from "../../manager/api/model.ts";
import { percentile } from "./clients.ts";

/** What a fleet has seen when it is done. */
export interface FleetFigures {
  sent: number;
  /** Datagrams a second that were wanted, and sent. */
  wanted: number;
  done: number;
  /** From the sending of a datagram until a message tells it or a newer one, in ms; empty where nobody looks on. */
  latency: { median: number; p99: number; count: number } | null;
}

const PROXIES_PER_ADDRESS = 10;
/** Proxies share what their connections look like, so that a fleet has room in one process. */
const CROWDS = 64;
const CHANGING_SHARE = 0.1;
const TICK_MS = 2;
/** So long may sending stand still before the fleet gives up being on time, in datagrams a second. */
const MAX_LAG_S = 0.5;

/** Connections of a proxy: each round some move bytes, one ends, and another takes its place. */
class Crowd {
  readonly records: ConnectionRecord[];
  #round = 0;
  #nextId = 1;

  constructor(count: number) {
    this.records = Array.from({ length: count }, () => this.#open());
  }

  #open(): ConnectionRecord {
    const now = Date.now() / 1000;
    const id = this.#nextId++;
    return {
      ...{ id, client_ip: `192.0.2.${id % 254 + 1}`, client_port: 1024 + id % 60_000 },
      ...{ target: `host-${id % 500}.example:443`, bytes_sent: 0, bytes_received: 0 },
      ...{
        start_time: now,
        last_activity: now,
        state: "active",
        user: "",
        reason: "",
        requests: 1,
      },
    };
  }

  nextRound(): void {
    const { length } = this.records;
    const ending = this.#round++ % length;
    for (const [i, record] of this.records.entries()) {
      if (record.state === "closed") this.records[i] = this.#open();
      else if (i === ending) record.state = "closed";
      else if (i % Math.round(1 / CHANGING_SHARE) === 0) {
        record.bytes_sent += 1000;
        record.bytes_received += 100_000;
        record.last_activity = Date.now() / 1000;
      }
    }
  }
}

/** One proxy: where it is in its report, and what it has sent that was not yet seen. */
class SimulatedProxy {
  readonly #summary: Summary;
  readonly #sealer: Sealer | null;
  #from = 0;
  #unseen: { total: number; at: number }[] = [];

  constructor(nth: number, readonly crowd: Crowd, interval: number, key: Uint8Array | null) {
    const start_time = Date.now() / 1000;
    const connections = crowd.records.length;
    this.#summary = {
      ...{ v: 1, proxy_id: `bench-${nth}`, boot_id: nth.toString(16).padStart(32, "0"), seq: 0 },
      ...{
        sent_at: start_time,
        interval,
        refresh_s: interval,
        state: "running",
        proxy_type: "tcp",
      },
      ...{ listen_addr: "127.0.0.1:8000", host: "bench", version: "0.0.0", start_time },
      ...{ total_connections: connections, active_connections: connections },
      ...{ total_bytes_sent: 0, total_bytes_received: 0, rejected_connections: 0 },
      ...{ failed_connections: 0, omitted_connections: 0 },
    };
    this.#sealer = key && new Sealer(key, this.#summary.boot_id);
  }

  get id(): string {
    return this.#summary.proxy_id;
  }

  /** The next datagram, marked by a total that no other has. */
  next(total: number, at: number, watched: boolean): Uint8Array {
    const { records } = this.crowd;
    const summary = this.#summary;
    summary.total_bytes_sent = total;
    summary.sent_at = Date.now() / 1000;
    const room = MAX_DATAGRAM_BYTES - (this.#sealer ? SEAL_OVERHEAD : 0);
    const { bytes, next } = encodeConnections(summary, records, this.#from, room);
    const seq = summary.seq++;
    this.#from = next >= records.length ? 0 : next;
    if (watched) this.#unseen.push({ total, at });
    return this.#sealer?.seal(bytes, seq) ?? bytes;
  }

  /** How long ago those were sent that a total tells of. */
  seen(total: number, now: number): number[] {
    const count = this.#unseen.findIndex((sent) => sent.total > total);
    const seen = this.#unseen.splice(0, count < 0 ? this.#unseen.length : count);
    return seen.map(({ at }) => now - at);
  }
}

class Fleet {
  readonly proxies: SimulatedProxy[];
  readonly sockets: Deno.DatagramConn[];
  /** Datagrams a second. */
  readonly wanted: number;
  sent = 0;
  latencies: number[] = [];
  readonly #crowds: Crowd[];
  readonly #perRound: number;

  constructor(
    count: number,
    connections: number,
    readonly interval: number,
    readonly watched: boolean,
    key: Uint8Array | null,
  ) {
    const crowds = Array.from({ length: Math.min(CROWDS, count) }, () => new Crowd(connections));
    this.#crowds = crowds;
    this.proxies = Array.from(
      { length: count },
      (_, i) => new SimulatedProxy(i, crowds[i % crowds.length], interval, key),
    );
    this.sockets = Array.from({ length: Math.ceil(count / PROXIES_PER_ADDRESS) }, (_, i) => {
      const hostname = `127.${1 + (i >> 16)}.${i >> 8 & 255}.${i & 255 || 1}`;
      return Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
    });
    this.#perRound = count * datagramsOf(new SimulatedProxy(0, crowds[0], interval, null));
    this.wanted = this.#perRound / interval;
  }

  /** Sends for so many seconds what is due, evenly; the proxies take turns. */
  async run(port: number, seconds: number): Promise<void> {
    const to = { transport: "udp", hostname: "127.0.0.1", port } as const;
    const start = performance.now();
    const before = this.sent;
    let given = 0;
    for (;;) {
      const now = performance.now();
      if (now - start >= seconds * 1000) return;
      const due = Math.floor((now - start) / 1000 * this.wanted);
      // What it could not send in time is left out, not sent in a burst.
      given = Math.max(given, due - Math.ceil(MAX_LAG_S * this.wanted));
      for (; given < due; given++) {
        const nth = this.sent % this.proxies.length;
        const bytes = this.proxies[nth].next(++this.sent, performance.now(), this.watched);
        await this.sockets[Math.floor(nth / PROXIES_PER_ADDRESS)].send(bytes, to);
        if ((this.sent - before) % this.#perRound === 0) {
          for (const c of this.#crowds) c.nextRound();
        }
      }
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  }

  /** Looks on; resolves once the first message has come. */
  async watch(port: number): Promise<WebSocket> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
    const byId = new Map(this.proxies.map((proxy) => [proxy.id, proxy]));
    const first = Promise.withResolvers<void>();
    socket.onmessage = ({ data }) => {
      const now = performance.now();
      const message = JSON.parse(data) as ServerMessage;
      first.resolve();
      if (message.type !== "snapshot" && message.type !== "delta") return;
      for (const { proxy_id, total_bytes_sent } of message.proxies) {
        for (const ms of byId.get(proxy_id)?.seen(total_bytes_sent, now) ?? []) {
          this.latencies.push(ms);
        }
      }
    };
    socket.onerror = () => first.reject(new Error("the manager takes no viewer"));
    await first.promise;
    return socket;
  }
}

function datagramsOf(proxy: SimulatedProxy): number {
  const { records } = proxy.crowd;
  let count = 0;
  for (let from = 0; from < records.length; count++) {
    const summary = JSON.parse(new TextDecoder().decode(proxy.next(1e9, 0, false)));
    from += summary.connections.length;
  }
  return count;
}

if (import.meta.main) {
  const [statsPort, httpPort, count, connections, interval, warmup, seconds] = Deno.args.map(
    Number,
  );
  const key = Deno.args.length > 7 ? parseStatsKey(Deno.args[7]) : null;
  const watched = httpPort > 0;
  const fleet = new Fleet(count, connections, interval, watched, key);
  const viewer = watched ? await fleet.watch(httpPort) : null;
  await fleet.run(statsPort, warmup);
  fleet.latencies = [];
  const before = fleet.sent;
  console.log(JSON.stringify({ wanted: fleet.wanted }));
  await fleet.run(statsPort, seconds);
  const sorted = fleet.latencies.toSorted((a, b) => a - b);
  const figures: FleetFigures = {
    ...{ sent: fleet.sent, wanted: fleet.wanted, done: (fleet.sent - before) / seconds },
    latency: watched
      ? { median: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), count: sorted.length }
      : null,
  };
  console.log(JSON.stringify(figures));
  viewer?.close();
  Deno.exit(0);
}

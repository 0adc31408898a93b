/**
 * A program that reports over UDP as a fleet of proxies, at an even pace, until it is stopped:
 * manager_feed.ts PORT PROXIES CONNECTIONS INTERVAL_S [steady]. Of a steady fleet's connections only the figures
 * change, and one in a hundred ends in each interval; of others the clients change too.
 */
import { type ConnectionRecord, encodeConnections } from "../../proxy/stats/report.ts";
import { connection, summary } from "../support/reports.ts";

const TICK_MS = 10;

interface FedProxy {
  id: string;
  number: number;
  /** When it began, in Unix seconds. */
  since: number;
  boot: string;
  seq: number;
  round: number;
}

type Fleet = (proxy: FedProxy, connections: number, now: number) => ConnectionRecord[];

const changing: Fleet = (proxy, connections, now) =>
  Array.from({ length: connections }, (_, id) =>
    connection({
      id,
      client_ip: `10.${id % 200}.${proxy.seq % 200}.${id}`,
      target: `host-${(id * 31) % 500}.example.com:443`,
      user: `user-${id % 50}`,
      bytes_sent: proxy.round * 1000,
      bytes_received: 10 * proxy.round * 1000,
      start_time: now - 60 - id,
      last_activity: now,
    }));

/** Rounds that a connection lasts. */
const LIFE = 100;

const steady: Fleet = (proxy, connections, now) =>
  Array.from({ length: connections }, (_, place) => {
    const age = (proxy.round + place) % LIFE;
    const life = (proxy.round + place - age) / LIFE;
    const one = (life: number, age: number): ConnectionRecord =>
      connection({
        id: place + life * connections,
        client_ip: `10.${proxy.number % 200}.${place % 7}.${place % 200}`,
        client_port: 1024 + (place * 77 + life * 13) % 60_000,
        target: `host-${(place * 31 + life) % 500}.example.com:443`,
        user: `user-${place % 50}`,
        // Whole intervals of a speed of its own.
        bytes_sent: age * (1 + place % 13) * 1000,
        bytes_received: age * (1 + place % 17) * 9000,
        start_time: proxy.since + (life * LIFE - place) * 5,
        last_activity: now,
      });
    const live = one(life, age);
    if (age > 2 || life === 0) return [live];
    return [live, { ...one(life - 1, LIFE), state: "closed" as const, reason: "client_closed" }];
  }).flat();

/** The datagrams of one report, all of whose connections have moved on. */
function* reportOf(
  proxy: FedProxy,
  fleet: Fleet,
  connections: number,
  interval: number,
): Generator<Uint8Array> {
  const now = Date.now() / 1000;
  const moved = ++proxy.round * 1000;
  const records = fleet(proxy, connections, now);
  for (let from = 0; from < records.length;) {
    const head = summary({
      proxy_id: proxy.id,
      boot_id: proxy.boot,
      seq: proxy.seq++,
      sent_at: now,
      start_time: now - 3600,
      interval,
      refresh_s: interval,
      active_connections: connections,
      total_connections: 10 * connections,
      total_bytes_sent: moved * connections,
      total_bytes_received: 10 * moved * connections,
    });
    const { bytes, next } = encodeConnections(head, records, from);
    yield bytes;
    from = next;
  }
}

if (import.meta.main) {
  const [port, count, connections, interval] = Deno.args.map(Number);
  const fleet = Deno.args[4] === "steady" ? steady : changing;
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const to: Deno.NetAddr = { transport: "udp", hostname: "127.0.0.1", port };
  const proxies: FedProxy[] = Array.from({ length: count }, (_, i) => ({
    id: `proxy-${i}`,
    number: i,
    since: Date.now() / 1000,
    boot: crypto.randomUUID().replaceAll("-", ""),
    seq: 0,
    round: 0,
  }));
  const startedAt = performance.now();
  for (let sent = 0;;) {
    const due = (performance.now() - startedAt) / (1000 * interval) * count;
    for (; sent < due; sent++) {
      for (const bytes of reportOf(proxies[sent % count], fleet, connections, interval)) {
        await socket.send(bytes, to);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
}

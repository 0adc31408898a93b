/**
 * A program that reports over UDP as a fleet of proxies, at an even pace, until it is stopped:
 * manager_feed.ts PORT PROXIES CONNECTIONS INTERVAL_S.
 */
import { encodeConnections } from "../../proxy/stats/report.ts";
import { connection, summary } from "../support/reports.ts";

const TICK_MS = 10;

interface FedProxy {
  id: string;
  boot: string;
  seq: number;
  round: number;
}

/** The datagrams of one report, all of whose connections have moved on. */
function* reportOf(proxy: FedProxy, connections: number, interval: number): Generator<Uint8Array> {
  const now = Date.now() / 1000;
  const moved = ++proxy.round * 1000;
  const records = Array.from({ length: connections }, (_, id) =>
    connection({
      id,
      client_ip: `10.${id % 200}.${proxy.seq % 200}.${id}`,
      target: `host-${(id * 31) % 500}.example.com:443`,
      user: `user-${id % 50}`,
      bytes_sent: moved,
      bytes_received: 10 * moved,
      start_time: now - 60 - id,
      last_activity: now,
    }));
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
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const to: Deno.NetAddr = { transport: "udp", hostname: "127.0.0.1", port };
  const proxies: FedProxy[] = Array.from({ length: count }, (_, i) => ({
    id: `proxy-${i}`,
    boot: crypto.randomUUID().replaceAll("-", ""),
    seq: 0,
    round: 0,
  }));
  const startedAt = performance.now();
  for (let sent = 0;;) {
    const due = (performance.now() - startedAt) / (1000 * interval) * count;
    for (; sent < due; sent++) {
      for (const bytes of reportOf(proxies[sent % count], connections, interval)) {
        await socket.send(bytes, to);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
}

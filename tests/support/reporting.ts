import { strict as assert } from "node:assert";
import { Collector } from "../../proxy/stats/collector.ts";
import {
  type ConnectionRecord,
  type Datagram,
  datagramSchema,
  decodeRecord,
  MAX_DATAGRAM_BYTES,
} from "../../proxy/stats/report.ts";
import { type Identity, Reporter, type ReporterOptions } from "../../proxy/stats/reporter.ts";
import { VirtualClock } from "./virtual_clock.ts";

export const IDENTITY: Identity = {
  proxy_id: "edge-1_socks5_127.0.0.1_1080",
  boot_id: "a".repeat(32),
  proxy_type: "socks5",
  listen_addr: "127.0.0.1:1080",
  host: "edge-1",
  version: "0.1.0",
  start_time: 1_800_000_000.123,
};

/** A datagram that a reporter has sent. */
export interface Arrival {
  /** When, in ms. */
  at: number;
  size: number;
  datagram: Datagram;
  records: ConnectionRecord[];
}

/** A reporter on a clock of its own; each datagram that it sends is checked against the contract. */
export function reporting(interval: number, options: Partial<ReporterOptions> = {}) {
  const clock = new VirtualClock();
  const collector = new Collector(() => clock.unix());
  const arrivals: Arrival[] = [];
  const { maxBytes = MAX_DATAGRAM_BYTES } = options;
  const send = (bytes: Uint8Array, seq: number) => {
    assert.ok(bytes.length <= maxBytes, `${bytes.length} bytes`);
    const datagram = datagramSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    assert.equal(datagram.seq, arrivals.length, "seq has a gap");
    assert.equal(datagram.seq, seq, "send is told another seq");
    const records = datagram.kind === "connections" ? datagram.connections.map(decodeRecord) : [];
    arrivals.push({ at: clock.now(), size: bytes.length, datagram, records });
    return Promise.resolve();
  };
  const reporter = new Reporter(collector, IDENTITY, { ...options, interval, send, clock });
  return { clock, collector, arrivals, reporter };
}

/** Adds active connections whose target has this many characters. */
export function openMany(collector: Collector, n: number, targetLength = 15): void {
  for (let i = 0; i < n; i++) {
    const record = collector.open("2001:db8::1234:5678", 50_000 + i % 10_000);
    record.state = "active";
    record.setTarget("t".repeat(targetLength));
  }
}

import { Collector, type LiveConnection, type Totals } from "../../../proxy/stats/collector.ts";
import type { ConnectionState } from "../../../proxy/stats/report.ts";
import { Reporter } from "../../../proxy/stats/reporter.ts";
import { limits } from "../reports.ts";
import { ProgramClock, type Scheduler, type WallClock } from "./scheduler.ts";

/** What really happened to a connection, whatever the collector makes of it. */
export interface Truth {
  readonly id: number;
  readonly record: LiveConnection;
  readonly client: string;
  readonly port: number;
  readonly target: string;
  /** True if nothing ever moves on it. */
  readonly idle: boolean;
  /** Scheduler's time, in milliseconds. */
  readonly openedAt: number;
  endedAt: number;
  sent: number;
  received: number;
  requests: number;
  state: ConnectionState;
  reason: string;
  /** Where it stands in {@link Boot.live}. */
  index: number;
}

/** One run of a proxy: the real collector and reporter, and the truth beside them. */
export class Boot {
  readonly truths = new Map<number, Truth>();
  readonly live: Truth[] = [];
  readonly reasons: Record<string, number> = {};
  limits = limits();
  /** What really is the sum of all that it did. */
  readonly totals: Totals = {
    ...{ total_connections: 0, active_connections: 0, failed_connections: 0 },
    ...{ rejected_connections: 0, total_bytes_sent: 0, total_bytes_received: 0 },
  };
  /** The totals when the datagram of that number was sent. */
  readonly sentTotals: (Totals & { at: number })[] = [];
  readonly #scheduler: Scheduler;
  readonly #wall: WallClock;
  readonly #clock: ProgramClock;
  readonly #collector: Collector;
  readonly #reporter: Reporter;

  constructor(readonly id: string, host: HostOptions) {
    this.#scheduler = host.scheduler;
    this.#wall = host.wall;
    this.#clock = new ProgramClock(host.scheduler, host.wall);
    this.#collector = new Collector(() => host.wall.seconds());
    const identity = {
      ...{ proxy_id: host.name, boot_id: id, proxy_type: "tcp", host: "edge", version: "0.1.0" },
      ...{ listen_addr: "127.0.0.1:8000", start_time: host.wall.seconds() },
    };
    const { interval, bandwidth } = host;
    const clock = this.#clock;
    const send = (bytes: Uint8Array, seq: number) => {
      this.sentTotals[seq] = { ...this.totals, at: host.scheduler.now };
      host.send(bytes.slice(), seq, this);
      return Promise.resolve();
    };
    const limits = () => this.limits;
    const options = { interval, bandwidth, clock, send, limits };
    this.#reporter = new Reporter(this.#collector, identity, options);
    host.scheduler.at(host.scheduler.now, () => {
      this.#reporter.start();
      return this.#clock.settled();
    });
  }

  open(client: string, port: number, target: string, idle: boolean): Truth {
    const record = this.#collector.open(client, port);
    const truth: Truth = {
      ...{ id: record.id, record, client, port, target, idle, openedAt: this.#scheduler.now },
      ...{ endedAt: Infinity, sent: 0, received: 0, requests: 0, state: "connecting", reason: "" },
      index: this.live.length,
    };
    record.setTarget(target);
    this.truths.set(record.id, truth);
    this.live.push(truth);
    this.totals.total_connections++;
    this.totals.active_connections++;
    return truth;
  }

  connected(truth: Truth): void {
    truth.state = truth.record.state = "active";
  }

  move(truth: Truth, sent: number, received: number): void {
    const { record } = truth;
    truth.sent = record.bytes_sent += sent;
    truth.received = record.bytes_received += received;
    truth.requests = ++record.requests;
    record.last_activity = this.#wall.seconds();
    this.totals.total_bytes_sent += sent;
    this.totals.total_bytes_received += received;
  }

  end(truth: Truth, state: "closed" | "failed", reason: string): void {
    this.#collector.end(truth.record, state, reason);
    truth.state = state;
    truth.reason = reason;
    truth.endedAt = this.#scheduler.now;
    const last = this.live.pop()!;
    if (last !== truth) {
      this.live[truth.index] = last;
      last.index = truth.index;
    }
    this.totals.active_connections--;
    if (state === "failed") {
      this.totals.failed_connections++;
      this.#count(reason);
    }
  }

  reject(client: string, port: number, reason: string): void {
    this.#collector.reject(reason, client, port);
    this.totals.rejected_connections++;
    this.#count(reason);
    // Now and then somebody does something about it.
    const { rejected_connections: n } = this.totals;
    if (n % 10 === 0) this.limits = limits({ max_connections: 8000 + n });
  }

  #count(reason: string): void {
    this.reasons[reason] = (this.reasons[reason] ?? 0) + 1;
  }

  /** Ends without a word, and every connection with it. */
  crash(): void {
    this.#clock.crash();
    for (const truth of this.live.splice(0)) truth.endedAt = this.#scheduler.now;
  }

  /** Ends every connection, and says so. */
  async stop(): Promise<void> {
    for (const truth of [...this.live]) this.end(truth, "closed", "drained");
    this.#reporter.stop().then(() => this.#clock.crash());
    await this.#clock.settled();
  }
}

export interface HostOptions {
  name: string;
  scheduler: Scheduler;
  wall: WallClock;
  /** Seconds between two reports. */
  interval: number;
  /** Bits a second of reports. */
  bandwidth: number;
  send: (bytes: Uint8Array, seq: number, boot: Boot) => void;
}

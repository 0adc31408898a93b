import type { BackendRecord } from "./backend_record.ts";
import { type Clock, SYSTEM_CLOCK } from "./clock.ts";
import type { Collector, Totals } from "./collector.ts";
import { type Plan, planReport } from "./plan.ts";
import { encodeConnections, encodeDetail, MAX_DATAGRAM_BYTES, type Summary } from "./report.ts";

/** Who reports: what stays the same in every datagram of this start. */
export interface Identity {
  proxy_id: string;
  boot_id: string;
  proxy_type: string;
  listen_addr: string;
  host: string;
  version: string;
  /** Unix seconds. */
  start_time: number;
}

export interface ReporterOptions {
  /** Seconds between two reports. */
  interval: number;
  /** Sends one datagram, whose summary has this `seq`; must not throw. */
  send: (bytes: Uint8Array, seq: number) => Promise<void>;
  /** Most bytes that are sent at once; without it as many as a datagram carries. */
  maxBytes?: number;
  /** The backends of a balancer as they are now, always in the same order. */
  backends?: () => BackendRecord[];
  /** Most bits a second that reports take. */
  bandwidth?: number;
  /** The figures of the summary, where this reporter is one of several of its proxy. */
  figures?: (ownRefreshSeconds: number) => Figures;
  /** The state that the last report says; another than `stopped` where others report on. */
  lastState?: Summary["state"];
  clock?: Clock;
}

/** What changes from one summary to the next. */
export type Figures = Totals & Pick<Summary, "seq" | "refresh_s">;

/** What is reported: a collector, or what stands for several. */
export type ReportSource = Pick<Collector, "live" | "ended" | "reasons" | "prune" | "totals">;

/** Most bits a second that the reports of one proxy take. */
export const REPORT_BANDWIDTH = 1_000_000;
/** Records that usually fit into a datagram beside the summary; the reporter learns what fits really. */
const RECORDS_PER_DATAGRAM = 8;
/** The share of the latest datagram in that. */
const LEARNING = 0.1;
/** The part of an interval that sending spreads over; the rest is slack for timers. */
const SPREAD = 0.9;
/** Datagrams of connections that the last report sends, all at once. */
const FINAL_DATAGRAMS = 32;
/** All of `detail` is repeated every so many intervals though nothing changed, for a manager that began later. */
const DETAIL_INTERVALS = 6;

/** Reports a proxy's statistics each interval: paced, cumulative, and never in the way of traffic. */
export class Reporter {
  readonly #source: ReportSource;
  readonly #identity: Identity;
  readonly #options: ReporterOptions;
  #state: Summary["state"] = "running";
  #seq = 0;
  #cursor = 0;
  #refreshSeconds: number;
  #sentReasons = "{}";
  #sentBackends: string[] = [];
  #intervalsSinceDetail = 0;
  #recordsPerDatagram = RECORDS_PER_DATAGRAM;
  #loop: Promise<void> = Promise.resolve();
  readonly #stop = new AbortController();
  readonly #clock: Clock;
  /** Milliseconds that a full datagram takes of the bandwidth. */
  readonly #datagramMs: number;

  constructor(source: ReportSource, identity: Identity, options: ReporterOptions) {
    this.#source = source;
    this.#identity = identity;
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#refreshSeconds = options.interval;
    const { bandwidth = REPORT_BANDWIDTH } = options;
    this.#datagramMs = MAX_DATAGRAM_BYTES * 8 / bandwidth * 1000;
  }

  /** Begins with a report at once, then one each interval. */
  start(): void {
    this.#loop = this.#run();
  }

  /** Says from now on that the proxy drains. */
  async drain(): Promise<void> {
    this.#state = "draining";
    await this.#sendRecords([], 0);
  }

  /** Ends the reports with a last one that says `stopped`, or what the options say. */
  async stop(): Promise<void> {
    this.#state = this.#options.lastState ?? "stopped";
    this.#stop.abort();
    await this.#loop;
    const { records } = this.#plan(FINAL_DATAGRAMS);
    for (let from = 0; from < records.length;) from = await this.#sendRecords(records, from);
    await this.#sendDetail(this.#options.backends?.() ?? []);
    // Twice, since this one is not repeated by a next interval.
    await this.#sendRecords([], 0);
    await this.#sendRecords([], 0);
  }

  get #stopping(): boolean {
    return this.#stop.signal.aborted;
  }

  async #run(): Promise<void> {
    const intervalMs = this.#options.interval * 1000;
    const datagrams = Math.max(1, Math.floor(intervalMs * SPREAD / this.#datagramMs));
    while (!this.#stopping) {
      const startedAt = this.#clock.now();
      this.#source.prune();
      await this.#sendPaced(this.#plan(datagrams), startedAt);
      const backends = this.#backendsDue();
      if (!this.#stopping && backends) await this.#sendDetail(backends);
      await this.#pause(startedAt + intervalMs - this.#clock.now());
    }
  }

  #plan(datagrams: number): Plan {
    const budget = Math.max(1, Math.floor(datagrams * this.#recordsPerDatagram));
    const plan = planReport(this.#source, budget, this.#options.interval, this.#cursor);
    this.#refreshSeconds = plan.refreshSeconds;
    return plan;
  }

  /** Sends the planned records spread over the interval, never faster than the bandwidth. */
  async #sendPaced({ records, urgent, cursor }: Plan, startedAt: number): Promise<void> {
    const intervalMs = this.#options.interval * 1000;
    let from = await this.#sendRecords(records, 0);
    while (from < records.length) {
      const datagrams = Math.ceil((records.length - from) / this.#recordsPerDatagram);
      const now = this.#clock.now();
      const gap = Math.max(this.#datagramMs, (startedAt + intervalMs * SPREAD - now) / datagrams);
      if (now + gap >= startedAt + intervalMs) break;
      await this.#pause(gap);
      if (this.#stopping) break;
      from = await this.#sendRecords(records, from);
    }
    // The rotation goes on behind what was sent, not behind what there was no time for.
    if (from === records.length) this.#cursor = cursor;
    else if (from > urgent) this.#cursor = records[from - 1].id;
  }

  async #sendRecords(records: Plan["records"], from: number): Promise<number> {
    const summary = this.#summary();
    const { bytes, next } = encodeConnections(summary, records, from, this.#options.maxBytes);
    for (let i = from; i < next; i++) records[i].markReported();
    if (next < records.length) {
      this.#recordsPerDatagram += (next - from - this.#recordsPerDatagram) * LEARNING;
    }
    await this.#options.send(bytes, summary.seq);
    return next;
  }

  /** The backends that `detail` has to tell of, beside all reasons; null if neither has changed. */
  #backendsDue(): BackendRecord[] | null {
    const backends = this.#options.backends?.() ?? [];
    const reasons = JSON.stringify(this.#source.reasons);
    if (reasons === "{}" && backends.length === 0) return null;
    const texts = backends.map((backend) => JSON.stringify(backend));
    const changed = backends.filter((_, i) => texts[i] !== this.#sentBackends[i]);
    const isNew = reasons !== this.#sentReasons || changed.length > 0;
    const all = ++this.#intervalsSinceDetail >= DETAIL_INTERVALS;
    if (!isNew && !all) return null;
    // With reasons alone each is a full one.
    if (all || backends.length === 0) this.#intervalsSinceDetail = 0;
    this.#sentReasons = reasons;
    this.#sentBackends = texts;
    return all ? backends : changed;
  }

  async #sendDetail(backends: BackendRecord[]): Promise<void> {
    const seqs: number[] = [];
    const nextSummary = () => {
      const summary = this.#summary();
      seqs.push(summary.seq);
      return summary;
    };
    const { reasons } = this.#source;
    const datagrams = encodeDetail(nextSummary, reasons, backends, this.#options.maxBytes);
    for (const [i, bytes] of datagrams.entries()) {
      if (i > 0) await this.#pause(this.#datagramMs);
      await this.#options.send(bytes, seqs[i]);
    }
  }

  #summary(): Summary {
    return {
      v: 1,
      ...this.#identity,
      sent_at: this.#clock.unix(),
      interval: this.#options.interval,
      state: this.#state,
      ...this.#options.figures?.(this.#refreshSeconds) ?? this.#ownFigures(),
      omitted_connections: 0,
    };
  }

  #ownFigures(): Figures {
    return { seq: this.#seq++, refresh_s: this.#refreshSeconds, ...this.#source.totals() };
  }

  /** Waits, but not beyond stop(). */
  #pause(ms: number): Promise<void> {
    return this.#clock.wait(Math.max(1, ms), this.#stop.signal);
  }
}

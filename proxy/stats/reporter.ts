import type { BackendRecord } from "./backend_record.ts";
import { type Clock, SYSTEM_CLOCK } from "./clock.ts";
import type { Collector, LiveConnection, Totals } from "./collector.ts";
import { Detail } from "./detail.ts";
import type { Labels } from "./labels_record.ts";
import type { LimitsRecord } from "./limits_record.ts";
import { Pacer } from "./pacer.ts";
import { Planner } from "./plan.ts";
import {
  encodeConnections,
  MAX_DATAGRAM_BYTES,
  MAX_REFRESH_SECONDS,
  type Summary,
} from "./report.ts";
import { type DetailItem, encodeDetailPart } from "./report_detail.ts";

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
  /** Most bytes that are sent at once; what is missing to {@link MAX_DATAGRAM_BYTES} `send` may add. */
  maxBytes?: number;
  /** The backends of a balancer as they are now, always in the same order. */
  backends?: () => BackendRecord[];
  /** The limits of the whole proxy as they are now; absent where another reporter tells them. */
  limits?: () => LimitsRecord;
  /** The same of its labels. */
  labels?: () => Labels;
  /** Most bits a second that reports take. */
  bandwidth?: number;
  /** The figures of the summary, where this reporter is one of several of its proxy and has these itself. */
  figures?: (own: OwnFigures) => Figures;
  /** The state that the last report says; another than `stopped` where others report on. */
  lastState?: Summary["state"];
  clock?: Clock;
}

/** What a reporter knows by itself: about the connections that it reports. */
export type OwnFigures = Pick<Summary, "refresh_s" | "omitted_connections">;

/** What changes from one summary to the next. */
export type Figures = Totals & OwnFigures & Pick<Summary, "seq">;

/** What is reported: a collector, or what stands for several. */
export type ReportSource = Pick<
  Collector,
  "live" | "ended" | "reasons" | "prune" | "settle" | "totals"
>;

/** The time of one report: all of it goes within `ms`, evenly over the first `spreadMs` of that. */
interface Span {
  ms: number;
  spreadMs: number;
  signal: AbortSignal;
}

/** Most bits a second that the reports of one proxy take. */
const BANDWIDTH = 1_000_000;
/** Records that usually fit into a datagram beside the summary; the reporter learns what fits really. */
const RECORDS_PER_DATAGRAM = 8;
/** The share of the latest datagram in that. */
const LEARNING = 0.1;
/** No record takes fewer bytes, so that never more of them are looked at than fit. */
const LEAST_RECORD_BYTES = 50;
/** Datagrams that a report has room for at least. */
const LEAST_DATAGRAMS = 2;
/** The part of an interval that sending spreads over; the rest is slack for timers. */
const SPREAD = 0.9;
/** The time that the last report takes at most, since the exit waits for it, … */
const LAST_MS = 1000;
/** … the datagrams behind it that only say once more that this is the end, … */
const FAREWELLS = 2;
/** … and the time between them, for what loses one loses the next one too. */
const FAREWELL_MS = 50;

/** Reports a proxy's statistics each interval: paced, cumulative, and never in the way of traffic. */
export class Reporter {
  readonly #source: ReportSource;
  readonly #identity: Identity;
  readonly #options: ReporterOptions;
  readonly #clock: Clock;
  readonly #maxBytes: number;
  #pacer!: Pacer;
  readonly #planner: Planner;
  readonly #detail: Detail;
  /** Milliseconds from one round of reports to the next. */
  #roundMs!: number;
  #interval!: number;
  #state: Summary["state"] = "running";
  #seq = 0;
  #perDatagram = RECORDS_PER_DATAGRAM;
  /** What is left of the last detail, and goes before a new one. */
  #detailLeft: DetailItem[] = [];
  #loop: Promise<void> = Promise.resolve();
  readonly #stop = new AbortController();
  /** Ends a pause before its time. */
  #wake = new AbortController();
  /** True until a datagram has said the new state. */
  #stateIsNew = false;

  constructor(source: ReportSource, identity: Identity, options: ReporterOptions) {
    this.#source = source;
    this.#identity = identity;
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#maxBytes = options.maxBytes ?? MAX_DATAGRAM_BYTES;
    this.#pace(options);
    this.#planner = new Planner(source);
    this.#detail = new Detail({
      get reasons() {
        return source.reasons;
      },
      backends: () => options.backends?.() ?? [],
      limits: () => options.limits?.() ?? null,
      labels: () => options.labels?.() ?? null,
    });
  }

  /** Reports from now on as often, and at most so many bits a second. */
  retune(pace: Pick<ReporterOptions, "interval" | "bandwidth">): void {
    this.#pace(pace);
    this.#endPause();
  }

  #pace({ interval, bandwidth = BANDWIDTH }: Pick<ReporterOptions, "interval" | "bandwidth">) {
    const overhead = Math.max(0, MAX_DATAGRAM_BYTES - this.#maxBytes);
    this.#pacer = new Pacer(this.#clock, bandwidth, this.#maxBytes, overhead);
    this.#interval = interval;
    // One of many workers may have less in an interval.
    this.#roundMs = Math.max(interval * 1000, LEAST_DATAGRAMS * this.#pacer.datagramMs / SPREAD);
  }

  #endPause(): void {
    this.#wake.abort();
    this.#wake = new AbortController();
  }

  /** Begins with a report at once, then one each interval. */
  start(): void {
    this.#loop = this.#run();
  }

  /** Says from now on that the proxy drains, or that it does no longer. */
  drain(on = true): void {
    this.#state = on ? "draining" : "running";
    this.#stateIsNew = true;
    this.#endPause();
  }

  /** Ends the reports with a last one that says `stopped`, or what the options say; within some seconds. */
  async stop(): Promise<void> {
    this.#state = this.#options.lastState ?? "stopped";
    this.#stop.abort();
    this.#wake.abort();
    await this.#loop;
    const never = new AbortController().signal;
    this.#wake = new AbortController();
    const until = this.#clock.now() + LAST_MS;
    this.#detailLeft = this.#detail.all();
    await this.#report({ ms: LAST_MS, spreadMs: 0, signal: never });
    if (this.#state !== "stopped") return;
    for (let i = 0; i < FAREWELLS && this.#clock.now() < until; i++) {
      await this.#clock.wait(FAREWELL_MS, never);
      await this.#sendRecords([], never);
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const startedAt = this.#clock.now();
      if (this.#detailLeft.length === 0) this.#detailLeft = this.#detail.due();
      await this.#report({ ms: this.#roundMs, spreadMs: this.#roundMs * SPREAD, signal });
      await this.#pause(startedAt + this.#roundMs - this.#clock.now(), signal);
    }
  }

  async #report(span: Span): Promise<void> {
    const { ms, signal } = span;
    const startedAt = this.#clock.now();
    this.#source.prune();
    const fit = Math.floor(ms * SPREAD / this.#pacer.datagramMs);
    const room = Math.max(LEAST_DATAGRAMS, fit);
    const detail = Math.min(this.#detailDatagrams(), Math.floor(room / 2));
    const datagrams = room - detail;
    const budget = { datagrams, perDatagram: this.#perDatagram };
    await this.#planner.begin(budget, () => this.#clock.wait(0, signal));
    await this.#sendRound(datagrams, startedAt, span);
    for (let left = detail; left > 0 && this.#detailLeft.length > 0; left--) {
      await this.#sendDetail(signal);
    }
  }

  async #sendRound(
    datagrams: number,
    startedAt: number,
    { ms, spreadMs, signal }: Span,
  ): Promise<void> {
    const most = Math.ceil(this.#maxBytes / LEAST_RECORD_BYTES);
    for (let left = datagrams; left > 0 && !signal.aborted;) {
      // Where timers hold datagrams up, what changed has fewer of them, not the rotation.
      const records = this.#planner.peek(most, left <= this.#planner.reserved);
      if (records.length === 0 && left < datagrams) return;
      await this.#sendRecords(records, signal);
      if (this.#planner.left === 0) return;
      const now = this.#clock.now();
      const inTime = Math.floor((startedAt + ms - now) / this.#pacer.datagramMs);
      left = Math.min(left - 1, inTime);
      if (left <= 0) return;
      const needed = Math.min(left, Math.ceil(this.#planner.left / this.#perDatagram));
      await this.#pause((startedAt + spreadMs - now) / needed, signal);
    }
  }

  /** Sends as many of the records as fit into a datagram. */
  #sendRecords(records: readonly LiveConnection[], signal: AbortSignal): Promise<void> {
    return this.#send((summary) => {
      const { bytes, next } = encodeConnections(summary, records, 0, this.#maxBytes);
      this.#planner.carried(records, next);
      if (next < records.length) this.#perDatagram += (next - this.#perDatagram) * LEARNING;
      return bytes;
    }, signal);
  }

  /** Sends as much of the detail as fits into a datagram. */
  #sendDetail(signal: AbortSignal): Promise<void> {
    return this.#send((summary) => {
      const { bytes, next } = encodeDetailPart(summary, this.#detailLeft, 0, this.#maxBytes);
      this.#detailLeft = this.#detailLeft.slice(next);
      return bytes;
    }, signal);
  }

  /** Sends a datagram as soon as the bandwidth allows it, unless the signal is aborted before. */
  async #send(encode: (summary: Summary) => Uint8Array, signal: AbortSignal): Promise<void> {
    if (!await this.#pacer.ready(signal)) return;
    const summary = this.#summary();
    const bytes = encode(summary);
    this.#stateIsNew = false;
    this.#pacer.sent(bytes.length);
    await this.#options.send(bytes, summary.seq);
  }

  /** How many datagrams the detail takes at most, each half full. */
  #detailDatagrams(): number {
    const bytes = this.#detailLeft.reduce((sum, [, json]) => sum + json.length + 1, 0);
    return Math.ceil(bytes * 2 / this.#maxBytes);
  }

  #summary(): Summary {
    const own = {
      refresh_s: Math.min(
        MAX_REFRESH_SECONDS,
        Math.round(this.#planner.rounds * this.#roundMs) / 1000,
      ),
      omitted_connections: Math.min(this.#planner.omitted, this.#source.live.size),
    };
    return {
      v: 1,
      ...this.#identity,
      sent_at: this.#clock.unix(),
      interval: this.#interval,
      state: this.#state,
      ...this.#options.figures?.(own) ??
        { seq: this.#seq++, ...own, ...this.#source.totals() },
    };
  }

  /** Waits, but not beyond stop(); what is to be said at once is said. */
  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    const until = this.#clock.now() + ms;
    for (let left = ms; left > 0 && !signal.aborted; left = until - this.#clock.now()) {
      await this.#clock.wait(Math.max(1, left), this.#wake.signal);
      if (this.#stateIsNew && !signal.aborted) await this.#sendRecords([], signal);
    }
  }
}

import { type Serving, startEngine } from "./engine.ts";
import { type Address, ListenError } from "./net/address.ts";
import type { ProxyOptions } from "./options.ts";
import type { BackendRecord } from "./stats/backend_record.ts";
import type { LiveConnection } from "./stats/collector.ts";
import { ReportSeal } from "./stats/report_seal.ts";
import { type Figures, type Identity, type OwnFigures, Reporter } from "./stats/reporter.ts";
import { DatagramSender } from "./stats/sender.ts";
import { SharedTotals, SLOTS } from "./stats/shared_totals.ts";

/** What a worker is told first. */
export interface WorkerStart {
  kind: "start";
  /** This worker's share of the limits and of the reports' bandwidth is taken already. */
  options: ProxyOptions;
  listen: Address;
  via: string;
  memory: SharedArrayBuffer;
  slot: number;
  /** For the module that runs the worker, such as how it logs. */
  setup: unknown;
}

export type ToWorker = WorkerStart | { kind: "report"; identity: Identity } | { kind: "stop" };

/** Counters that do not fit into shared memory. */
export interface WorkerDetail {
  reasons: Record<string, number>;
  backends: BackendRecord[];
}

/** What a worker tells: first whether it listens, then its counters, at last that it has ended. */
export type FromWorker =
  | { kind: "listening"; hostname: string; port: number }
  | { kind: "refused"; name: string; message: string }
  | { kind: "detail"; detail: WorkerDetail }
  | { kind: "ended" };

/** The worker's end of the channel to the thread that started it. */
export interface WorkerPort {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
}

const PUBLISH_MS = 250;

/** Serves clients on this thread as one of a proxy's workers, as the messages on the port say. */
export function serveWorker(port: WorkerPort, start: WorkerStart): void {
  const { options, listen, via, slot } = start;
  const ids = { first: slot + 1, step: SLOTS };
  let serving: Serving;
  let seal: ReportSeal;
  try {
    // What happens to its file is told by the thread that started this one.
    seal = new ReportSeal(options, true);
    serving = startEngine({ ...options, listen }, { via, reusePort: true, ids });
  } catch (error) {
    const cause = error instanceof ListenError ? error.cause : error;
    const { name, message } = cause instanceof Error ? cause : new Error(String(cause));
    return port.postMessage({ kind: "refused", name, message });
  }
  const worker = new WorkerBooks(port, start, serving, seal);
  port.onmessage = ({ data }) => {
    if (data.kind === "report") worker.report(data.identity);
    if (data.kind === "stop") worker.stop();
  };
  const { hostname, port: number } = serving.addr;
  port.postMessage({ kind: "listening", hostname, port: number });
}

/** A worker's figures on their way to the others and to the manager. */
class WorkerBooks {
  readonly #shared: SharedTotals;
  readonly #timer: ReturnType<typeof setInterval>;
  #reporter: Reporter | null = null;
  #sender: DatagramSender | null = null;
  /** What the reporter said last. */
  #own: OwnFigures = { refresh_s: 0, omitted_connections: 0 };
  #sentDetail = "";

  constructor(
    readonly port: WorkerPort,
    readonly start: WorkerStart,
    readonly serving: Serving,
    readonly seal: ReportSeal,
  ) {
    this.#shared = new SharedTotals(start.memory);
    this.#timer = setInterval(() => this.#publish(), PUBLISH_MS);
  }

  /** Reports this worker's connections from now on; the counters by reason are the starter's to report. */
  report(identity: Identity): void {
    const { options } = this.start;
    if (!options.statsTo) return;
    const sender = this.#sender = new DatagramSender(options.statsTo);
    this.#reporter = new Reporter({ ...this.#records(), reasons: {} }, identity, {
      interval: options.reportInterval,
      bandwidth: options.reportBandwidth,
      ...this.seal.sending(identity.boot_id, (bytes) => sender.send(bytes)),
      figures: (own) => this.#figures(own),
      lastState: "draining",
    });
    this.seal.watch();
    this.#reporter.start();
  }

  /** Drains, and says when everything has ended. */
  async stop(): Promise<void> {
    await this.serving.drain();
    await this.#reporter?.drain();
    await this.serving.end();
    await this.#reporter?.stop();
    this.#sender?.close();
    this.seal.close();
    clearInterval(this.#timer);
    this.#publish();
    this.port.onmessage = null;
    this.port.postMessage({ kind: "ended" });
  }

  #records() {
    const { source } = this.serving;
    const { live, ended } = source;
    return {
      live,
      ended,
      prune: () => source.prune(),
      settle: (record: LiveConnection) => source.settle(record),
      totals: () => source.totals(),
    };
  }

  #figures(own: OwnFigures): Figures {
    this.#own = own;
    this.#publishTotals();
    return this.#shared.figures();
  }

  #publish(): void {
    this.#publishTotals();
    const detail = { reasons: this.serving.source.reasons, backends: this.serving.backends() };
    const text = JSON.stringify(detail);
    if (text === this.#sentDetail) return;
    this.#sentDetail = text;
    this.port.postMessage({ kind: "detail", detail });
  }

  #publishTotals(): void {
    this.#shared.publish(this.start.slot, this.serving.source.totals(), this.#own);
  }
}

import type { EngineOrder, Outcome } from "./control/outcome.ts";
import { startEngine } from "./engine.ts";
import { listenText } from "./identity.ts";
import { type Address, ListenError } from "./net/address.ts";
import type { ProxyOptions } from "./options.ts";
import { type ReportPlan, Reports } from "./reports.ts";
import type { Serving } from "./serving.ts";
import type { BackendRecord } from "./stats/backend_record.ts";
import type { LiveConnection } from "./stats/collector.ts";
import { ReportSeal } from "./stats/report_seal.ts";
import type { Figures, Identity, OwnFigures } from "./stats/reporter.ts";
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
  /** What holds beside the options, before the first connection. */
  orders: EngineOrder[];
  /** For the module that runs the worker, such as how it logs. */
  setup: unknown;
}

/** What a worker is asked, to be answered under the same number. */
export type Question =
  | { kind: "order"; order: EngineOrder }
  /** The share is taken as in {@link WorkerStart}. */
  | { kind: "apply"; options: ProxyOptions; listen: Address };

export type ToWorker =
  | WorkerStart
  | { kind: "report"; identity: Identity }
  | { kind: "ask"; number: number; question: Question }
  | { kind: "stop" };

/** Counters that do not fit into shared memory. */
export interface WorkerDetail {
  reasons: Record<string, number>;
  backends: BackendRecord[];
}

/** What a worker answers; `addr` is where it listens. */
export interface WorkerAnswer extends Outcome {
  addr: Deno.NetAddr;
}

/** What a worker tells: first whether it listens, then its counters and answers, at last that it has ended. */
export type FromWorker =
  | { kind: "listening"; hostname: string; port: number }
  | { kind: "refused"; name: string; message: string }
  | { kind: "detail"; detail: WorkerDetail }
  | { kind: "answer"; number: number; answer: WorkerAnswer }
  | { kind: "ended" };

/** The worker's end of the channel to the thread that started it. */
export interface WorkerPort {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
}

/** What the module that runs a worker does for it. */
export interface WorkerDeps {
  setLogLevel(level: "debug" | "info" | "warning" | "error"): void;
}

const PUBLISH_MS = 250;

/** Serves clients on this thread as one of a proxy's workers, as the messages on the port say. */
export function serveWorker(port: WorkerPort, start: WorkerStart, deps: WorkerDeps): void {
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
  const worker = new ServingWorker(port, start, serving, seal, deps);
  for (const order of start.orders) worker.execute(order);
  port.onmessage = ({ data }) => {
    if (data.kind === "report") worker.report(data.identity);
    if (data.kind === "ask") worker.answer(data.number, data.question);
    if (data.kind === "stop") worker.stop();
  };
  const { hostname, port: number } = serving.addr;
  port.postMessage({ kind: "listening", hostname, port: number });
}

/** A worker's engine, and its figures on their way to the others and to the manager. */
class ServingWorker {
  readonly #shared: SharedTotals;
  readonly #timer: ReturnType<typeof setInterval>;
  #options: ProxyOptions;
  #reports: Reports | null = null;
  /** What the reporter said last. */
  #own: OwnFigures = { refresh_s: 0, omitted_connections: 0 };
  #sentDetail = "";

  constructor(
    readonly port: WorkerPort,
    readonly start: WorkerStart,
    readonly serving: Serving,
    readonly seal: ReportSeal,
    readonly deps: WorkerDeps,
  ) {
    this.#options = start.options;
    this.#shared = new SharedTotals(start.memory);
    this.#timer = setInterval(() => this.#publish(), PUBLISH_MS);
  }

  /** Reports this worker's connections from now on; the counters by reason are the starter's to report. */
  report(identity: Identity): void {
    const plan = planOf(this.#options);
    if (!plan) return;
    const source = { ...this.#records(), reasons: {} };
    this.#reports = new Reports(plan, source, identity, this.seal, {
      figures: (own) => this.#figures(own),
      lastState: "draining",
    });
  }

  async answer(number: number, question: Question): Promise<void> {
    const outcome = question.kind === "order"
      ? await this.execute(question.order)
      : await this.#apply({ ...question.options, listen: question.listen });
    this.#publish();
    const answer = { ...outcome, addr: this.serving.addr };
    this.port.postMessage({ kind: "answer", number, answer });
  }

  async execute(order: EngineOrder): Promise<Outcome> {
    if (order.command === "set_log_level") this.deps.setLogLevel(order.level);
    const outcome = await this.serving.execute(order);
    if (outcome.error) return outcome;
    // Its starter says what is wrong with it.
    if (order.command === "reload") await this.seal.reload();
    if (order.command === "drain") this.#reports?.drain();
    if (order.command === "resume") this.#reports?.drain(false);
    return outcome;
  }

  async #apply(options: ProxyOptions): Promise<Outcome> {
    const outcome = await this.serving.apply(options);
    if (outcome.error) return outcome;
    this.#options = options;
    this.#reports?.moved(listenText(this.serving.addr));
    const plan = planOf(options);
    if (plan) this.#reports?.change(plan);
    return outcome;
  }

  /** Drains, and says when everything has ended. */
  async stop(): Promise<void> {
    await this.serving.drain();
    this.#reports?.drain();
    await this.serving.end();
    await this.#reports?.stop();
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

function planOf({ statsTo, reportInterval, reportBandwidth }: ProxyOptions): ReportPlan | null {
  return statsTo && { to: statsTo, interval: reportInterval, bandwidth: reportBandwidth };
}

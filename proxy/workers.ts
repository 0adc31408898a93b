import { getLogger } from "@logtape/logtape";
import { isSame } from "./control/differences.ts";
import { type EngineOrder, joinOutcomes, type Outcome } from "./control/outcome.ts";
import { Standing } from "./control/standing.ts";
import { OptionFiles } from "./files.ts";
import { listenText } from "./identity.ts";
import { type Address, formatAddress, ListenError } from "./net/address.ts";
import type { Limits, ProxyOptions } from "./options.ts";
import type { Identity, OwnFigures } from "./stats/reporter.ts";
import { FileError } from "./reloaded.ts";
import type { Serving } from "./serving.ts";
import { SharedTotals, SLOTS } from "./stats/shared_totals.ts";
import type { Question, WorkerAnswer, WorkerDetail } from "./worker.ts";
import { joinDetails, withoutActive } from "./worker_detail.ts";
import { WorkerThread } from "./worker_thread.ts";

/** The module that a worker runs, and what it is given for itself. */
export interface WorkerModule {
  url: URL;
  setup: unknown;
}

/** Workers that serve one port, as one. */
export interface Workers extends Serving {
  /** Lets the workers report their connections. */
  report(identity: Identity): void;
}

const RESTART_MS = 500;
/** The part of the reports' bandwidth that is for what the workers do not report themselves. */
const OWN_REPORT_SHARE = 0.1;

/** Starts the workers; rejects with {@link ListenError} or FileError with nothing left running. */
export async function startWorkers(
  options: ProxyOptions,
  via: string,
  module: WorkerModule,
): Promise<Workers> {
  const group = new WorkerGroup(options, via, module);
  probe(options.listen);
  await group.start();
  return group;
}

/** Several workers may share a port, but not with another program: nobody else may listen there. */
function probe(listen: Address): void {
  try {
    Deno.listen({ hostname: listen.host, port: listen.port }).close();
  } catch (error) {
    throw new ListenError("tcp", listen, error);
  }
}

class WorkerGroup implements Workers {
  addr!: Deno.NetAddr;
  readonly source;
  readonly reportShare = OWN_REPORT_SHARE;
  readonly #via: string;
  readonly #module: WorkerModule;
  readonly #log = getLogger(["rustproxy", "proxy"]);
  readonly #shared = new SharedTotals();
  readonly #members = new Set<WorkerThread>();
  readonly #restarts = new Set<ReturnType<typeof setTimeout>>();
  readonly #standing = new Standing();
  #options: ProxyOptions;
  /** The workers read them too; here, what is wrong with them can be told in a line. */
  #files: OptionFiles;
  /** The counters of workers that have died. */
  #former: WorkerDetail = { reasons: {}, backends: [] };
  #identity: Identity | null = null;
  /** True while nobody listens, since the proxy drains or stops. */
  #draining = false;
  #lastQuestion = 0;

  constructor(options: ProxyOptions, via: string, module: WorkerModule) {
    this.#options = options;
    this.#files = new OptionFiles(options, false);
    this.#via = via;
    this.#module = module;
    const joined = () => this.#joined();
    const shared = this.#shared;
    this.source = {
      live: new Map(),
      ended: [],
      prune() {},
      settle() {},
      totals: () => shared.totals(),
      get reasons() {
        return joined().reasons;
      },
    };
  }

  /** The first worker finds the port if any may be taken, the others share it. */
  async start(): Promise<void> {
    try {
      this.addr = await this.#add(this.#options.listen);
      await this.#fillUp();
    } catch (error) {
      for (const member of this.#members) member.end();
      throw error;
    }
    this.#files.watch();
  }

  report(identity: Identity): void {
    this.#identity = identity;
    for (const member of this.#members) member.tell({ kind: "report", identity });
  }

  backends() {
    return this.#joined().backends;
  }

  figures = ({ refresh_s }: OwnFigures) => {
    const figures = this.#shared.figures();
    // Until the first worker has reported.
    return { ...figures, refresh_s: figures.refresh_s || refresh_s };
  };

  async execute(order: EngineOrder): Promise<Outcome> {
    if (order.command === "show") return this.#standing.show(this.#draining);
    if (order.command === "resume") return await this.#resume();
    if (order.command === "drain") this.#draining = true;
    const asked = order.command === "close_connection"
      ? [...this.#members].filter(({ slot }) => slot === (order.id - 1) % SLOTS)
      : [...this.#members];
    const question: Question = { kind: "order", order };
    const answers = await Promise.all(asked.map((member) => this.#ask(member, question)));
    if (order.command === "reload") await this.#files.reload();
    const outcome = joinOutcomes(answers);
    if (!outcome.error) this.#standing.note(order);
    return outcome;
  }

  async apply(options: ProxyOptions): Promise<Outcome> {
    const moves = !isSame(options.listen, this.#options.listen) &&
      !isSame(options.listen, this.#address());
    let files: OptionFiles;
    try {
      files = new OptionFiles(options, false, this.#files);
      if (moves) probe(options.listen);
    } catch (error) {
      if (error instanceof ListenError || error instanceof FileError) {
        return { error: error.message };
      }
      throw error;
    }
    const answer = await this.#applyToAll(options, moves ? options.listen : this.#address());
    if (answer.error) {
      // Some may have done it.
      await this.#applyToAll(this.#options, this.#address());
      return answer;
    }
    this.addr = answer.addr;
    if (this.#identity) {
      this.#identity = { ...this.#identity, listen_addr: listenText(answer.addr) };
    }
    this.#options = options;
    this.#files.close(files);
    this.#files = files;
    files.watch();
    const names = options.targets.map(formatAddress);
    this.#standing.keepBackends(names);
    const backends = this.#former.backends.filter(({ name }) => names.includes(name));
    this.#former = { ...this.#former, backends };
    return { error: "" };
  }

  drain(): Promise<void> {
    this.#draining = true;
    for (const timer of this.#restarts) clearTimeout(timer);
    for (const member of this.#members) member.tell({ kind: "stop" });
    return Promise.resolve();
  }

  async end(): Promise<void> {
    await Promise.all([...this.#members].map(({ ended }) => ended));
    for (const member of this.#members) member.end();
    this.#files.close();
  }

  /** The first one finds the port if any may be taken, the others share it. */
  async #applyToAll(options: ProxyOptions, listen: Address): Promise<WorkerAnswer> {
    const shared = shareOf(options);
    const [first, ...rest] = this.#members;
    // All have died, and those that take their places will have them from the start.
    if (!first) return { error: "", addr: this.addr };
    const one: Question = { kind: "apply", options: shared, listen };
    const answer = await this.#ask(first, one);
    if (answer.error) return answer;
    const { hostname: host, port } = answer.addr;
    const question: Question = { ...one, listen: { host, port } };
    const others = await Promise.all(rest.map((member) => this.#ask(member, question)));
    return { ...joinOutcomes([answer, ...others]), addr: answer.addr };
  }

  async #resume(): Promise<Outcome> {
    try {
      if (this.#draining) probe(this.#address());
    } catch (error) {
      return { error: (error as ListenError).message };
    }
    this.#draining = false;
    const question: Question = { kind: "order", order: { command: "resume" } };
    const answers = await Promise.all([...this.#members].map((member) => member.ask(question)));
    // In the place of one that has died meanwhile another is started.
    const outcome = joinOutcomes(answers.filter((answer) => answer !== null));
    if (!outcome.error) await this.#fillUp();
    return outcome;
  }

  async #ask(member: WorkerThread, question: Question): Promise<WorkerAnswer> {
    return await member.ask(question) ?? { error: "a worker has ended meanwhile", addr: this.addr };
  }

  /** Starts as many workers as are missing. */
  async #fillUp(): Promise<void> {
    const missing = Array.from({ length: this.#options.workers - this.#members.size });
    await Promise.all(missing.map(() => this.#add(this.#address())));
  }

  #address(): Address {
    return { host: this.addr.hostname, port: this.addr.port };
  }

  #joined(): WorkerDetail {
    return joinDetails([this.#former, ...[...this.#members].map(({ detail }) => detail)]);
  }

  /** Starts one more worker; resolves with its address once it listens. */
  #add(listen: Address): Promise<Deno.NetAddr> {
    const slot = this.#shared.addSlot();
    if (slot === null) return Promise.reject(new Error("too many workers have died"));
    const member = new WorkerThread(this.#module.url, slot, listen, (why) => {
      this.#died(member, why);
    });
    this.#members.add(member);
    member.tell({
      kind: "start",
      options: shareOf(this.#options),
      listen,
      via: this.#via,
      memory: this.#shared.memory,
      slot,
      orders: this.#standing.orders(),
      setup: this.#module.setup,
    });
    if (this.#identity) member.tell({ kind: "report", identity: this.#identity });
    return member.listening;
  }

  /** Accounts for a dead worker's connections, and starts another in its place. */
  #died(member: WorkerThread, message: string): void {
    if (!this.#members.delete(member)) return;
    const lost = this.#shared.abandon(member.slot);
    const { reasons, backends } = member.detail;
    const failed = { reasons: { worker_died: lost }, backends: [] };
    this.#former = withoutActive(joinDetails([this.#former, { reasons, backends }, failed]));
    this.#log.error(`A worker died and its ${lost} connections with it: ${message}`);
    if (this.#draining || !this.addr) return;
    const timer = setTimeout(() => this.#restart(timer), RESTART_MS);
    this.#restarts.add(timer);
  }

  async #restart(timer: ReturnType<typeof setTimeout>): Promise<void> {
    this.#restarts.delete(timer);
    if (this.#draining || this.#members.size >= this.#options.workers) return;
    try {
      await this.#add(this.#address());
    } catch (error) {
      this.#log.error(`No worker takes the dead one's place: ${error}`);
    }
  }
}

/** The options of one worker. */
function shareOf(options: ProxyOptions): ProxyOptions {
  return {
    ...options,
    limits: share(options.limits, options.workers),
    reportBandwidth: options.reportBandwidth * (1 - OWN_REPORT_SHARE) / options.workers,
  };
}

/** One worker's part of the limits: the system spreads connections evenly. */
export function share(limits: Limits, workers: number): Limits {
  const part = (n: number) => Math.ceil(n / workers);
  const partOrNone = (n: number | null) => n === null ? null : part(n);
  return {
    ...limits,
    maxConnections: part(limits.maxConnections),
    maxConnectionsPerClient: partOrNone(limits.maxConnectionsPerClient),
    acceptRate: partOrNone(limits.acceptRate),
    bandwidth: limits.bandwidth === null ? null : limits.bandwidth / workers,
  };
}

import { getLogger } from "@logtape/logtape";
import { isSame } from "./control/differences.ts";
import { type EngineOrder, joinOutcomes, type Outcome } from "./control/outcome.ts";
import { Standing } from "./control/standing.ts";
import { probe } from "./door.ts";
import { OptionFiles } from "./files.ts";
import { listenText } from "./identity.ts";
import { type Address, formatAddress, ListenError } from "./net/address.ts";
import type { ProxyOptions } from "./options.ts";
import type { Identity, OwnFigures } from "./stats/reporter.ts";
import { FileError } from "./reloaded.ts";
import type { Serving } from "./serving.ts";
import { SharedTotals, SLOTS } from "./stats/shared_totals.ts";
import type { WorkerDetail } from "./worker.ts";
import { joinDetails, withoutActive } from "./worker_detail.ts";
import { Turns } from "./turns.ts";
import { applyToAll, askAll } from "./worker_asking.ts";
import { WorkerRestarts } from "./worker_restarts.ts";
import { OWN_REPORT_SHARE, shareOf } from "./worker_share.ts";
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

const ALL_DEAD = "all workers have died, and others are being started";
/** What is about connections that run, and done as soon as it is told. */
const ABOUT_CONNECTIONS: ReadonlySet<string> = new Set<EngineOrder["command"]>([
  ...["close_connection", "close_matching", "count_matching", "close_denied"] as const,
]);

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

class WorkerGroup implements Workers {
  addr!: Deno.NetAddr;
  readonly source;
  readonly reportShare = OWN_REPORT_SHARE;
  readonly #via: string;
  readonly #module: WorkerModule;
  readonly #log = getLogger(["rustproxy", "proxy"]);
  readonly #shared = new SharedTotals();
  readonly #members = new Set<WorkerThread>();
  readonly #restarts = new WorkerRestarts();
  readonly #standing = new Standing();
  #options: ProxyOptions;
  /** The workers read them too; here, what is wrong with them can be told in a line. */
  #files: OptionFiles;
  /** The counters of workers that have died. */
  #former: WorkerDetail = { reasons: {}, backends: [] };
  #identity: Identity | null = null;
  /** True while nobody listens, since the proxy drains or stops. */
  #draining = false;
  /** Slots of workers that could not be started. */
  readonly #freeSlots: number[] = [];
  /** A worker that is started while the others are told something might miss it. */
  readonly #turns = new Turns();

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
      this.#restartNoMore();
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
    // These change nothing that another worker would have to know.
    if (ABOUT_CONNECTIONS.has(order.command)) return await this.#order(order);
    return await this.#turns.take(() => this.#order(order));
  }

  async #order(order: EngineOrder): Promise<Outcome> {
    if (order.command === "resume") return await this.#resume();
    if (order.command === "drain") this.#draining = true;
    const asked = order.command === "close_connection"
      ? [...this.#members].filter(({ slot }) => slot === (order.id - 1) % SLOTS)
      : [...this.#members];
    const answers: Outcome[] = await askAll(asked, { kind: "order", order });
    // A dead worker's connections have ended with it.
    if (ABOUT_CONNECTIONS.has(order.command)) answers.push({ error: "", count: 0 });
    else if (answers.length === 0 && order.command !== "drain") return { error: ALL_DEAD };
    if (order.command === "reload") await this.#files.reload();
    const outcome = joinOutcomes(answers);
    if (!outcome.error) this.#standing.note(order);
    return outcome;
  }

  apply(options: ProxyOptions): Promise<Outcome> {
    return this.#turns.take(() => this.#apply(options));
  }

  async #apply(options: ProxyOptions): Promise<Outcome> {
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
    const listen = moves ? options.listen : this.#address();
    const answer = await applyToAll(this.#members, options, listen);
    if (answer?.error) {
      // Some may have done it.
      await applyToAll(this.#members, this.#options, this.#address());
      return answer;
    }
    // Where all have died, those that take their places have it from the start.
    if (answer) this.addr = answer.addr;
    else if (moves && listen.port > 0) {
      this.addr = { transport: "tcp", hostname: listen.host, port: listen.port };
    }
    if (this.#identity) {
      this.#identity = { ...this.#identity, listen_addr: listenText(this.addr) };
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
    this.#restartNoMore();
    for (const member of this.#members) member.tell({ kind: "stop" });
    return Promise.resolve();
  }

  async end(): Promise<void> {
    await Promise.all([...this.#members].map(({ ended }) => ended));
    for (const member of this.#members) member.end();
    this.#files.close();
  }

  async #resume(): Promise<Outcome> {
    try {
      if (this.#draining) probe(this.#address());
    } catch (error) {
      return { error: (error as ListenError).message };
    }
    const answers = await askAll(this.#members, { kind: "order", order: { command: "resume" } });
    const outcome = joinOutcomes(answers);
    if (outcome.error) {
      // Some may have done it.
      await askAll(this.#members, { kind: "order", order: { command: "drain" } });
      this.#draining = true;
      return outcome;
    }
    this.#draining = false;
    // What cannot be started is tried again.
    await this.#fillUp().catch((error) => this.#log.error(`Workers are missing: ${error}`));
    return outcome;
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
  async #add(listen: Address): Promise<Deno.NetAddr> {
    const slot = this.#freeSlots.pop() ?? this.#shared.addSlot();
    if (slot === null) throw new Error("too many workers have died");
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
    try {
      const addr = await member.listening;
      this.#restarts.note(true);
      return addr;
    } catch (error) {
      this.#restarts.note(false);
      member.end();
      // One that could not listen has had no connection: another may have its slot.
      if (this.#members.delete(member)) {
        this.#freeSlots.push(slot);
        this.#restartLater();
      }
      throw error;
    }
  }

  /** Accounts for a dead worker's connections, and starts another in its place. */
  #died(member: WorkerThread, message: string): void {
    if (!this.#members.delete(member)) return;
    const lost = this.#shared.abandon(member.slot);
    const failed = { reasons: { worker_died: lost }, backends: [] };
    this.#former = withoutActive(joinDetails([this.#former, member.detail, failed]));
    this.#log.error(`A worker died and its ${lost} connections with it: ${message}`);
    this.#restartLater();
  }

  #restartNoMore(): void {
    this.#draining = true;
    this.#restarts.cancel();
  }

  #restartLater(): void {
    if (this.#draining || !this.addr) return;
    this.#restarts.later(() => this.#turns.take(() => this.#restart()));
  }

  async #restart(): Promise<void> {
    if (this.#draining || this.#members.size >= this.#options.workers) return;
    try {
      await this.#add(this.#address());
    } catch (error) {
      this.#log.error(`No worker takes the dead one's place: ${error}`);
    }
  }
}

import { getLogger } from "@logtape/logtape";
import type { Serving } from "./engine.ts";
import { type Address, ListenError, systemError } from "./net/address.ts";
import type { Limits, ProxyOptions } from "./options.ts";
import type { Identity, OwnFigures } from "./stats/reporter.ts";
import { SharedTotals } from "./stats/shared_totals.ts";
import type { FromWorker, ToWorker, WorkerDetail } from "./worker.ts";
import { joinDetails, withoutActive } from "./worker_detail.ts";

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

/** Starts the workers; rejects with {@link ListenError} with nothing left running. */
export async function startWorkers(
  options: ProxyOptions,
  via: string,
  module: WorkerModule,
): Promise<Workers> {
  probe(options.listen);
  const group = new WorkerGroup(options, via, module);
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

interface Member {
  worker: Worker;
  slot: number;
  detail: WorkerDetail;
  ended: PromiseWithResolvers<void>;
}

class WorkerGroup implements Workers {
  addr!: Deno.NetAddr;
  readonly source;
  readonly reportShare = OWN_REPORT_SHARE;
  readonly #options: ProxyOptions;
  readonly #via: string;
  readonly #module: WorkerModule;
  readonly #log = getLogger(["rustproxy", "proxy"]);
  readonly #shared = new SharedTotals();
  readonly #members = new Set<Member>();
  readonly #restarts = new Set<ReturnType<typeof setTimeout>>();
  /** The counters of workers that have died. */
  #former: WorkerDetail = { reasons: {}, backends: [] };
  #identity: Identity | null = null;
  #stopping = false;

  constructor(options: ProxyOptions, via: string, module: WorkerModule) {
    this.#options = {
      ...options,
      limits: share(options.limits, options.workers),
      reportBandwidth: options.reportBandwidth * (1 - OWN_REPORT_SHARE) / options.workers,
    };
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
      const rest = Array.from({ length: this.#options.workers - 1 });
      await Promise.all(rest.map(() => this.#add(this.#address())));
    } catch (error) {
      for (const { worker } of this.#members) worker.terminate();
      throw error;
    }
  }

  report(identity: Identity): void {
    this.#identity = identity;
    for (const member of this.#members) tell(member, { kind: "report", identity });
  }

  backends() {
    return this.#joined().backends;
  }

  figures = ({ refresh_s }: OwnFigures) => {
    const figures = this.#shared.figures();
    // Until the first worker has reported.
    return { ...figures, refresh_s: figures.refresh_s || refresh_s };
  };

  drain(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#restarts) clearTimeout(timer);
    for (const member of this.#members) tell(member, { kind: "stop" });
    return Promise.resolve();
  }

  async end(): Promise<void> {
    await Promise.all([...this.#members].map((member) => member.ended.promise));
    for (const { worker } of this.#members) worker.terminate();
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
    const worker = new Worker(this.#module.url, { type: "module" });
    const detail = { reasons: {}, backends: [] };
    const member: Member = { worker, slot, detail, ended: Promise.withResolvers() };
    this.#members.add(member);
    const listening = Promise.withResolvers<Deno.NetAddr>();
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === "listening") {
        listening.resolve({ transport: "tcp", hostname: data.hostname, port: data.port });
      } else if (data.kind === "refused") {
        listening.reject(new ListenError("tcp", listen, systemError(data)));
      } else if (data.kind === "detail") member.detail = data.detail;
      else member.ended.resolve();
    };
    worker.onerror = (event) => {
      // Unless it is taken here, a worker's error ends the whole program.
      event.preventDefault();
      listening.reject(new Error(event.message));
      this.#died(member, event.message);
    };
    tell(member, {
      kind: "start",
      options: this.#options,
      listen,
      via: this.#via,
      memory: this.#shared.memory,
      slot,
      setup: this.#module.setup,
    });
    if (this.#identity) tell(member, { kind: "report", identity: this.#identity });
    return listening.promise;
  }

  /** Accounts for a dead worker's connections, and starts another in its place. */
  #died(member: Member, message: string): void {
    if (!this.#members.delete(member)) return;
    member.ended.resolve();
    member.worker.terminate();
    const lost = this.#shared.abandon(member.slot);
    const { reasons, backends } = member.detail;
    const failed = { reasons: { worker_died: lost }, backends: [] };
    this.#former = withoutActive(joinDetails([this.#former, { reasons, backends }, failed]));
    this.#log.error(`A worker died and its ${lost} connections with it: ${message}`);
    if (this.#stopping || !this.addr) return;
    const timer = setTimeout(() => this.#restart(timer), RESTART_MS);
    this.#restarts.add(timer);
  }

  async #restart(timer: ReturnType<typeof setTimeout>): Promise<void> {
    this.#restarts.delete(timer);
    try {
      await this.#add(this.#address());
    } catch (error) {
      this.#log.error(`No worker takes the dead one's place: ${error}`);
    }
  }
}

function tell({ worker }: Member, message: ToWorker): void {
  worker.postMessage(message);
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

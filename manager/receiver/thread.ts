import { getLogger } from "@logtape/logtape";
import { type Address, ListenError, systemError } from "../../proxy/net/address.ts";
import type { StatsKey } from "../sealed/keys.ts";
import type { Seal } from "../sealed/unsealer.ts";
import { PROGRAM_WORKER } from "../program_worker.ts";
import type {
  Batch,
  FromReceiver,
  ReceiverCounters,
  ReceiverStart,
  ToReceiver,
} from "./messages.ts";

export interface ReceiverOptions {
  listen: Address;
  /** Datagrams a second from one source address. */
  rate: number;
  /** With which keys reports have to be sealed; null for reports in clear. */
  keys?: StatsKey[] | null;
}

/** Takes a datagram, opened if it was sealed, that arrived `ageMs` ago; true if a report was accepted. */
export type Deliver = (bytes: Uint8Array, source: string, ageMs: number, seal?: Seal) => boolean;

const RESTART_MS = 500;
const MAX_RESTART_MS = 30_000;
const MAX_AGE_MS = 60_000;
const WARN_AGAIN_MS = 60_000;

/** A thread that receives reports; one that dies is replaced. */
export class ReceiverThread {
  addr!: Deno.NetAddr;
  /** How many threads have died. */
  deaths = 0;
  readonly #options: ReceiverOptions;
  readonly #deliver: Deliver;
  readonly #url: URL;
  readonly #log = getLogger(["rustproxy", "manager"]);
  #worker: Worker | null = null;
  #restart: ReturnType<typeof setTimeout> | undefined;
  #restartMs = RESTART_MS;
  #stopped = false;
  #current = noCounters();
  /** What threads that have died had dropped. */
  #former = noCounters();
  #warnedAtMs = -Infinity;
  #warnedErrors = 0;

  constructor(options: ReceiverOptions, deliver: Deliver, url = PROGRAM_WORKER) {
    this.#options = { ...options };
    this.#deliver = deliver;
    this.#url = url;
  }

  /** Starts it; rejects with {@link ListenError}. */
  async start(): Promise<void> {
    try {
      this.addr = await this.#listen(this.#options.listen);
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  /** What was dropped before it came here, over all threads. */
  get counters(): Readonly<ReceiverCounters> {
    const { sources } = this.#current;
    return { ...add(this.#former, this.#current), sources };
  }

  /** These are the keys from now on. */
  setKeys(keys: StatsKey[]): void {
    this.#options.keys = keys;
    this.#worker?.postMessage({ kind: "keys", keys } satisfies ToReceiver);
  }

  /** Ends it; what waits in it is lost. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#restart);
    this.#worker?.terminate();
    this.#worker = null;
  }

  #listen(listen: Address): Promise<Deno.NetAddr> {
    const worker = this.#worker = new Worker(this.#url, { type: "module" });
    const listening = Promise.withResolvers<Deno.NetAddr>();
    worker.onmessage = ({ data }: MessageEvent<FromReceiver>) => {
      if (worker !== this.#worker) return;
      if (data.kind === "listening") {
        listening.resolve({ transport: "udp", hostname: data.hostname, port: data.port });
      } else if (data.kind === "refused") {
        listening.reject(new ListenError("udp", listen, systemError(data)));
      } else {
        this.#note(data.counters);
        if (data.kind === "batch") this.#take(worker, data.batch);
      }
    };
    worker.onerror = (event) => {
      // Unless it is taken here, a worker's error ends the whole program.
      event.preventDefault();
      listening.reject(new Error(event.message));
      if (worker === this.#worker) this.#died(event.message);
    };
    const { rate, keys = null } = this.#options;
    worker.postMessage({ kind: "receive", listen, rate, keys } satisfies ReceiverStart);
    return listening.promise;
  }

  #take(worker: Worker, { bytes, items }: Batch): void {
    const accepted = new Set<string>();
    const now = Date.now();
    let at = 0;
    for (const { length, source, isNew, atMs, seal } of items) {
      const datagram = bytes.subarray(at, at += length);
      // The system's clock may be set in between; the age is a few milliseconds, whatever it says.
      const ageMs = Math.min(MAX_AGE_MS, Math.max(0, now - atMs));
      if (this.#deliver(datagram, source, ageMs, seal) && isNew) accepted.add(source);
    }
    worker.postMessage({ kind: "taken", accepted: [...accepted] } satisfies ToReceiver);
  }

  #note(counters: ReceiverCounters): void {
    this.#current = counters;
    const { errors } = this.counters;
    if (errors === this.#warnedErrors || performance.now() - this.#warnedAtMs < WARN_AGAIN_MS) {
      return;
    }
    this.#log.warn(`Cannot receive reports, trying again: ${errors - this.#warnedErrors} times`);
    this.#warnedErrors = errors;
    this.#warnedAtMs = performance.now();
  }

  #died(message: string): void {
    this.#worker?.terminate();
    this.#worker = null;
    // One that never listened is no death: start() tells.
    if (this.#stopped || !this.addr) return;
    this.deaths++;
    this.#former = add(this.#former, this.#current);
    this.#current = noCounters();
    this.#log.error(`The thread that receives reports died, starting another: ${message}`);
    this.#replaceLater();
  }

  #replaceLater(): void {
    this.#restart = setTimeout(() => this.#replace(), this.#restartMs);
    this.#restartMs = Math.min(2 * this.#restartMs, MAX_RESTART_MS);
  }

  async #replace(): Promise<void> {
    try {
      await this.#listen({ host: this.addr.hostname, port: this.addr.port });
      this.#restartMs = RESTART_MS;
      this.#log.info("Receiving reports again");
    } catch (error) {
      // One that died before it listened is told of and replaced already; this is one without its port.
      if (this.#worker === null) return;
      this.#worker.terminate();
      this.#worker = null;
      this.#log.error(`Cannot receive reports again, trying on: ${(error as Error).message}`);
      this.#replaceLater();
    }
  }
}

function noCounters(): ReceiverCounters {
  return { datagrams: 0, bytes: 0, dropped: {}, errors: 0, sources: 0 };
}

function add(a: ReceiverCounters, b: ReceiverCounters): ReceiverCounters {
  const dropped = { ...a.dropped };
  for (const [reason, n] of Object.entries(b.dropped)) dropped[reason] = (dropped[reason] ?? 0) + n;
  return {
    datagrams: a.datagrams + b.datagrams,
    bytes: a.bytes + b.bytes,
    dropped,
    errors: a.errors + b.errors,
    sources: 0,
  };
}

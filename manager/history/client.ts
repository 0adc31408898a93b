import { getLogger } from "@logtape/logtape";
import { PROGRAM_WORKER } from "../program_worker.ts";
import type { Registry } from "../registry.ts";
import type { AuditEntry, EventKind, FleetEvent } from "./batch.ts";
import type { EventQuestion } from "./event_store.ts";
import { DataDirError, defaultDataDir } from "./data_dir.ts";
import type { Failure, FromHistory, ToHistory } from "./messages.ts";
import type { HistoryOptions } from "./options.ts";
import { Pending } from "./pending.ts";
import { Recorder } from "./recorder.ts";
import type { Queries, QueryName } from "./store.ts";

/** How often a history that has failed is tried again. */
export const RETRY_MS = 60_000;
const OPEN_MS = 5_000;
const END_MS = 5_000;

/** Whether the fleet is being remembered. Times are Unix seconds. */
export interface HistoryState {
  state: "on" | "opening" | "failed" | "off";
  /** Why it is off, in one line; empty while it is on. */
  reason: string;
  /** Since when it has been so. */
  since: number;
  /** When the last batch was written; null if none was. */
  last_write: number | null;
  /** What was not written, by kind. */
  dropped: { series: number; log: number; events: number; audit: number; batches: number };
}

/** The past of the fleet, for those who show it. */
export interface History {
  readonly state: HistoryState;
  /** Rejects with QueryError where it cannot be answered now. */
  query<N extends QueryName>(name: N, question: Queries[N][0]): Promise<Queries[N][1]>;
  /** Events from memory, of a proxy or of all: those behind `since`, or the newest. */
  recentEvents(question: EventQuestion): FleetEvent[];
}

export interface HistoryDeps {
  registry: Registry;
  /** Unix milliseconds. */
  now: () => number;
  maxProxies: number;
  /** What its thread runs, if not the program's own worker. */
  worker?: URL;
}

/** The history on the main thread: it follows the registry, and everything slow is its worker's. */
export class HistoryClient implements History {
  readonly #options: HistoryOptions | null;
  readonly #deps: HistoryDeps;
  readonly #recorder: Recorder;
  readonly #pending = new Pending();
  readonly #log = getLogger(["rustproxy", "history"]);
  readonly #dir: string | null;
  #worker: Worker | null = null;
  #state: HistoryState["state"] = "off";
  #failure: Failure | null = null;
  #sinceMs: number;
  #lastWriteMs: number | null = null;
  #lostBatches = 0;
  #triedMs = 0;
  #starting = false;
  #resumed = false;
  /** The batch on its way: when it was made, its last event and its last entry of the audit log. */
  #sent: { atMs: number; lastEvent: number; lastAudit: number } | null = null;
  #lastAuditId = 0;
  #kept: Record<string, string> = {};
  #changed = () => {};

  /** With options of null it is off, and only the newest events are known. */
  constructor(options: HistoryOptions | null, deps: HistoryDeps) {
    this.#options = options;
    // Whole milliseconds are what is written.
    const now = () => Math.floor(deps.now());
    this.#deps = { ...deps, now };
    this.#sinceMs = now();
    this.#recorder = new Recorder(deps.registry, now, { onlyEvents: options === null });
    this.#recorder.events.add("manager_started", "", "", now());
    this.#dir = options ? dirOf(options) : null;
  }

  get state(): HistoryState {
    return {
      state: this.#state,
      reason: this.#options === null ? "--no-history" : this.#failure?.reason ?? "",
      since: this.#sinceMs / 1000,
      last_write: this.#lastWriteMs === null ? null : this.#lastWriteMs / 1000,
      dropped: { ...this.#recorder.dropped, batches: this.#lostBatches },
    };
  }

  /**
   * Opens the database, and lets the registry go on where an earlier run stopped. Rejects with
   * {@link DataDirError} where a directory that was asked for cannot be used; any other failure only
   * turns the history off until it can be opened. Waits 5 s at most.
   */
  async start(): Promise<void> {
    if (!this.#options) return;
    if (this.#options.dir === "default" && this.#dir === null) {
      return this.#failed({
        reason: "no home directory is known: name a --data-dir",
        unusable: true,
        damaged: false,
      });
    }
    this.#open();
    this.#starting = true;
    await this.#until(() => this.#state !== "opening", OPEN_MS);
    // Who names a directory counts on it: better to hear of a mistake now than to miss a month later.
    if (this.#failure && this.#endsStart(this.#failure)) {
      this.#worker?.terminate();
      this.#worker = null;
      const { reason } = this.#failure;
      const whole = `Cannot use the data directory ${this.#dir}: ${reason}`;
      throw new DataDirError(reason.startsWith("Cannot") ? reason : whole);
    }
    this.#starting = false;
  }

  /** Writes what has happened, if the last batch is written; to be called once a second. */
  tick(): void {
    const nowMs = this.#deps.now();
    if (this.#sent || this.#state === "opening") return;
    if (this.#state === "failed" && nowMs - this.#triedMs >= RETRY_MS) this.#open();
    // Made in any case: what is not written must not wait, and a memory must not fill.
    const batch = this.#recorder.batch();
    if (this.#state !== "on") return;
    this.#sent = {
      atMs: batch.atMs,
      lastEvent: batch.events.at(-1)?.id ?? 0,
      lastAudit: batch.audit.at(-1)?.id ?? 0,
    };
    this.#tell({ kind: "batch", batch });
  }

  query<N extends QueryName>(name: N, question: Queries[N][0]): Promise<Queries[N][1]> {
    return this.#pending.ask(
      this.#state === "on" ? null : this.state,
      (id) => this.#tell({ kind: "query", id, name, question }),
    );
  }

  recentEvents(question: EventQuestion): FleetEvent[] {
    return this.#recorder.events.recent(question);
  }

  /** The last entry of the audit log that an earlier run kept; 0 where there is none. */
  get lastAuditId(): number {
    return this.#lastAuditId;
  }

  /** Keeps an entry of the audit log, from the next batch on. */
  keep(entry: AuditEntry): void {
    if (this.#options) this.#recorder.audit.add(entry);
  }

  /** Keeps something that happened, from the next batch on. */
  addEvent(kind: EventKind, proxyId: string, detail: string): void {
    this.#recorder.events.add(kind, proxyId, detail, this.#deps.now());
  }

  /** Keeps a text for the next run, in place of the last one of this name. */
  keepText(name: string, text: string): void {
    this.#recorder.kept.put(name, text);
  }

  /** What an earlier run kept by this name, once the history was opened; null where there is nothing. */
  keptText(name: string): string | null {
    return this.#kept[name] ?? null;
  }

  /** Writes the rest, and ends the thread. */
  async stop(): Promise<void> {
    if (!this.#worker) return;
    if (this.#state === "opening") this.#worker.terminate();
    await this.#until(() => !this.#sent, END_MS);
    if (this.#state === "on" && !this.#sent) {
      // More than fits one batch may wait in the log; what is left then was too much to keep.
      this.#sent = { atMs: this.#deps.now(), lastEvent: 0, lastAudit: 0 };
      this.#tell({ kind: "batch", batch: this.#recorder.batch(true) });
      await this.#until(() => !this.#sent, END_MS);
    }
    this.#tell({ kind: "stop" });
    await this.#until(() => this.#state === "off", END_MS);
    this.#worker?.terminate();
    this.#worker = null;
    this.#pending.refuse("The manager stops");
  }

  #open(): void {
    const { now, maxProxies, worker: url = PROGRAM_WORKER } = this.#deps;
    if (this.#state !== "failed") this.#state = "opening";
    this.#triedMs = now();
    this.#worker ??= this.#spawn(url);
    this.#tell({
      kind: "history",
      options: this.#options!,
      dir: this.#dir,
      maxProxies,
      nowMs: now(),
      check: this.#failure?.damaged ?? false,
    });
  }

  #spawn(url: URL): Worker {
    const worker = new Worker(url, { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<FromHistory>) => this.#hear(data);
    worker.onerror = (event) => {
      // Unless it is taken here, a worker's error ends the whole program.
      event.preventDefault();
      worker.terminate();
      this.#worker = null;
      this.#pending.refuse("The history's thread has ended");
      this.#failed({
        reason: `its thread ended: ${event.message}`,
        unusable: false,
        damaged: false,
      });
    };
    return worker;
  }

  #hear(message: FromHistory): void {
    if (message.kind === "open") {
      if (!this.#resumed) this.#recorder.resume(message.remembered);
      this.#lastAuditId = message.remembered.lastAuditId;
      this.#kept = message.remembered.kept;
      this.#opened();
    } else if (message.kind === "written" && this.#sent) {
      this.#lastWriteMs = this.#sent.atMs;
      this.#recorder.events.written(this.#sent.lastEvent);
      this.#recorder.audit.written(this.#sent.lastAudit);
      this.#recorder.kept.written();
      this.#sent = null;
    } else if (message.kind === "failed") this.#failed(message.failure);
    else if (message.kind === "reply") this.#pending.answer(message.id, message.reply);
    else if (message.kind === "refused") this.#pending.fail(message.id, message.message);
    else if (message.kind === "ended") this.#state = "off";
    this.#changed();
  }

  #opened(): void {
    if (this.#failure) {
      this.#recorder.rewrite();
      this.#recorder.events.add("history_on", "", "", this.#deps.now());
      this.#log.info("History is on again");
    }
    this.#resumed = true;
    this.#failure = null;
    this.#state = "on";
    this.#sinceMs = this.#deps.now();
  }

  #failed(failure: Failure): void {
    if (this.#sent) this.#lostBatches++;
    this.#sent = null;
    const known = this.#failure?.reason === failure.reason;
    this.#failure = failure;
    this.#state = "failed";
    if (!known && !this.#endsStart(failure)) {
      this.#sinceMs = this.#deps.now();
      this.#recorder.events.add("history_failed", "", failure.reason, this.#deps.now());
      this.#log.error(
        `History is off, and is tried again every ${RETRY_MS / 1000} s: ${failure.reason}`,
        { data_dir: this.#dir },
      );
    }
    this.#changed();
  }

  #endsStart({ unusable }: Failure): boolean {
    return unusable && this.#starting && typeof this.#options!.dir === "object";
  }

  #tell(message: ToHistory): void {
    this.#worker!.postMessage(message);
  }

  /** Waits until something the worker told makes it so, or until the time is over. */
  async #until(done: () => boolean, ms: number): Promise<void> {
    const over = Promise.withResolvers<void>();
    const timer = setTimeout(over.resolve, ms);
    this.#changed = () => done() && over.resolve();
    this.#changed();
    await over.promise;
    clearTimeout(timer);
    this.#changed = () => {};
  }
}

function dirOf({ dir }: HistoryOptions): string | null {
  if (dir === "memory") return null;
  return dir === "default" ? defaultDataDir(Deno.build.os, (name) => Deno.env.get(name)) : dir.path;
}

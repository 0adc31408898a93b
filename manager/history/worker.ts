import { DataDirError, prepareDataDir } from "./data_dir.ts";
import type { Failure, HistoryPort, HistoryStart, ToHistory } from "./messages.ts";
import { Store } from "./store.ts";

const PRUNE_EVERY_MS = 30_000;

/** Holds the database on this thread, as the messages on the port say. */
export function serveHistory(port: HistoryPort, start: HistoryStart): void {
  const books = new Books(port);
  port.onmessage = ({ data }) => books.take(data);
  books.take(start);
}

/** The database while it is open. */
class Books {
  #store: Store | null = null;
  #prunedMs = -Infinity;

  constructor(readonly port: HistoryPort) {}

  take(message: ToHistory): void {
    if (message.kind === "history") this.#guard(() => this.#open(message));
    else if (message.kind === "batch") this.#guard(() => this.#write(message.batch));
    else if (message.kind === "query") this.#answer(message);
    else this.#stop();
  }

  #open({ options, dir, maxProxies, nowMs, check }: HistoryStart): void {
    this.#store?.close();
    this.#store = null;
    const path = dir === null ? ":memory:" : prepareDataDir(dir);
    const { retention, maxPages } = options;
    this.#store = new Store(path, { retention, maxPages, maxProxies, check }, nowMs);
    this.port.postMessage({ kind: "open", remembered: this.#store.remembered(nowMs) });
  }

  #write(batch: Parameters<Store["write"]>[0]): void {
    // It was on its way when the database failed.
    if (!this.#store) return;
    this.#store.write(batch);
    if (Math.abs(batch.atMs - this.#prunedMs) >= PRUNE_EVERY_MS) {
      this.#prunedMs = batch.atMs;
      this.#store.prune(batch.atMs);
    }
    this.port.postMessage({ kind: "written" });
  }

  #answer({ id, name, question }: Extract<ToHistory, { kind: "query" }>): void {
    try {
      if (!this.#store) throw new Error("the history is not open");
      this.port.postMessage({ kind: "reply", id, reply: this.#store.query(name, question) });
    } catch (error) {
      const failure = failureOf(error);
      this.port.postMessage({ kind: "refused", id, message: failure.reason });
      if (failure.damaged) this.#fail(failure);
    }
  }

  #stop(): void {
    this.#guard(() => this.#store?.close());
    this.port.postMessage({ kind: "ended" });
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(failureOf(error));
    }
  }

  #fail(failure: Failure): void {
    try {
      this.#store?.close();
    } catch {
      // What failed before may fail again here; the next one opens the file anew.
    }
    this.#store = null;
    this.port.postMessage({ kind: "failed", failure });
  }
}

/** SQLite's own words, and what they mean here. */
const MEANINGS: [RegExp, string, Partial<Failure>][] = [
  [/disk is full/, "the disk is full", {}],
  [/is locked|busy/, "another manager uses it", { unusable: true }],
  [/not a database/, "history.db is not a database", { damaged: true }],
  [/malformed|damaged/, "history.db is damaged", { damaged: true }],
  [/readonly/, "it cannot be written", {}],
  [/disk I\/O/, "the disk cannot be read or written", {}],
  [/unable to open/, "history.db cannot be opened", {}],
];

function failureOf(error: unknown): Failure {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof DataDirError) return { reason: text, unusable: true, damaged: false };
  const [, reason, more] = MEANINGS.find(([words]) => words.test(text)) ?? [];
  return { reason: reason ?? text.split("\n")[0], unusable: false, damaged: false, ...more };
}

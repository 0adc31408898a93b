import type { Batch, Remembered } from "./batch.ts";
import type { HistoryOptions } from "./options.ts";
import type { Queries, QueryName } from "./store.ts";

/** Opens the database; the first message, and again after a failure. */
export interface HistoryStart {
  kind: "history";
  options: HistoryOptions;
  /** The directory that is meant; null for a database in memory. */
  dir: string | null;
  maxProxies: number;
  nowMs: number;
  /** Look through the whole file first. */
  check: boolean;
}

export type ToHistory =
  | HistoryStart
  | { kind: "batch"; batch: Batch }
  | { kind: "query"; id: number; name: QueryName; question: Queries[QueryName][0] }
  | { kind: "stop" };

/** Why there is no history. */
export interface Failure {
  /** One line. */
  reason: string;
  /** The directory cannot be used, or another manager uses it: nothing that happened to the data. */
  unusable: boolean;
  /** The file itself is broken. */
  damaged: boolean;
}

export type FromHistory =
  | { kind: "open"; remembered: Remembered }
  | { kind: "failed"; failure: Failure }
  | { kind: "written" }
  | { kind: "reply"; id: number; reply: Queries[QueryName][1] }
  | { kind: "refused"; id: number; message: string }
  | { kind: "ended" };

/** The thread's end of the channel to the one that started it. */
export interface HistoryPort {
  onmessage: ((event: MessageEvent<ToHistory>) => void) | null;
  postMessage(message: FromHistory): void;
}

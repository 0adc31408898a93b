import type { HistoryState } from "./client.ts";

/** Questions that wait for the history's thread at most. */
export const MAX_PENDING = 32;
const TIMEOUT_MS = 10_000;

export type QueryErrorCode = "history_off" | "history_failed" | "history_busy" | "history_timeout";

/** Why a question has no answer. */
export class QueryError extends Error {
  override name = "QueryError";

  constructor(readonly code: QueryErrorCode, message: string) {
    super(message);
  }
}

interface Asked {
  resolve: (reply: unknown) => void;
  reject: (error: QueryError) => void;
  timer: ReturnType<typeof setTimeout>;
}

/** Questions on their way. One that has waited too long is given up, but keeps its place until it is answered. */
export class Pending {
  readonly #asked = new Map<number, Asked>();
  #lastId = 0;

  /** Asks by `send`, unless the history is in a state, other than null, in which it knows nothing. */
  ask<T>(state: HistoryState | null, send: (id: number) => void): Promise<T> {
    if (state) return Promise.reject(notNow(state));
    if (this.#asked.size >= MAX_PENDING) {
      return Promise.reject(new QueryError("history_busy", "Too many questions wait already"));
    }
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const timer = setTimeout(
      () => reject(new QueryError("history_timeout", "The history takes too long to answer")),
      TIMEOUT_MS,
    );
    this.#asked.set(id, { resolve, reject, timer });
    send(id);
    return promise as Promise<T>;
  }

  answer(id: number, reply: unknown): void {
    this.#take(id)?.resolve(reply);
  }

  fail(id: number, message: string): void {
    this.#take(id)?.reject(new QueryError("history_failed", `Cannot read the history: ${message}`));
  }

  /** Gives up all of them. */
  refuse(message: string): void {
    for (const id of [...this.#asked.keys()]) this.fail(id, message);
  }

  #take(id: number): Asked | undefined {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    clearTimeout(asked?.timer);
    return asked;
  }
}

function notNow({ state, reason }: HistoryState): QueryError {
  if (state === "off") {
    return new QueryError("history_off", `This manager keeps no history (${reason || "it stops"})`);
  }
  const message = state === "opening"
    ? "The history is still being opened"
    : `History is off: ${reason}`;
  return new QueryError("history_failed", message);
}

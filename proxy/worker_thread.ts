import { type Address, ListenError, systemError } from "./net/address.ts";
import type { FromWorker, Question, ToWorker, WorkerAnswer, WorkerDetail } from "./worker.ts";

/** A worker as the thread that started it sees it. */
export class WorkerThread {
  detail: WorkerDetail = { reasons: {}, backends: [] };
  /** Where it listens; rejects with ListenError, or an error that ended it before. */
  readonly listening: Promise<Deno.NetAddr>;
  /** Resolves when it has ended, or died. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  readonly #listening = Promise.withResolvers<Deno.NetAddr>();
  readonly #ended = Promise.withResolvers<void>();
  /** Questions that it has not answered yet. */
  readonly #asked = new Map<number, (answer: WorkerAnswer | null) => void>();
  #lastQuestion = 0;
  #isOver = false;

  /** Starts it, to listen there as it will be told; `onDeath` is called with why, if it dies. */
  constructor(
    url: URL,
    readonly slot: number,
    listen: Address,
    onDeath: (message: string) => void,
  ) {
    this.listening = this.#listening.promise;
    this.ended = this.#ended.promise;
    this.#worker = new Worker(url, { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(data, listen);
    this.#worker.onerror = (event) => {
      // Unless it is taken here, a worker's error ends the whole program.
      event.preventDefault();
      this.#listening.reject(new Error(event.message));
      this.end();
      onDeath(event.message);
    };
  }

  tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  /** Its answer; null if it ends instead, or has ended. */
  ask(question: Question): Promise<WorkerAnswer | null> {
    if (this.#isOver) return Promise.resolve(null);
    const number = ++this.#lastQuestion;
    const { promise, resolve } = Promise.withResolvers<WorkerAnswer | null>();
    this.#asked.set(number, resolve);
    this.tell({ kind: "ask", number, question });
    return promise;
  }

  /** Ends it at once; harmless when called again. */
  end(): void {
    this.#worker.terminate();
    this.#over();
  }

  /** It answers nothing any more. */
  #over(): void {
    this.#isOver = true;
    this.#ended.resolve();
    for (const resolve of this.#asked.values()) resolve(null);
    this.#asked.clear();
  }

  #hear(data: FromWorker, listen: Address): void {
    switch (data.kind) {
      case "listening":
        return this.#listening.resolve({ transport: "tcp", ...data });
      case "refused":
        return this.#listening.reject(new ListenError("tcp", listen, systemError(data)));
      case "detail":
        this.detail = data.detail;
        return;
      case "answer":
        this.#asked.get(data.number)?.(data.answer);
        this.#asked.delete(data.number);
        return;
      case "ended":
        this.#over();
    }
  }
}

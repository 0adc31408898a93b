import { type ReadonlySignal, signal } from "@preact/signals";

/** What became of something the reader did. */
export interface Toast {
  id: number;
  text: string;
  kind: "done" | "failed";
}

/** At most so many at once; the oldest goes. */
const MOST = 4;

/** What went well is told for so long, in milliseconds; what did not, until it is put away. */
const DONE_MS = 6_000;

/** Outcomes, told at the edge of the page. `later` comes in from outside for tests. */
export class Toasts {
  readonly #list = signal<readonly Toast[]>([]);
  readonly #later: (run: () => void, ms: number) => void;
  #lastId = 0;

  constructor(later: (run: () => void, ms: number) => void = setTimeout) {
    this.#later = (run, ms) => later(run, ms);
  }

  get list(): ReadonlySignal<readonly Toast[]> {
    return this.#list;
  }

  /** Tells that something was done. */
  done(text: string): void {
    const id = this.#add(text, "done");
    this.#later(() => this.dismiss(id), DONE_MS);
  }

  /** Tells that something was not done. */
  failed(text: string): void {
    this.#add(text, "failed");
  }

  /** Puts one away. */
  dismiss(id: number): void {
    this.#list.value = this.#list.peek().filter((toast) => toast.id !== id);
  }

  #add(text: string, kind: Toast["kind"]): number {
    const id = ++this.#lastId;
    this.#list.value = [...this.#list.peek(), { id, text, kind }].slice(-MOST);
    return id;
  }
}

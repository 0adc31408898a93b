import { BROWSER, runSliced, type Slicing, type Steps } from "./steps.ts";

/** Rows that move are put in order no more often than this, in milliseconds. */
const PAUSE_MS = 1_000;

/** Runs a view's steps off the frame path: at once for a new question, else at most once a second. */
export class ViewRunner {
  readonly #slicing: Slicing;
  readonly #wait: (work: () => void, ms: number) => () => void;
  #begunAt = -Infinity;
  #cancel: (() => void) | null = null;
  #waiting: (() => void) | null = null;
  #next: (() => void) | null = null;

  constructor(
    slicing: Slicing = BROWSER,
    wait = (work: () => void, ms: number) => {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
  ) {
    this.#slicing = slicing;
    this.#wait = wait;
  }

  /** Asks for what the steps come to. `isNew` gives up what is under way: nobody wants it any more. */
  ask<T>(steps: () => Steps<T>, done: (result: T) => void, isNew: boolean): void {
    const run = () => this.#run(steps, done);
    if (isNew) {
      this.stop();
      return run();
    }
    this.#next = run;
    if (this.#cancel === null) this.#schedule();
  }

  /** Gives up all that was asked for. */
  stop(): void {
    this.#cancel?.();
    this.#waiting?.();
    this.#cancel = this.#waiting = this.#next = null;
  }

  #schedule(): void {
    if (this.#waiting !== null || this.#next === null) return;
    const ms = Math.max(0, this.#begunAt + PAUSE_MS - this.#slicing.clock());
    this.#waiting = this.#wait(() => {
      const next = this.#next;
      this.#waiting = this.#next = null;
      next?.();
    }, ms);
  }

  #run<T>(steps: () => Steps<T>, done: (result: T) => void): void {
    this.#begunAt = this.#slicing.clock();
    let isDone = false;
    const cancel = runSliced(steps(), (result) => {
      isDone = true;
      this.#cancel = null;
      done(result);
      this.#schedule();
    }, this.#slicing);
    if (!isDone) this.#cancel = cancel;
  }
}

import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../../proxy/stats/clock.ts";

type Job = () => void | Promise<void>;

/** Time that passes only from one job to the next; jobs of the same moment run in the order they were given in. */
export class Scheduler {
  /** Milliseconds since the beginning of the world. */
  now = 0;
  /** A binary heap, the next job first. */
  readonly #jobs: { at: number; order: number; run: Job }[] = [];
  #order = 0;

  at(ms: number, run: Job): void {
    const jobs = this.#jobs;
    const job = { at: Math.max(ms, this.now), order: this.#order++, run };
    let i = jobs.push(job) - 1;
    for (let parent = (i - 1) >> 1; i > 0 && isBefore(job, jobs[parent]); parent = (i - 1) >> 1) {
      jobs[i] = jobs[parent];
      i = parent;
    }
    jobs[i] = job;
  }

  /** Runs `run` now and each so many milliseconds. */
  every(ms: number, run: () => void): void {
    this.at(this.now, () => {
      run();
      this.at(this.now + ms, () => this.every(ms, run));
    });
  }

  /** Runs whatever is due until then. */
  async runTo(ms: number): Promise<void> {
    while (this.#jobs.length > 0 && this.#jobs[0].at <= ms) {
      const { at, run } = this.#take();
      this.now = at;
      const done = run();
      if (done) await done;
    }
    this.now = ms;
  }

  #take() {
    const jobs = this.#jobs;
    const first = jobs[0];
    const last = jobs.pop()!;
    if (jobs.length === 0) return first;
    let i = 0;
    for (let child = 1; child < jobs.length; child = 2 * i + 1) {
      if (child + 1 < jobs.length && isBefore(jobs[child + 1], jobs[child])) child++;
      if (!isBefore(jobs[child], last)) break;
      jobs[i] = jobs[child];
      i = child;
    }
    jobs[i] = last;
    return first;
  }
}

function isBefore(a: { at: number; order: number }, b: { at: number; order: number }): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** A host's idea of the time of day: it may be wrong, drift and jump. */
export class WallClock {
  readonly #scheduler: Scheduler;
  readonly #drift: number;
  #offsetMs: number;

  /** `startMs` is what it shows at the beginning, in Unix milliseconds; `drift` how much it gains in each millisecond. */
  constructor(scheduler: Scheduler, startMs: number, drift = 0) {
    this.#scheduler = scheduler;
    this.#offsetMs = startMs;
    this.#drift = drift;
  }

  /** Unix milliseconds. */
  ms(): number {
    return this.#offsetMs + Math.floor(this.#scheduler.now * (1 + this.#drift));
  }

  /** Unix seconds. */
  seconds(): number {
    return this.ms() / 1000;
  }

  /** Somebody sets the clock. */
  step(ms: number): void {
    this.#offsetMs += ms;
  }
}

/** The clock of one program on a host; when it has crashed, it waits for ever. */
export class ProgramClock implements Clock {
  readonly #scheduler: Scheduler;
  readonly #wall: WallClock;
  #waiting = 0;
  #crashed = false;

  constructor(scheduler: Scheduler, wall: WallClock) {
    this.#scheduler = scheduler;
    this.#wall = wall;
  }

  now(): number {
    return this.#scheduler.now;
  }

  unix(): number {
    return this.#wall.seconds();
  }

  wait(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    this.#waiting++;
    return new Promise((resolve) => {
      let over = false;
      const wake = () => {
        if (over) return;
        over = true;
        this.#waiting--;
        resolve();
      };
      signal.addEventListener("abort", wake, { once: true });
      this.#scheduler.at(this.#scheduler.now + ms, () => {
        if (over || this.#crashed) return;
        signal.removeEventListener("abort", wake);
        wake();
        return this.settled();
      });
    });
  }

  /** Waits until the program has done all that it does before it waits again. */
  async settled(): Promise<void> {
    do await setImmediate(); while (this.#waiting === 0 && !this.#crashed);
  }

  /** Ends the program where it stands. */
  crash(): void {
    this.#crashed = true;
  }
}

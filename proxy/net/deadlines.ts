/** A signal that fires when a wait has lasted too long, shared by all waits that began at about the same time. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Must be called once, when the wait is over. */
  release(): void;
}

/** How much later than asked for a deadline may fire, in ms; the waits of this span share one timer. */
const SPAN_MS = 50;

/** Deadlines of one length. A timer and a signal for each of thousands of dials would cost more than they do. */
export class Deadlines {
  readonly #ms: number;
  #newest: Shared | null = null;

  /** `seconds` is the length of every deadline. */
  constructor(seconds: number) {
    this.#ms = seconds * 1000;
  }

  /** A deadline that begins now. */
  begin(): Deadline {
    const now = performance.now();
    if (!this.#newest?.isOpen(now)) this.#newest = new Shared(now + SPAN_MS, this.#ms + SPAN_MS);
    this.#newest.waits++;
    return this.#newest;
  }
}

class Shared implements Deadline {
  waits = 0;
  readonly #controller = new AbortController();
  readonly #joinUntil: number;
  readonly #timer: ReturnType<typeof setTimeout>;
  #ended = false;

  constructor(joinUntil: number, ms: number) {
    this.#joinUntil = joinUntil;
    this.#timer = setTimeout(() => this.#controller.abort(), ms);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  isOpen(now: number): boolean {
    return !this.#ended && now < this.#joinUntil;
  }

  release(): void {
    if (--this.waits > 0) return;
    // With nobody waiting the timer would only keep the program from ending.
    clearTimeout(this.#timer);
    this.#ended = true;
  }
}

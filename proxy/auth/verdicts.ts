/** How long a verdict is remembered. */
export const RIGHT_MS = 60_000;
export const WRONG_MS = 5_000;
/** How many are; the oldest make room. */
export const MAX_RIGHT = 10_000;
export const MAX_WRONG = 1_000;

/** Verdicts on credentials that are remembered for a while, by a digest that tells nothing of them. */
export class Verdicts {
  readonly #right = new Map<string, number>();
  readonly #wrong = new Map<string, number>();
  readonly #now: () => number;

  /** `now` gives milliseconds of a clock that does not run backwards. */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  get size(): number {
    return this.#right.size + this.#wrong.size;
  }

  /** The verdict of before, or undefined where there is none that still holds. */
  get(digest: string): boolean | undefined {
    if (this.#holds(this.#right, digest)) return true;
    return this.#holds(this.#wrong, digest) ? false : undefined;
  }

  set(digest: string, ok: boolean): void {
    // Apart, so that guesses, however many, do not drive out who is right.
    const [verdicts, max, ms] = ok
      ? [this.#right, MAX_RIGHT, RIGHT_MS]
      : [this.#wrong, MAX_WRONG, WRONG_MS];
    verdicts.delete(digest);
    if (verdicts.size >= max) verdicts.delete(verdicts.keys().next().value!);
    verdicts.set(digest, this.#now() + ms);
  }

  clear(): void {
    this.#right.clear();
    this.#wrong.clear();
  }

  #holds(verdicts: Map<string, number>, digest: string): boolean {
    const until = verdicts.get(digest);
    if (until === undefined) return false;
    if (this.#now() < until) return true;
    verdicts.delete(digest);
    return false;
  }
}

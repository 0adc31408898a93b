/** What was seen to be wrong, by kind: how often, and the first of each. */
export class Faults {
  /** What happens at the moment. */
  during = "the beginning";
  readonly #kinds = new Map<string, { count: number; first: string }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(kind: string, what: string): void {
    const known = this.#kinds.get(kind);
    if (known) known.count++;
    else {this.#kinds.set(kind, {
        count: 1,
        first: `at ${this.#now() / 1000} s (${this.during}): ${what}`,
      });}
  }

  /** One line a kind. */
  lines(): string[] {
    return Array.from(this.#kinds, ([kind, { count, first }]) => `${kind} × ${count}, ${first}`);
  }
}

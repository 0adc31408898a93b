/**
 * Whether a backend is up, from the results of its checks, as HAProxy counts them: `fall` failures in a
 * row take it down, `rise` successes in a row bring it up. Before the first result it counts as up, and
 * one failure is enough to tell better.
 */
export class Health {
  readonly #rise: number;
  readonly #top: number;
  /** Up from `rise` on; a success lifts it, a failure lowers it. */
  #points: number;

  constructor(rise: number, fall: number) {
    this.#rise = rise;
    this.#top = rise + fall - 1;
    this.#points = rise;
  }

  get up(): boolean {
    return this.#points >= this.#rise;
  }

  /** Takes one result; returns whether the backend is up now. */
  note(ok: boolean): boolean {
    if (ok) this.#points = this.#points + 1 >= this.#rise ? this.#top : this.#points + 1;
    else this.#points = this.#points > this.#rise ? this.#points - 1 : 0;
    return this.up;
  }
}

/** The pause before a worker takes a dead one's place, and the longest after it could not, in ms. */
const PAUSE_MS = 500;
const MAX_PAUSE_MS = 30_000;

/** When workers take the places of those that have died: later each time that this fails. */
export class WorkerRestarts {
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #failures = 0;

  /** Calls it once, unless {@link cancel} comes first. */
  later(restart: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      restart();
    }, Math.min(MAX_PAUSE_MS, PAUSE_MS * 2 ** this.#failures));
    this.#timers.add(timer);
  }

  cancel(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Whether the last worker that was started listens. */
  note(listens: boolean): void {
    this.#failures = listens ? 0 : this.#failures + 1;
  }
}

/** Changes that must not overlap: each begins when the one before is over. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** What it brings, once it has had its turn. */
  take<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(change);
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Resolves when all that have been taken are over. */
  async over(): Promise<void> {
    await this.#last;
  }
}

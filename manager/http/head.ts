const LF = 10;
const CR = 13;

/**
 * Counts the heads in what a client sends, as if no request had a body: one that has makes the count too
 * high, or none at all. A line may end with a bare LF, as lenient parsers take it, so that no parser behind
 * ever finds an end that is not counted here.
 */
export class HeadCounter {
  /** Heads that have ended. */
  heads = 0;
  /** Bytes since the last of them ended. */
  since = 0;
  #afterLine = false;

  /** Takes what comes next. */
  take(piece: Uint8Array): void {
    for (let i = 0; i < piece.length; i++) {
      const byte = piece[i];
      this.since++;
      if (byte === LF) {
        if (this.#afterLine) this.#end();
        else this.#afterLine = true;
      } else if (byte !== CR) {
        const next = piece.indexOf(LF, i);
        const skipped = (next < 0 ? piece.length : next) - i - 1;
        this.#afterLine = false;
        this.since += skipped;
        i += skipped;
      }
    }
  }

  #end(): void {
    this.heads++;
    this.since = 0;
    this.#afterLine = false;
  }
}

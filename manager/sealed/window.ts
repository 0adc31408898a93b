/** How far behind the highest number of a boot a late datagram is still taken. */
export const WINDOW = 4096;

/** Takes each number once: those in the window that are new, and any that is higher. */
export class ReplayWindow {
  #highest = -1;
  readonly #seen = new Uint32Array(WINDOW / 32);

  /** False for a number that was taken before, or is too far behind to tell. */
  take(seq: number): boolean {
    if (seq <= this.#highest - WINDOW) return false;
    if (seq > this.#highest) this.#advance(seq);
    else if (this.#has(seq)) return false;
    const at = seq % WINDOW;
    this.#seen[at >>> 5] |= 1 << (at & 31);
    return true;
  }

  #has(seq: number): boolean {
    const at = seq % WINDOW;
    return (this.#seen[at >>> 5] & 1 << (at & 31)) !== 0;
  }

  #advance(seq: number): void {
    if (seq - this.#highest >= WINDOW) this.#seen.fill(0);
    else {
      for (let next = this.#highest + 1; next <= seq; next++) {
        const at = next % WINDOW;
        this.#seen[at >>> 5] &= ~(1 << (at & 31));
      }
    }
    this.#highest = seq;
  }
}

/** What all proxies together may hold: connections, backends and counters, and their bytes by estimate. */
export interface RoomSize {
  items: number;
  bytes: number;
}

/** Room that all proxies share, so that many full tables cannot fill the memory. */
export class Room {
  #items: number;
  #bytes: number;

  constructor({ items, bytes }: RoomSize) {
    this.#items = items;
    this.#bytes = bytes;
  }

  /** What is left. */
  get left(): RoomSize {
    return { items: this.#items, bytes: this.#bytes };
  }

  /** Takes room for one item; false, and nothing, if there is none. */
  take(bytes: number): boolean {
    if (this.#items < 1 || this.#bytes < bytes) return false;
    this.#items--;
    this.#bytes -= bytes;
    return true;
  }

  /** Gives the room of one item back. */
  give(bytes: number): void {
    this.#items++;
    this.#bytes += bytes;
  }

  /** An item's size changes; false, and no change, if there is no room for more. */
  resize(from: number, to: number): boolean {
    if (to - from > this.#bytes) return false;
    this.#bytes -= to - from;
    return true;
  }
}

/** An estimate of the memory that strings take; those with other than Latin letters take two bytes each. */
export function stringBytes(...strings: string[]): number {
  let bytes = 0;
  for (const text of strings) bytes += 24 + 2 * text.length;
  return bytes;
}

import { type Room, stringBytes } from "./room.ts";

const MAX_REASONS = 200;
/** What a counter takes beside its name. */
const COUNTER_BYTES = 80;

/** Counters by reason of one boot of a proxy, each as large as it was ever reported; bounded by count. */
export class ReasonCounters {
  /** One more with each change. */
  version = 0;
  readonly #counts = new Map<string, number>();
  readonly #room: Room;

  /** `room` is what all proxies share. */
  constructor(room: Room) {
    this.#room = room;
  }

  get size(): number {
    return this.#counts.size;
  }

  get(reason: string): number | undefined {
    return this.#counts.get(reason);
  }

  [Symbol.iterator](): MapIterator<[string, number]> {
    return this.#counts[Symbol.iterator]();
  }

  /** Takes what a report says of some of them. */
  take(reasons: Readonly<Record<string, number>>): void {
    for (const [reason, n] of Object.entries(reasons)) {
      const known = this.#counts.get(reason);
      if (known === undefined ? !this.#takeRoom(reason) : n <= known) continue;
      this.#counts.set(reason, n);
      this.version++;
    }
  }

  /** Forgets all, and gives their room back. */
  clear(): void {
    for (const reason of this.#counts.keys()) this.#room.give(bytesOf(reason));
    this.#counts.clear();
    this.version++;
  }

  #takeRoom(reason: string): boolean {
    return this.size < MAX_REASONS && this.#room.take(bytesOf(reason));
  }
}

function bytesOf(reason: string): number {
  return COUNTER_BYTES + stringBytes(reason);
}

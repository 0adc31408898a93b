import type { LiveConnection } from "./collector.ts";
import { isActive } from "./report.ts";

/**
 * Goes around the live connections for ever, some in each round, so that all are carried again and again:
 * none twice in a round, and none left out for long, whatever else the rounds carry.
 */
export class Rotation {
  /** Rounds that the last time around took, and the one under way so far; all are carried in each if it is 0. */
  rounds = { last: 0, current: 0 };
  readonly #live: ReadonlyMap<number, LiveConnection>;
  /** Goes on where it stands, though connections come, behind it, and go. */
  #at: Iterator<LiveConnection>;
  /** Those that are next. */
  #ahead: LiveConnection[] = [];
  #round = 0;
  /** Connections behind this one came after the round had begun, and are for the next. */
  #newest = 0;
  /** How many of the live connections have not come up in this round. */
  #left = 0;
  /** How often this round has come to the end of the table. */
  #wraps = 0;

  constructor(live: ReadonlyMap<number, LiveConnection>) {
    this.#live = live;
    this.#at = live.values();
  }

  /** Whether any may still come up in this round. */
  get isOver(): boolean {
    return this.#left + this.#ahead.length === 0;
  }

  /** Begins a round; their numbers count from 1. `newest` is the id of the connection that came last. */
  begin(round: number, newest: number): void {
    this.#ahead = this.#ahead.filter((record) => this.#isDue(record));
    this.#round = round;
    this.#newest = newest;
    this.#wraps = 0;
    this.#left = Math.max(0, this.#live.size - this.#ahead.length);
    this.rounds.current++;
  }

  /** Up to `n` that are next; what is carried then is not offered again in this round. */
  peek(n: number): readonly LiveConnection[] {
    this.#ahead = this.#ahead.filter((record) => this.#isDue(record));
    while (this.#ahead.length < n && this.#left > 0) {
      const { value, done } = this.#at.next();
      if (done) {
        if (!this.#startAgain()) break;
        continue;
      }
      if (value.id > this.#newest) continue;
      this.#left--;
      if (this.#isDue(value)) this.#ahead.push(value);
    }
    return this.#ahead.length > n ? this.#ahead.slice(0, n) : this.#ahead;
  }

  /** Returns false if there is nothing to go around. */
  #startAgain(): boolean {
    this.#at = this.#live.values();
    this.rounds = { last: this.rounds.current, current: 0 };
    // By the second time all have come up that are still there.
    if (++this.#wraps === 1 && this.#live.size > 0) return true;
    this.#left = 0;
    return false;
  }

  #isDue(record: LiveConnection): boolean {
    return record.carriedIn !== this.#round && isActive(record.state);
  }
}

import { subscriber } from "../../proxy/net/ip.ts";

/** Wrong attempts that cost nothing. */
export const FREE_FAILURES = 5;
/** The delay after the first one beyond; each further one doubles it. */
export const FIRST_DELAY_MS = 1_000;
export const MAX_DELAY_MS = 5 * 60_000;
/** A pair that has been quiet for so long is forgotten. */
export const FORGET_MS = 60 * 60_000;
/** Pairs of one place that are told apart; all beyond them count as one. */
export const MAX_OF_PLACE = 64;
/** Pairs that are known at a time; the one that failed longest ago makes room. */
export const MAX_PAIRS = 10_000;

interface Pair {
  place: string;
  failures: number;
  untilMs: number;
  lastMs: number;
}

/** What stands for all subjects of a place beyond those that are told apart; no subject is called so. */
const OTHERS = "";

/**
 * Makes who guesses wait: by the pair of where somebody asks from and whom they say to be, so that nobody
 * makes a third one wait.
 */
export class Lockout {
  /** Delays that were begun. */
  delays = 0;
  readonly #now: () => number;
  readonly #pairs = new Map<string, Pair>();
  readonly #ofPlace = new Map<string, number>();

  /** `now` gives milliseconds of a clock that does not run backwards. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Pairs that are known. */
  get size(): number {
    return this.#pairs.size;
  }

  /** Pairs that have to wait now. */
  get locked(): number {
    const now = this.#now();
    return this.#pairs.values().filter(({ untilMs }) => untilMs > now).toArray().length;
  }

  /** Seconds until the next attempt is looked at, rounded up; 0 where it is at once. */
  wait(address: string, subject: string): number {
    const pair = this.#pairs.get(this.#key(subscriber(address), subject));
    const ms = (pair?.untilMs ?? 0) - this.#now();
    return ms <= 0 ? 0 : Math.ceil(ms / 1000);
  }

  /** An attempt was wrong; says for how many seconds the next one has to wait. */
  failed(address: string, subject: string): number {
    const now = this.#now();
    const place = subscriber(address);
    const key = this.#key(place, subject);
    const pair = this.#pairs.get(key) ?? { place, failures: 0, untilMs: 0, lastMs: now };
    if (now - pair.lastMs >= FORGET_MS) pair.failures = 0;
    this.#remove(key);
    pair.failures++;
    pair.lastMs = now;
    this.#add(key, pair);
    const beyond = pair.failures - FREE_FAILURES;
    if (beyond < 0) return 0;
    const delay = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(beyond, 30));
    pair.untilMs = now + delay;
    this.delays++;
    return delay / 1000;
  }

  /** An attempt was right: earlier ones are forgiven, but not those that count for all others of the place. */
  succeeded(address: string, subject: string): void {
    this.#remove(`${subscriber(address)} ${subject}`);
  }

  #key(place: string, subject: string): string {
    const key = `${place} ${subject}`;
    if (this.#pairs.has(key)) return key;
    return (this.#ofPlace.get(place) ?? 0) < MAX_OF_PLACE ? key : `${place} ${OTHERS}`;
  }

  #add(key: string, pair: Pair): void {
    if (this.#pairs.size >= MAX_PAIRS) this.#remove(this.#pairs.keys().next().value!);
    this.#pairs.set(key, pair);
    this.#ofPlace.set(pair.place, (this.#ofPlace.get(pair.place) ?? 0) + 1);
  }

  #remove(key: string): void {
    const pair = this.#pairs.get(key);
    if (!pair) return;
    this.#pairs.delete(key);
    const left = this.#ofPlace.get(pair.place)! - 1;
    if (left > 0) this.#ofPlace.set(pair.place, left);
    else this.#ofPlace.delete(pair.place);
  }
}

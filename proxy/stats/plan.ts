import { Busiest } from "./busiest.ts";
import type { Collector, LiveConnection } from "./collector.ts";
import { isActive } from "./report.ts";
import { Rotation } from "./rotation.ts";

/** The connections that a report can be about. */
export type Connections = Pick<Collector, "live" | "ended" | "settle">;

/** What a round of reports may take. */
export interface Budget {
  datagrams: number;
  /** Records that fit into one, by experience. */
  perDatagram: number;
}

/** The share of the datagrams that the rotation has, however much changes. */
const ROTATION_SHARE = 0.2;
/** Connections that are looked at in one go. */
const SLICE = 1000;
/** So many times what fits by experience is put in order, in case more fits. */
const SPARE = 1.5;
/** The part of what fits by experience that is promised. */
const CAUTION = 0.9;

/**
 * Chooses what each round of reports carries: connections that ended, in three rounds running, then those
 * that changed, the busiest first, then the others in turn. A part of each round is theirs alone, so that
 * all are carried within {@link rounds}.
 */
export class Planner {
  /** Live connections that no report has carried yet, and this round's have no room for. */
  omitted = 0;
  /** Rounds in which every live connection is carried at least once, whatever changes. */
  rounds = 1;
  readonly #connections: Connections;
  readonly #rotation: Rotation;
  #round = 0;
  /** Those of this round that are told first, and how many of them have come up. */
  #urgent: LiveConnection[] = [];
  #next = 0;
  #left = 0;
  /** How many of this round's datagrams are the rotation's, and what is left over for the next ones. */
  #reserved = 0;
  #credit = 0;
  /** Connections that no report has carried yet and this round has room for. */
  #expected = 0;

  constructor(connections: Connections) {
    this.#connections = connections;
    this.#rotation = new Rotation(connections.live);
  }

  /** About how many records this round has still to carry. */
  get left(): number {
    return this.#left;
  }

  /** How many datagrams of this round are to carry the rotation first. */
  get reserved(): number {
    return this.#rotation.isOver ? 0 : this.#reserved;
  }

  /** Begins a round. It looks at all connections, a slice at a time, and awaits `breathe` in between. */
  async begin({ datagrams, perDatagram }: Budget, breathe: () => Promise<void>): Promise<void> {
    this.#round++;
    const { live, ended } = this.#connections;
    const share = this.#reserve(datagrams);
    const room = Math.floor((datagrams - this.#reserved) * perDatagram);
    const told = ended.filter((record) => record.reportsLeft > 0);
    const { changed, unknown, newest } = await this.#findChanged(room, breathe);
    // Each gets its part, so that many short connections do not hide the long ones.
    const part = Math.max(Math.floor(room / 2), room - changed.size);
    const ordered = await inOrder(changed, breathe);
    this.#urgent = [...told.slice(0, part), ...ordered, ...told.slice(part)];
    if (this.#left === 0) this.#rotation.rounds = { last: 0, current: 0 };
    this.#next = 0;
    this.#left = told.length + live.size;
    this.#rotation.begin(this.#round, newest);
    const fits = live.size + told.length <= datagrams * perDatagram;
    this.#expected = fits ? unknown : countUnknown(this.#urgent, room);
    this.omitted = Math.max(0, unknown - this.#expected);
    const { last, current } = this.#rotation.rounds;
    const needed = Math.ceil(Math.ceil(live.size / (perDatagram * CAUTION)) / share);
    // Where datagrams could not go in time, what was needed says more than what should be.
    this.rounds = Math.max(1, needed, last, current);
  }

  /** Up to `n` records that are next in this round, those of the rotation first or last. */
  peek(n: number, rotationFirst: boolean): readonly LiveConnection[] {
    const first = rotationFirst ? this.#rotation.peek(n) : this.#peekUrgent(n);
    if (first.length >= n) return first;
    const second = rotationFirst ? this.#peekUrgent(n) : this.#rotation.peek(n);
    return [...new Set([...first, ...second])].slice(0, n);
  }

  /** Notes that the first `count` of these are carried. */
  carried(records: readonly LiveConnection[], count: number): void {
    this.#left = Math.max(0, this.#left - count);
    for (let i = 0; i < count; i++) {
      const record = records[i];
      if (isUnknown(record)) this.#met();
      record.markReported(this.#round);
    }
  }

  /** A connection is carried for the first time: one that was expected to, or else one that was not. */
  #met(): void {
    if (this.#expected > 0) this.#expected--;
    else if (this.omitted > 0) this.omitted--;
  }

  #peekUrgent(n: number): LiveConnection[] {
    const urgent = this.#urgent;
    while (this.#next < urgent.length && urgent[this.#next].carriedIn === this.#round) this.#next++;
    const records: LiveConnection[] = [];
    for (let i = this.#next; i < urgent.length && records.length < n; i++) {
      if (urgent[i].carriedIn !== this.#round) records.push(urgent[i]);
    }
    return records;
  }

  /** Sets this round's datagrams of the rotation apart; returns how many it has in the mean. */
  #reserve(datagrams: number): number {
    const share = datagrams * ROTATION_SHARE;
    const mean = share > 1 ? Math.floor(share) : share;
    this.#credit += mean;
    this.#reserved = Math.floor(this.#credit);
    this.#credit -= this.#reserved;
    return mean;
  }

  async #findChanged(room: number, breathe: () => Promise<void>) {
    const changed = new Busiest<LiveConnection>(Math.ceil(room * SPARE));
    let unknown = 0;
    let looked = 0;
    let newest = 0;
    for (const record of this.#connections.live.values()) {
      this.#connections.settle(record);
      newest = record.id;
      const isNew = record.carriedIn === 0;
      if (isNew) unknown++;
      // Of two that have passed as much, the manager should know both.
      if (record.changed) changed.offer(record.unreportedBytes + (isNew ? 0.5 : 0), record);
      if (++looked % SLICE === 0) await breathe();
    }
    return { changed, unknown, newest };
  }
}

/** The items with the largest keys first. */
async function inOrder(
  changed: Busiest<LiveConnection>,
  breathe: () => Promise<void>,
): Promise<LiveConnection[]> {
  const records = new Array<LiveConnection>(changed.size);
  for (let i = records.length - 1; i >= 0; i--) {
    records[i] = changed.takeLeast()!;
    if (i % SLICE === 0 && i > 0) await breathe();
  }
  return records;
}

function countUnknown(records: readonly LiveConnection[], first: number): number {
  let count = 0;
  for (let i = 0; i < records.length && i < first; i++) if (isUnknown(records[i])) count++;
  return count;
}

/** True of a live connection that no report has carried yet. */
function isUnknown({ carriedIn, state }: LiveConnection): boolean {
  return carriedIn === 0 && isActive(state);
}

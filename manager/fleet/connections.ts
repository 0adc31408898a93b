import { type ConnectionRecord, isActive } from "../../proxy/stats/report.ts";
import { type Shift, shifted } from "./clock.ts";
import { type Room, stringBytes } from "./room.ts";

export const MAX_CONNECTIONS_PER_PROXY = 20_000;
export const MAX_CLOSED_PER_PROXY = 1_000;
export const KEEP_CLOSED_MS = 60_000;
/** What a record takes beside its strings, rather more than was measured. */
const RECORD_BYTES = 330;

/** The report that brings a record. */
export interface Origin {
  atMs: number;
  /** Grows from one report of a boot to the next, in the order in which they were made. */
  order: number;
  /** What the proxy's clock is corrected by. */
  shift: Shift;
}

interface Entry {
  record: ConnectionRecord;
  order: number;
  seenAtMs: number;
  /** When it was first reported as ended. */
  endedAtMs: number;
  // Of the time when each was reported, since the proxy's clock may be set in between.
  startShift: Shift;
  activityShift: Shift;
  bytes: number;
}

/** The connections of one boot of a proxy, bounded by count, by age and by the room that all share. */
export class ConnectionTable {
  /** When a connection last found no room, in milliseconds; null if none did. */
  refusedAtMs: number | null = null;
  #live = new Map<number, Entry>();
  // In the order in which they ended, so that the oldest is the first.
  #ended = new Map<number, Entry>();
  #room: Room;
  /** No live one was seen last before this, so that there is nothing to look for until then. */
  #seenSinceMs = Infinity;
  /** The latest time that the clock has told. */
  #toldMs = -Infinity;

  constructor(room: Room) {
    this.#room = room;
  }

  get size(): number {
    return this.#live.size + this.#ended.size;
  }

  get live(): number {
    return this.#live.size;
  }

  get(id: number): ConnectionRecord | undefined {
    return this.#entry(id)?.record;
  }

  /** When a connection started and was last active, in Unix seconds of the manager's clock. */
  times(id: number): { start_time: number; last_activity: number } | undefined {
    const entry = this.#entry(id);
    if (!entry) return undefined;
    const { record, startShift, activityShift } = entry;
    return {
      start_time: shifted(record.start_time, startShift),
      last_activity: shifted(record.last_activity, activityShift),
    };
  }

  /** When it was last reported, in milliseconds; 0 for one that is not known. */
  seenAtMs(id: number): number {
    return this.#entry(id)?.seenAtMs ?? 0;
  }

  *records(): Generator<ConnectionRecord> {
    for (const { record } of this.#live.values()) yield record;
    for (const { record } of this.#ended.values()) yield record;
  }

  ids(): number[] {
    return [...this.#live.keys(), ...this.#ended.keys()];
  }

  /**
   * Takes a record unless a newer one of the same connection is known or there is no room; returns
   * the ids that changed, among them those that made room.
   */
  upsert(record: ConnectionRecord, origin: Origin): number[] {
    const known = this.#entry(record.id);
    this.#toldMs = Math.max(this.#toldMs, origin.atMs);
    return known ? this.#update(known, record, origin) : this.#add(record, origin);
  }

  /**
   * Drops what is too old: live connections not seen for `liveMs`, ended ones after a minute. What is of the future
   * is as of now: somebody set the clock back.
   */
  prune(nowMs: number, liveMs: number): number[] {
    if (nowMs < this.#toldMs) this.#takeAsOf(nowMs);
    this.#toldMs = nowMs;
    const removed = nowMs - this.#seenSinceMs > liveMs ? this.#notSeenFor(liveMs, nowMs) : [];
    for (const [id, { endedAtMs }] of this.#ended) {
      if (nowMs - endedAtMs <= KEEP_CLOSED_MS) break;
      removed.push(id);
    }
    for (const id of removed) this.#delete(id);
    return removed;
  }

  /** Drops all but these; returns the ids dropped. */
  keepOnly(ids: Set<number>): number[] {
    const removed = this.ids().filter((id) => !ids.has(id));
    for (const id of removed) this.#delete(id);
    return removed;
  }

  #takeAsOf(nowMs: number): void {
    for (const entry of this.#live.values()) entry.seenAtMs = Math.min(entry.seenAtMs, nowMs);
    for (const entry of this.#ended.values()) entry.endedAtMs = Math.min(entry.endedAtMs, nowMs);
    this.#seenSinceMs = Math.min(this.#seenSinceMs, nowMs);
  }

  #notSeenFor(liveMs: number, nowMs: number): number[] {
    const ids: number[] = [];
    this.#seenSinceMs = Infinity;
    for (const [id, { seenAtMs }] of this.#live) {
      if (nowMs - seenAtMs > liveMs) ids.push(id);
      else if (seenAtMs < this.#seenSinceMs) this.#seenSinceMs = seenAtMs;
    }
    return ids;
  }

  #entry(id: number): Entry | undefined {
    return this.#live.get(id) ?? this.#ended.get(id);
  }

  #add(record: ConnectionRecord, { atMs, order, shift }: Origin): number[] {
    const bytes = bytesOf(record);
    const changed: number[] = [];
    while (!this.#takeRoom(bytes)) {
      if (this.#ended.size === 0) {
        this.refusedAtMs = atMs;
        return changed;
      }
      changed.push(this.#dropOldestEnded());
    }
    const shifts = { startShift: shift, activityShift: shift };
    const times = { seenAtMs: atMs, endedAtMs: atMs };
    return [record.id, ...changed, ...this.#put({ record, order, bytes, ...times, ...shifts })];
  }

  #update(known: Entry, record: ConnectionRecord, { atMs, order, shift }: Origin): number[] {
    if (order < known.order || isOlder(record, known.record, order === known.order)) return [];
    known.order = order;
    known.seenAtMs = Math.max(known.seenAtMs, atMs);
    if (isSame(record, known.record)) return [];
    const hasEnded = !isActive(record.state) && isActive(known.record.state);
    if (hasEnded) known.endedAtMs = atMs;
    if (record.start_time !== known.record.start_time) known.startShift = shift;
    if (record.last_activity !== known.record.last_activity) known.activityShift = shift;
    this.#replace(known, record);
    return [record.id, ...(hasEnded ? this.#put(known) : [])];
  }

  /** Where there is no room for longer strings, they stay as they were: the figures are what matters. */
  #replace(known: Entry, record: ConnectionRecord): void {
    const bytes = bytesOf(record);
    if (this.#room.resize(known.bytes, bytes)) {
      known.record = record;
      known.bytes = bytes;
    } else {
      const { client_ip, target, user, reason } = known.record;
      known.record = { ...record, client_ip, target, user, reason };
    }
  }

  /** Puts it among the live ones or the ended ones; returns the id that had to go for it. */
  #put(entry: Entry): number[] {
    const { id, state } = entry.record;
    if (isActive(state)) {
      this.#seenSinceMs = Math.min(this.#seenSinceMs, entry.seenAtMs);
      this.#live.set(id, entry);
      return [];
    }
    this.#live.delete(id);
    this.#ended.set(id, entry);
    return this.#ended.size > MAX_CLOSED_PER_PROXY ? [this.#dropOldestEnded()] : [];
  }

  #takeRoom(bytes: number): boolean {
    return this.size < MAX_CONNECTIONS_PER_PROXY && this.#room.take(bytes);
  }

  #dropOldestEnded(): number {
    const [oldest] = this.#ended.keys();
    this.#delete(oldest);
    return oldest;
  }

  #delete(id: number): void {
    const entry = this.#entry(id);
    if (!entry) return;
    this.#live.delete(id);
    this.#ended.delete(id);
    this.#room.give(entry.bytes);
  }
}

const RANK = { connecting: 0, active: 1, closed: 2, failed: 2, rejected: 2 } as const;

/** An ended connection stays ended; of two reports of one time the larger figures are newer. */
function isOlder(record: ConnectionRecord, known: ConnectionRecord, sameTime: boolean): boolean {
  return RANK[record.state] < RANK[known.state] || sameTime && (
        record.bytes_sent < known.bytes_sent ||
        record.bytes_received < known.bytes_received ||
        record.requests < known.requests ||
        record.last_activity < known.last_activity
      );
}

function isSame(a: ConnectionRecord, b: ConnectionRecord): boolean {
  return (Object.keys(a) as (keyof ConnectionRecord)[]).every((key) => a[key] === b[key]);
}

function bytesOf({ client_ip, target, user, reason }: ConnectionRecord): number {
  return RECORD_BYTES + stringBytes(client_ip, target, user, reason);
}

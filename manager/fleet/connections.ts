import { type ConnectionRecord, isActive } from "../../proxy/stats/report.ts";

export const MAX_CONNECTIONS_PER_PROXY = 20_000;
export const MAX_CLOSED_PER_PROXY = 1_000;
export const KEEP_CLOSED_MS = 60_000;

/** Room for connections and backends that all proxies share, so that many full tables cannot fill the memory. */
export interface Room {
  left: number;
}

/** The connections of one boot of a proxy, bounded by count and by age. */
export class ConnectionTable {
  /** When a connection last found no room, in milliseconds; null if none did. */
  refusedAtMs: number | null = null;
  #live = new Map<number, { record: ConnectionRecord; seenAtMs: number }>();
  // In the order in which they ended, so that the oldest is the first.
  #ended = new Map<number, { record: ConnectionRecord; endedAtMs: number }>();
  #room: Room;

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
    return (this.#live.get(id) ?? this.#ended.get(id))?.record;
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
  upsert(record: ConnectionRecord, nowMs: number): number[] {
    const known = this.get(record.id);
    if (known && isOlder(record, known)) return [];
    const changed = known && isSame(record, known) ? [] : [record.id];
    if (!known) {
      changed.push(...this.#makeRoom());
      if (!this.#hasRoom()) {
        this.refusedAtMs = nowMs;
        return changed.filter((id) => id !== record.id);
      }
      this.#room.left--;
    }
    if (isActive(record.state)) {
      this.#live.set(record.id, { record, seenAtMs: nowMs });
      return changed;
    }
    this.#live.delete(record.id);
    const endedAtMs = this.#ended.get(record.id)?.endedAtMs ?? nowMs;
    this.#ended.set(record.id, { record, endedAtMs });
    if (this.#ended.size > MAX_CLOSED_PER_PROXY) changed.push(this.#dropOldestEnded());
    return changed;
  }

  /** Drops what is too old: live connections not seen for `liveMs`, ended ones after a minute. */
  prune(nowMs: number, liveMs: number): number[] {
    const removed: number[] = [];
    for (const [id, { seenAtMs }] of this.#live) {
      if (nowMs - seenAtMs > liveMs) removed.push(id);
    }
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

  #hasRoom(): boolean {
    return this.size < MAX_CONNECTIONS_PER_PROXY && this.#room.left > 0;
  }

  #makeRoom(): number[] {
    return this.#hasRoom() || this.#ended.size === 0 ? [] : [this.#dropOldestEnded()];
  }

  #dropOldestEnded(): number {
    const [oldest] = this.#ended.keys();
    this.#delete(oldest);
    return oldest;
  }

  #delete(id: number): void {
    if (this.#live.delete(id) || this.#ended.delete(id)) this.#room.left++;
  }
}

const ORDER = { connecting: 0, active: 1, closed: 2, failed: 2, rejected: 2 } as const;

// Everything in a record only grows, so a smaller number is an older report that came late.
function isOlder(record: ConnectionRecord, known: ConnectionRecord): boolean {
  return ORDER[record.state] < ORDER[known.state] ||
    record.bytes_sent < known.bytes_sent ||
    record.bytes_received < known.bytes_received ||
    record.requests < known.requests ||
    record.last_activity < known.last_activity;
}

function isSame(a: ConnectionRecord, b: ConnectionRecord): boolean {
  return (Object.keys(a) as (keyof ConnectionRecord)[]).every((key) => a[key] === b[key]);
}

import { type ConnectionRecord, isActive } from "../proxy/stats/report.ts";
import { FleetChanges } from "./fleet_changes.ts";
import type { ProxyEntry } from "./fleet/proxy.ts";
import { newestStart } from "./newest_start.ts";
import type { Registry } from "./registry.ts";

/** Live connections that a viewer is sent at most: the newest. */
export const MAX_FLEET_LIVE = 20_000;
/** The same of those that have ended. */
export const MAX_FLEET_ENDED = 5_000;

/** A connection that viewers have, as it was sent last. */
interface Member {
  proxyId: string;
  record: ConnectionRecord;
  active: boolean;
  start: number;
}

/** Bounds of a {@link FleetTopic}. */
export interface FleetTopicOptions {
  maxLive?: number;
  maxEnded?: number;
}

/** The connections of the whole fleet, for those viewers who watch them; each message is encoded once. */
export class FleetTopic {
  viewers = 0;
  readonly #registry: Registry;
  readonly #maxLive: number;
  readonly #maxEnded: number;
  readonly #members = new Map<string, Map<number, Member>>();
  // The oldest first, for that goes where there is no room for a new one.
  readonly #live = new Set<Member>();
  readonly #ended = new Set<Member>();
  #changed = new Map<string, Set<number>>();
  #omitted = 0;
  #full: string | null = null;

  constructor(
    registry: Registry,
    { maxLive = MAX_FLEET_LIVE, maxEnded = MAX_FLEET_ENDED }: FleetTopicOptions = {},
  ) {
    this.#registry = registry;
    this.#maxLive = maxLive;
    this.#maxEnded = maxEnded;
    this.#fill();
  }

  /** Notes that a connection of a proxy changed. */
  note(proxyId: string, connectionId: number): void {
    const ids = this.#changed.get(proxyId);
    if (ids) ids.add(connectionId);
    else this.#changed.set(proxyId, new Set([connectionId]));
  }

  /** Everything; made at most once between two calls of {@link next}, which brings the rest. */
  full(nowMs: number): string {
    if (this.#full !== null) return this.#full;
    const all = new FleetChanges();
    for (const [proxyId, members] of this.#members) {
      for (const id of members.keys()) all.note(proxyId, id, "upsert");
    }
    const omitted = this.#countOmitted(nowMs);
    return this.#full = all.encode(this.#registry, { full: true, omitted, nowMs });
  }

  /** What has changed since the last call, or null. */
  next(nowMs: number): string | null {
    const changed = this.#changed;
    this.#changed = new Map();
    this.#full = null;
    const changes = new FleetChanges();
    for (const [proxyId, ids] of changed) {
      const entry = this.#registry.get(proxyId);
      const up = entry?.isUp(nowMs) ?? false;
      for (const id of ids) {
        const record = entry?.connections.get(id);
        if (entry && record) this.#take(changes, entry, record, up && isActive(record.state));
        else this.#remove(changes, this.#members.get(proxyId)?.get(id));
      }
    }
    const omitted = this.#countOmitted(nowMs);
    if (changes.isEmpty && omitted === this.#omitted) return null;
    this.#omitted = omitted;
    return changes.encode(this.#registry, { full: false, omitted, nowMs });
  }

  #fill(): void {
    const since = newestStart(this.#registry, this.#maxLive);
    const found: Member[] = [];
    for (const entry of this.#registry.proxies()) {
      for (const record of entry.connections.records()) {
        const start = startOf(entry, record);
        if (isActive(record.state) && start < since) continue;
        found.push({ proxyId: entry.id, record, active: isActive(record.state), start });
      }
    }
    found.sort((a, b) => a.start - b.start);
    // Those that started in one moment may still be too many.
    for (const member of found) this.#put(null, member);
  }

  #take(changes: FleetChanges, entry: ProxyEntry, record: ConnectionRecord, active: boolean) {
    const known = this.#members.get(entry.id)?.get(record.id);
    const start = startOf(entry, record);
    if (!known) {
      if (isActive(record.state) && !this.#hasRoom(start)) return;
      changes.note(entry.id, record.id, "upsert");
      return this.#put(changes, { proxyId: entry.id, record, active, start });
    }
    const before = known.record;
    const isSame = known.active === active && known.start === start && hasSameTexts(before, record);
    known.record = record;
    known.active = active;
    known.start = start;
    if (isActive(before.state) !== isActive(record.state)) {
      this.#forget(known);
      this.#put(changes, known);
    }
    changes.note(entry.id, record.id, isSame ? "change" : "upsert");
  }

  #hasRoom(start: number): boolean {
    if (this.#live.size < this.#maxLive) return true;
    const [oldest] = this.#live;
    return start >= oldest.start;
  }

  /** Adds one, and takes away the oldest of its kind if there are too many. */
  #put(changes: FleetChanges | null, member: Member): void {
    const live = isActive(member.record.state);
    const kind = live ? this.#live : this.#ended;
    let members = this.#members.get(member.proxyId);
    if (!members) this.#members.set(member.proxyId, members = new Map());
    members.set(member.record.id, member);
    kind.add(member);
    if (kind.size <= (live ? this.#maxLive : this.#maxEnded)) return;
    const [oldest] = kind;
    this.#remove(changes, oldest);
  }

  #remove(changes: FleetChanges | null, member: Member | undefined): void {
    if (!member) return;
    this.#forget(member);
    changes?.note(member.proxyId, member.record.id, "remove");
  }

  #forget(member: Member): void {
    this.#live.delete(member);
    this.#ended.delete(member);
    const members = this.#members.get(member.proxyId);
    members?.delete(member.record.id);
    if (members?.size === 0) this.#members.delete(member.proxyId);
  }

  #countOmitted(nowMs: number): number {
    let omitted = -this.#live.size;
    for (const entry of this.#registry.proxies()) {
      omitted += entry.connections.live + (entry.isUp(nowMs) ? entry.omitted(nowMs) : 0);
    }
    return Math.max(0, omitted);
  }
}

function startOf(entry: ProxyEntry, { id, start_time }: ConnectionRecord): number {
  return entry.connections.times(id)?.start_time ?? start_time;
}

function hasSameTexts(a: ConnectionRecord, b: ConnectionRecord): boolean {
  return a.state === b.state && a.target === b.target && a.user === b.user &&
    a.reason === b.reason && a.client_ip === b.client_ip && a.client_port === b.client_port;
}

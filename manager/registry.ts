import { OFFLINE_MS, ProxyEntry } from "./fleet/proxy.ts";
import type { Report } from "./fleet/report.ts";
import { Room } from "./fleet/room.ts";
import type { SavedProxy } from "./fleet/saved.ts";
import { noTotals, sum, type Totals } from "./fleet/totals.ts";

export const MAX_PROXIES = 10_000;
export const MAX_CONNECTIONS = 250_000;
/** What records may take, by an estimate that is rather too high: the usual one takes some 450. */
export const MAX_RECORD_BYTES = 192 << 20;
const VICTIMS_MS = 1_000;
/** A proxy that was heard of for less than this may be no more than a name that someone made up. */
const ESTABLISHED_MS = 60_000;

/** Called with a proxy that changed, appeared or went, and the connection if it was one of those. */
export type ChangeListener = (proxyId: string, connectionId: number | null) => void;

/** What became of a report. */
export type Outcome = "applied" | "old_boot" | "registry_full";

/** The live fleet. The clock comes in with each call, in Unix milliseconds. */
export class Registry {
  #proxies = new Map<string, ProxyEntry>();
  #statuses = new Map<string, string>();
  #listeners = new Set<ChangeListener>();
  /** Those that take orders from here, whether they have reported yet or not. */
  #controlled = new Set<string>();
  #forgotten = noTotals();
  #room: Room;
  #maxProxies: number;
  #victims: { atMs: number; ids: string[] } = { atMs: -Infinity, ids: [] };

  constructor(
    {
      maxProxies = MAX_PROXIES,
      maxConnections = MAX_CONNECTIONS,
      maxRecordBytes = MAX_RECORD_BYTES,
    } = {},
  ) {
    this.#maxProxies = maxProxies;
    this.#room = new Room({ items: maxConnections, bytes: maxRecordBytes });
  }

  /** What proxies that are gone from here had counted, so that sums over the fleet need not run backwards. */
  get forgotten(): Readonly<Totals> {
    return this.#forgotten;
  }

  get size(): number {
    return this.#proxies.size;
  }

  get(proxyId: string): ProxyEntry | undefined {
    return this.#proxies.get(proxyId);
  }

  proxies(): MapIterator<ProxyEntry> {
    return this.#proxies.values();
  }

  onChange(listener: ChangeListener): void {
    this.#listeners.add(listener);
  }

  /** Takes a report that arrived at `atMs`. */
  apply(report: Report, atMs: number): Outcome {
    const id = report.proxy.proxy_id;
    let entry = this.#proxies.get(id);
    if (!entry) {
      if (this.size >= this.#maxProxies && !this.#makeRoom(atMs)) return "registry_full";
      entry = new ProxyEntry(report, atMs, this.#room);
      entry.controlled = this.#controlled.has(id);
      this.#proxies.set(id, entry);
    }
    const changed = entry.apply(report, atMs);
    if (changed === null) return "old_boot";
    this.#emit(id, null);
    this.#emitConnections(id, changed);
    this.#noteStatus(entry, atMs);
    return "applied";
  }

  /** Counts a report that is dropped before it comes to {@link apply}, where its proxy is known. */
  refuse({ proxy }: Report, reason: string): void {
    this.#proxies.get(proxy.proxy_id)?.refuse(proxy, reason);
  }

  /** Notes whether a proxy takes orders from here. */
  setControlled(proxyId: string, isControlled: boolean): void {
    if (isControlled) this.#controlled.add(proxyId);
    else this.#controlled.delete(proxyId);
    const entry = this.#proxies.get(proxyId);
    if (!entry) return;
    entry.controlled = isControlled;
    this.#emit(proxyId, null);
  }

  /** Drops a proxy that is offline or stopped, and its totals with it. */
  forget(proxyId: string, nowMs: number): "forgotten" | "unknown" | "up" {
    const entry = this.#proxies.get(proxyId);
    if (!entry) return "unknown";
    if (entry.isUp(nowMs)) return "up";
    this.#remove(entry);
    return "forgotten";
  }

  /** Counts on from what an earlier run knew of a proxy; false where there is no room for it. */
  restore(saved: SavedProxy, atMs: number): boolean {
    const { state, firstSeenMs } = saved;
    const known = this.#proxies.get(state.proxy_id);
    if (!known && this.size >= this.#maxProxies) return false;
    const lists = { connections: [], reasons: {}, backends: [] };
    const nothing = { ...lists, complete: false, limits: null, labels: null };
    const entry = known ?? new ProxyEntry({ proxy: state, ...nothing }, firstSeenMs, this.#room);
    entry.restore(saved, known !== undefined);
    entry.controlled = this.#controlled.has(entry.id);
    this.#proxies.set(entry.id, entry);
    this.#emit(entry.id, null);
    this.#noteStatus(entry, atMs);
    return true;
  }

  /** Does what time does: statuses change, old connections go. To be called once a second. */
  tick(nowMs: number): void {
    for (const entry of this.#proxies.values()) {
      this.#emitConnections(entry.id, entry.prune(nowMs));
      this.#noteStatus(entry, nowMs);
    }
  }

  #noteStatus(entry: ProxyEntry, nowMs: number): void {
    const before = this.#statuses.get(entry.id);
    const status = entry.status(nowMs);
    if (status === before) return;
    this.#statuses.set(entry.id, status);
    this.#emit(entry.id, null);
    // Whether a connection is active depends on whether its proxy is up.
    this.#emitConnections(entry.id, entry.connections.ids());
  }

  #makeRoom(nowMs: number): boolean {
    // Looked up once a second: a flood of new names must not search the whole fleet each time.
    if (nowMs - this.#victims.atMs >= VICTIMS_MS) {
      this.#victims = { atMs: nowMs, ids: this.#firstToGoLast(nowMs) };
    }
    for (let id = this.#victims.ids.pop(); id !== undefined; id = this.#victims.ids.pop()) {
      const entry = this.#proxies.get(id);
      if (!entry || !isGone(entry, nowMs)) continue;
      this.#remove(entry);
      return true;
    }
    return false;
  }

  /** Those that are gone: first who was hardly known, then who has been gone for longest. */
  #firstToGoLast(nowMs: number): string[] {
    return [...this.#proxies.values()]
      .filter((entry) => isGone(entry, nowMs))
      .sort((a, b) =>
        Number(isEstablished(a)) - Number(isEstablished(b)) || a.lastSeenMs - b.lastSeenMs
      )
      .map((entry) => entry.id)
      .reverse();
  }

  #remove(entry: ProxyEntry): void {
    this.#forgotten = sum(this.#forgotten, entry.totals);
    const gone = entry.clear();
    this.#proxies.delete(entry.id);
    this.#statuses.delete(entry.id);
    this.#emit(entry.id, null);
    this.#emitConnections(entry.id, gone);
  }

  #emitConnections(proxyId: string, ids: number[]): void {
    for (const id of ids) this.#emit(proxyId, id);
  }

  #emit(proxyId: string, connectionId: number | null): void {
    for (const listener of this.#listeners) listener(proxyId, connectionId);
  }
}

/** A name made up once must not hold its place for hours by claiming that it reports each hour. */
function isGone(entry: ProxyEntry, nowMs: number): boolean {
  return !entry.isUp(nowMs) ||
    !isEstablished(entry) && nowMs - entry.lastSeenMs >= OFFLINE_MS;
}

function isEstablished({ firstSeenMs, lastSeenMs }: ProxyEntry): boolean {
  return lastSeenMs - firstSeenMs >= ESTABLISHED_MS;
}

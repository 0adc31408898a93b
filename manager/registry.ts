import type { Room } from "./fleet/connections.ts";
import { ProxyEntry } from "./fleet/proxy.ts";
import type { Report } from "./fleet/report.ts";

export const MAX_PROXIES = 10_000;
export const MAX_CONNECTIONS = 250_000;
const VICTIMS_MS = 1_000;

/** Called with a proxy that changed, appeared or went, and the connection if it was one of those. */
export type ChangeListener = (proxyId: string, connectionId: number | null) => void;

/** What became of a report. */
export type Outcome = "applied" | "old_boot" | "registry_full";

/** The live fleet. The clock comes in with each call, in Unix milliseconds. */
export class Registry {
  #proxies = new Map<string, ProxyEntry>();
  #statuses = new Map<string, string>();
  #listeners = new Set<ChangeListener>();
  #room: Room;
  #maxProxies: number;
  #victims: { atMs: number; ids: string[] } = { atMs: -Infinity, ids: [] };

  constructor({ maxProxies = MAX_PROXIES, maxConnections = MAX_CONNECTIONS } = {}) {
    this.#maxProxies = maxProxies;
    this.#room = { left: maxConnections };
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
      this.#proxies.set(id, entry);
    }
    const changed = entry.apply(report, atMs);
    if (changed === null) return "old_boot";
    this.#emit(id, null);
    this.#emitConnections(id, changed);
    this.#noteStatus(entry, atMs);
    return "applied";
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
      this.#victims = { atMs: nowMs, ids: this.#longestGoneLast(nowMs) };
    }
    for (let id = this.#victims.ids.pop(); id !== undefined; id = this.#victims.ids.pop()) {
      const entry = this.#proxies.get(id);
      if (!entry || entry.isUp(nowMs)) continue;
      this.#remove(entry);
      return true;
    }
    return false;
  }

  #longestGoneLast(nowMs: number): string[] {
    return [...this.#proxies.values()]
      .filter((entry) => !entry.isUp(nowMs))
      .sort((a, b) => b.lastSeenMs - a.lastSeenMs)
      .map((entry) => entry.id);
  }

  #remove(entry: ProxyEntry): void {
    const gone = entry.connections.keepOnly(new Set());
    entry.backends.clear();
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

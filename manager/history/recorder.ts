import type { ProxyEntry } from "../fleet/proxy.ts";
import { noTotals } from "../fleet/totals.ts";
import type { Registry } from "../registry.ts";
import { AuditRecorder } from "./audit_recorder.ts";
import type { Batch, PackedProxy, Remembered } from "./batch.ts";
import { EventRecorder, type Told } from "./event_recorder.ts";
import { KeptTexts } from "./kept.ts";
import { pack, wordsKey } from "./packed.ts";
import { type Base, MAX_SILENCE_MS, SeriesRecorder } from "./series_recorder.ts";
import { CountedBoot, UsageRecorder } from "./usage_recorder.ts";

/** Names of proxies that have gone, waiting to be written, at most. */
const MAX_REMOVED = 20_000;
/** Boots of a proxy that are remembered as counted. */
const MAX_BOOTS = 16;

interface Tracked {
  entry: ProxyEntry;
  base: Base;
  boot: CountedBoot;
  /** Boots that were counted before: one may turn out to live on. */
  formerBoots: string[];
  told: Told;
  /** What was written of its words; empty for nothing. */
  words: string;
}

/** Follows the registry, and makes batches of what it sees change. */
export class Recorder {
  readonly events = new EventRecorder();
  readonly kept = new KeptTexts();
  readonly audit = new AuditRecorder();
  readonly #registry: Registry;
  readonly #now: () => number;
  readonly #series = new SeriesRecorder();
  readonly #usage = new UsageRecorder();
  readonly #tracked = new Map<string, Tracked>();
  readonly #changed = new Set<Tracked>();
  #removed = new Set<string>();
  /** What began earlier may have been counted already, in Unix milliseconds. */
  #sinceMs: number;
  #restoring = false;

  readonly #onlyEvents: boolean;

  /** Follows the registry from now on, on request for its events alone; `now` gives Unix milliseconds. */
  constructor(registry: Registry, now: () => number, { onlyEvents = false } = {}) {
    this.#registry = registry;
    this.#onlyEvents = onlyEvents;
    this.#now = now;
    this.#sinceMs = now();
    for (const entry of registry.proxies()) this.#changed.add(this.#track(entry));
    registry.onChange((proxyId, connectionId) => this.#note(proxyId, connectionId));
  }

  /** What could not be held until it was written, by kind. */
  get dropped(): { series: number; log: number; events: number; audit: number } {
    return {
      series: this.#series.dropped,
      log: this.#usage.dropped,
      events: this.events.dropped,
      audit: this.audit.dropped,
    };
  }

  /** Goes on where an earlier run stopped, and lets the registry do so. */
  resume(
    { proxies, writtenMs, lastEventId, tops }: Omit<Remembered, "lastAuditId" | "kept">,
  ): void {
    const nowMs = this.#now();
    // Of a longer time nobody could say when in it something was counted.
    const short = nowMs - writtenMs <= MAX_SILENCE_MS;
    if (short && this.#tracked.size === 0) this.#sinceMs = Math.min(nowMs, writtenMs);
    this.#restoring = true;
    try {
      for (const saved of proxies) {
        const known = this.#tracked.get(saved.state.proxy_id);
        if (known) this.#takeGrowth(known, nowMs);
        if (!this.#registry.restore(saved, nowMs)) continue;
        const entry = this.#registry.get(saved.state.proxy_id)!;
        const base = { atMs: entry.lastSeenMs, totals: entry.totals };
        if (known) known.base = base;
        else this.#track(entry, base);
      }
    } finally {
      this.#restoring = false;
    }
    this.events.startBehind(lastEventId);
    this.#usage.resume(tops, nowMs);
  }

  /** Has everything written anew, as after a time in which nothing was. */
  rewrite(): void {
    this.kept.rewrite();
    for (const tracked of this.#tracked.values()) {
      tracked.words = "";
      this.#changed.add(tracked);
    }
  }

  /** What has changed since the last batch; `last` leaves nothing for a next one. */
  batch(last = false): Batch {
    const nowMs = this.#now();
    const proxies: PackedProxy[] = [];
    for (const tracked of this.#changed) {
      this.events.note(tracked.entry, tracked.told, nowMs);
      if (this.#onlyEvents) continue;
      this.#takeGrowth(tracked, nowMs);
      proxies.push(this.#pack(tracked));
    }
    this.#changed.clear();
    const removed = [...this.#removed];
    this.#removed.clear();
    this.#series.sample(this.#active(nowMs), nowMs);
    return {
      atMs: nowMs,
      series: this.#series.flush(),
      proxies,
      removed,
      log: this.#usage.flushLog(),
      tops: this.#usage.flushTops(nowMs, last),
      events: this.events.unwritten(),
      audit: this.audit.unwritten(),
      kept: this.kept.unwritten(),
    };
  }

  #note(proxyId: string, connectionId: number | null): void {
    if (this.#restoring) return;
    const entry = this.#registry.get(proxyId);
    let tracked = this.#tracked.get(proxyId);
    if (!entry) {
      if (tracked) this.#remove(tracked);
      return;
    }
    if (tracked?.entry !== entry) {
      if (tracked) this.#remove(tracked);
      tracked = this.#track(entry);
      this.#removed.delete(proxyId);
      this.events.add("proxy_appeared", proxyId, entry.state.proxy_type, this.#now());
    }
    this.#changed.add(tracked);
    if (connectionId === null || this.#onlyEvents) return;
    const { boot_id } = entry.state;
    if (tracked.boot.bootId !== boot_id) {
      const { formerBoots, boot } = tracked;
      const sinceMs = formerBoots.includes(boot_id) ? this.#now() : this.#sinceMs;
      tracked.formerBoots = [...formerBoots, boot.bootId].slice(-MAX_BOOTS);
      tracked.boot = new CountedBoot(boot_id, sinceMs / 1000);
    }
    this.#usage.note(entry, tracked.boot, connectionId, this.#now());
  }

  #track(entry: ProxyEntry, base?: Base): Tracked {
    const nowMs = this.#now();
    const startedMs = entry.startTime * 1000;
    const tracked = {
      entry,
      base: base ??
        (startedMs >= this.#sinceMs
          ? { atMs: startedMs, totals: noTotals() }
          : { atMs: entry.lastSeenMs, totals: entry.totals }),
      boot: new CountedBoot(entry.state.boot_id, this.#sinceMs / 1000),
      formerBoots: [],
      told: this.events.baseline(entry, nowMs),
      words: "",
    };
    this.#tracked.set(entry.id, tracked);
    return tracked;
  }

  #remove(tracked: Tracked): void {
    const { id } = tracked.entry;
    this.#takeGrowth(tracked, this.#now());
    this.#tracked.delete(id);
    this.#changed.delete(tracked);
    this.#usage.forget(id);
    if (this.#removed.size < MAX_REMOVED) this.#removed.add(id);
    // Should it come back, what it had counted is not to be counted again.
    this.#sinceMs = Math.max(this.#sinceMs, tracked.entry.lastSeenMs);
    this.events.add("proxy_removed", id, "", this.#now());
  }

  #takeGrowth(tracked: Tracked, nowMs: number): void {
    tracked.base = this.#series.take(tracked.entry, tracked.base, nowMs);
  }

  #pack(tracked: Tracked): PackedProxy {
    const saved = tracked.entry.save();
    const words = wordsKey(saved);
    const changed = words !== tracked.words;
    tracked.words = words;
    return pack(saved, changed);
  }

  #active(nowMs: number): number {
    let active = 0;
    for (const { entry } of this.#tracked.values()) {
      if (entry.isUp(nowMs)) active += entry.state.active_connections;
    }
    return Math.min(active, Number.MAX_SAFE_INTEGER);
  }
}

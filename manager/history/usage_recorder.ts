import { type ConnectionRecord, isActive } from "../../proxy/stats/report.ts";
import type { ProxyEntry } from "../fleet/proxy.ts";
import { FLEET, type LoggedConnection, USAGE_KINDS, type UsageTop } from "./batch.ts";
import { HeavyHitters } from "./heavy_hitters.ts";
import { floorTo } from "./rollup.ts";
import { SeenEnds } from "./seen_ends.ts";

/** Keys that are weighed for the fleet, and how many of them are kept. */
export const FLEET_KEYS = 1_000;
export const TOP_KEYS = 100;
/** Keys that are weighed for all proxies together, and for one; a quarter is kept. */
const PROXIES_KEYS = 20_000;
const PROXY_KEYS = [4, 400];
/** How often the tops of the running hour are written. */
const FLEET_EVERY_MS = 10_000;
const PROXY_EVERY_MS = 60_000;
/** Ended connections that wait to be written at most. */
const MAX_LOG = 20_000;
/** And in one batch: a thread copies so many in a few milliseconds. */
const LOG_BATCH = 5_000;
const HOUR = 3600;

/** What a proxy's connections, or all, have used in an hour. */
class Usage {
  dueMs: number;
  changed = false;
  readonly #tops: HeavyHitters[];

  constructor(readonly proxy: string, readonly hour: number, size: number, dueMs: number) {
    this.dueMs = dueMs;
    this.#tops = USAGE_KINDS.map(() => new HeavyHitters(size));
  }

  add({ client_ip, target, user }: ConnectionRecord, bytes: number): void {
    this.changed = true;
    this.#tops[0].add(storable(client_ip), bytes);
    this.#tops[1].add(storable(target), bytes);
    if (user !== "") this.#tops[2].add(storable(user), bytes);
  }

  resume(top: UsageTop): void {
    this.#tops[USAGE_KINDS.indexOf(top.kind)].resume(top);
  }

  /** What is to be written, and nothing until it changes again. */
  take(count: number): UsageTop[] {
    if (!this.changed) return [];
    this.changed = false;
    const { proxy, hour } = this;
    return USAGE_KINDS.flatMap((kind, i) => {
      return this.#tops[i].isEmpty ? [] : { proxy, hour, kind, ...this.#tops[i].top(count) };
    });
  }
}

/** One boot of a proxy, as far as its connections have been counted. */
export class CountedBoot {
  readonly bytes = new Map<number, number>();
  readonly number: number;

  /**
   * What began before `watchedFrom`, in Unix seconds, may have been counted already: of that, only
   * what is seen to be added counts.
   */
  constructor(readonly bootId: string, public watchedFrom: number) {
    this.number = bootNumber(bootId);
  }
}

/** Counts what connections use as it is seen to grow, and hands those that have ended to the log. */
export class UsageRecorder {
  dropped = 0;
  readonly #ends = new SeenEnds();
  #log: LoggedConnection[] = [];
  #fleet: Usage | null = null;
  #proxies = new Map<string, Usage>();
  #former: UsageTop[] = [];

  /** Goes on with what an earlier run counted in the running hour. */
  resume(tops: readonly UsageTop[], nowMs: number): void {
    for (const top of tops) {
      if (top.hour === hourOf(nowMs)) this.#usageOf(top.proxy, nowMs).resume(top);
    }
  }

  /** Takes a connection that changed. */
  note(entry: ProxyEntry, boot: CountedBoot, id: number, nowMs: number): void {
    const record = entry.connections.get(id);
    if (!record) {
      // It may come back, and how much of it has been counted would not be known then.
      if (boot.bytes.delete(id)) boot.watchedFrom = Math.max(boot.watchedFrom, nowMs / 1000);
      return;
    }
    if (this.#ends.has(boot, id)) return;
    const total = record.bytes_sent + record.bytes_received;
    const started = entry.connections.times(id)!.start_time;
    const counted = boot.bytes.get(id) ?? (started >= boot.watchedFrom ? 0 : total);
    if (total > counted) {
      this.#usageOf(FLEET, nowMs).add(record, total - counted);
      this.#usageOf(entry.id, nowMs).add(record, total - counted);
    }
    if (isActive(record.state)) {
      boot.bytes.set(id, Math.max(counted, total));
      return;
    }
    boot.bytes.delete(id);
    this.#ends.add(boot, id);
    this.#end(entry, boot, record, started, nowMs);
  }

  /** Lets go of what is not written yet of a proxy that has gone. */
  forget(proxy: string): void {
    this.#proxies.delete(proxy);
  }

  /** Ended connections since the last call; the rest of a great many the next time. */
  flushLog(): LoggedConnection[] {
    return this.#log.splice(0, LOG_BATCH);
  }

  /** The tops that are due, or all that have changed. */
  flushTops(nowMs: number, all = false): UsageTop[] {
    const hour = hourOf(nowMs);
    const due = this.#former;
    this.#former = [];
    for (const usage of [this.#fleet, ...this.#proxies.values()]) {
      if (!usage || !(all || usage.dueMs <= nowMs || usage.hour < hour)) continue;
      due.push(...this.#take(usage));
      usage.dueMs = nowMs + (usage.proxy === FLEET ? FLEET_EVERY_MS : PROXY_EVERY_MS);
      if (usage.hour < hour) this.#proxies.delete(usage.proxy);
    }
    return due;
  }

  #take(usage: Usage): UsageTop[] {
    return usage.take(usage.proxy === FLEET ? TOP_KEYS : Math.ceil(this.#proxyKeys() / 4));
  }

  #usageOf(proxy: string, nowMs: number): Usage {
    const known = proxy === FLEET ? this.#fleet : this.#proxies.get(proxy);
    const hour = hourOf(nowMs);
    if (known?.hour === hour) return known;
    if (known) this.#former.push(...this.#take(known));
    if (proxy === FLEET) return this.#fleet = new Usage(FLEET, hour, FLEET_KEYS, nowMs);
    const usage = new Usage(proxy, hour, this.#proxyKeys(), nowMs + PROXY_EVERY_MS);
    this.#proxies.set(proxy, usage);
    return usage;
  }

  #proxyKeys(): number {
    const [least, most] = PROXY_KEYS;
    const share = Math.floor(PROXIES_KEYS / (this.#proxies.size + 1));
    return Math.min(most, Math.max(least, share));
  }

  #end(
    entry: ProxyEntry,
    boot: CountedBoot,
    record: ConnectionRecord,
    started: number,
    nowMs: number,
  ): void {
    if (this.#log.length >= MAX_LOG) {
      this.dropped++;
      return;
    }
    const { last_activity: _, start_time: __, ...rest } = record;
    const ended = nowMs / 1000;
    this.#log.push({ ...rest, started, ended, proxy_id: entry.id, boot: boot.number });
  }
}

/** Text that SQLite gives back as it was, so that two keys stay two. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\ufffd");
}

function hourOf(nowMs: number): number {
  return floorTo(nowMs / 1000, HOUR);
}

/** Enough of a boot id to tell a proxy's boots apart, as a number. */
function bootNumber(bootId: string): number {
  if (/^[0-9a-f]{32}$/.test(bootId)) return parseInt(bootId.slice(0, 12), 16);
  return Math.floor(Number(/\d+/.exec(bootId)?.[0] ?? 0));
}

import type { ProxyEntry } from "../fleet/proxy.ts";
import type { EventKind, FleetEvent } from "./batch.ts";
import type { EventQuestion } from "./event_store.ts";

/** Events that are held in memory, and that can happen between two batches. */
export const MAX_RECENT = 1_000;
/** Loss in percent from which on, and under which again, it is told. */
const LOSS_HIGH = 5;
const LOSS_OVER = 1;

/** What was told of a proxy last. */
export interface Told {
  status: ReturnType<ProxyEntry["status"]>;
  bootId: string;
  draining: boolean;
  lossHigh: boolean;
}

/** What happens in the fleet, one by one; the newest are held in memory. */
export class EventRecorder {
  dropped = 0;
  #recent: FleetEvent[] = [];
  #lastId = 0;
  #writtenId = 0;

  /** Lets the ids go on behind this one. */
  startBehind(id: number): void {
    this.#lastId = Math.max(this.#lastId, id);
  }

  add(kind: EventKind, proxyId: string, detail: string, nowMs: number): void {
    // Ids are times in microseconds, so that they grow over restarts with no need to remember.
    const id = this.#lastId = Math.max(this.#lastId + 1, Math.floor(nowMs) * 1000);
    this.#recent.push({ id, time: nowMs / 1000, kind, proxy_id: proxyId, detail });
    if (this.#recent.length <= MAX_RECENT) return;
    const [oldest] = this.#recent.splice(0, 1);
    if (oldest.id > this.#writtenId) this.dropped++;
  }

  /** What is true of a proxy that nothing has been told of. */
  baseline(entry: ProxyEntry, nowMs: number): Told {
    const { boot_id: bootId, state } = entry.state;
    const draining = state === "draining" && entry.isUp(nowMs);
    return { status: entry.status(nowMs), bootId, draining, lossHigh: false };
  }

  /** Tells what has changed of a proxy. */
  note(entry: ProxyEntry, told: Told, nowMs: number): void {
    const { id } = entry;
    const now = this.baseline(entry, nowMs);
    if (now.bootId !== told.bootId) this.add("proxy_restarted", id, "", nowMs);
    else if (now.status !== told.status) this.add(`proxy_${now.status}`, id, "", nowMs);
    if (now.draining && !told.draining) this.add("proxy_draining", id, "", nowMs);
    now.lossHigh = this.#noteLoss(entry, told.lossHigh, nowMs);
    Object.assign(told, now);
  }

  /** Those not written yet. */
  unwritten(): FleetEvent[] {
    return this.#recent.filter(({ id }) => id > this.#writtenId);
  }

  /** Notes up to where they are written. */
  written(id: number): void {
    this.#writtenId = Math.max(this.#writtenId, id);
  }

  /** From memory, in the order in which they happened. */
  recent({ since, before = Infinity, proxy, kinds, limit }: EventQuestion): FleetEvent[] {
    const all = this.#recent.filter(({ id, kind, proxy_id }) =>
      id > (since ?? -1) && id < before && (proxy ?? proxy_id) === proxy_id &&
      (kinds?.includes(kind) ?? true)
    );
    return since === null ? all.slice(-limit) : all.slice(0, limit);
  }

  #noteLoss(entry: ProxyEntry, wasHigh: boolean, nowMs: number): boolean {
    const percent = entry.isUp(nowMs) ? entry.lossPercent(nowMs) : 0;
    if (!wasHigh && percent >= LOSS_HIGH) {
      this.add("loss_high", entry.id, `${percent} % of its datagrams are lost`, nowMs);
      return true;
    }
    if (!wasHigh || percent >= LOSS_OVER) return wasHigh;
    if (entry.isUp(nowMs)) this.add("loss_over", entry.id, "", nowMs);
    return false;
  }
}

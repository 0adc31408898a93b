import type { ProxyEntry } from "../fleet/proxy.ts";
import { larger, type Totals } from "../fleet/totals.ts";
import { FLEET, type SeriesRow } from "./batch.ts";
import {
  addFigures,
  type Figures,
  floorTo,
  type Growth,
  noGrowth,
  RAW_STEP,
  spread,
} from "./rollup.ts";

/** Rows that wait to be written at most. */
const MAX_ROWS = 200_000;
/** Growth over a longer silence than this, and than three intervals, is in no step: nobody saw when. */
export const MAX_SILENCE_MS = 300_000;

/** Up to where a proxy's totals are in the history. */
export interface Base {
  atMs: number;
  totals: Totals;
}

/** Turns the totals that proxies report into what each step saw. */
export class SeriesRecorder {
  dropped = 0;
  #rows = new Map<string, Map<number, SeriesRow>>();
  #size = 0;

  /** Takes what a proxy's totals have grown by since `base`; returns the new base. */
  take(entry: ProxyEntry, base: Base, nowMs: number): Base {
    const atMs = entry.lastSeenMs;
    if (atMs < base.atMs) return base;
    const growth = growthOf(base.totals, entry.totals);
    // A boot that began later than the base did all of it itself.
    const fromMs = Math.min(atMs, Math.max(base.atMs, entry.startTime * 1000));
    const longest = Math.max(MAX_SILENCE_MS, 3000 * entry.state.interval);
    const shares = atMs - fromMs > longest
      ? spread(noGrowth(), atMs, atMs)
      : spread(growth, fromMs, atMs);
    const active = entry.isUp(nowMs) ? entry.state.active_connections : 0;
    for (const { time, growth } of shares) {
      this.#add(entry.id, time, { ...growth, ...gauge(active) });
      this.#add(FLEET, time, { ...growth, ...gauge(0, 0) });
    }
    return { atMs, totals: larger(base.totals, entry.totals) };
  }

  /** Notes that the manager runs, and how many connections are active in the fleet. */
  sample(active: number, nowMs: number): void {
    const time = floorTo(nowMs / 1000, RAW_STEP);
    this.#add(FLEET, time, { ...noGrowth(), ...gauge(active) });
  }

  /** All rows since the last call. */
  flush(): SeriesRow[] {
    const rows = Array.from(this.#rows.values(), (steps) => [...steps.values()]).flat();
    this.#rows.clear();
    this.#size = 0;
    return rows;
  }

  #add(proxy: string, time: number, figures: Figures): void {
    let steps = this.#rows.get(proxy);
    const known = steps?.get(time);
    if (known) return addFigures(known, figures);
    if (this.#size >= MAX_ROWS) {
      this.dropped++;
      return;
    }
    if (!steps) this.#rows.set(proxy, steps = new Map());
    steps.set(time, { proxy, time, ...figures });
    this.#size++;
  }
}

function gauge(active: number, samples = 1) {
  return { activeSum: active, activeMax: active, samples };
}

/** A proxy that goes back in its figures is not believed until it is past them. */
function growthOf(before: Totals, after: Totals): Growth {
  const of = (name: keyof Totals) => Math.max(0, after[name] - before[name]);
  return {
    sent: of("total_bytes_sent"),
    received: of("total_bytes_received"),
    connections: of("total_connections"),
    failed: of("failed_connections"),
    rejected: of("rejected_connections"),
  };
}

import { getLogger } from "@logtape/logtape";
import type { Ingest as IngestFigures } from "./api/model.ts";
import type { IngestCounters } from "./ingest.ts";
import type { ReceiverCounters } from "./receiver/messages.ts";

/** Rates are those of the last so many seconds. */
const WINDOW_S = 10;
const WARN_AGAIN_MS = 60_000;
/** What a bound refuses, rather than what is wrong: the manager's user may have to do something. */
const BOUNDS = ["registry_full", "source_rate", "stranger_rate", "overload"];

/** What receives reports before they are parsed. */
export interface Receiving {
  counters: Readonly<ReceiverCounters>;
  /** How often the receiving thread had to be replaced. */
  deaths: number;
}

interface Sample {
  atMs: number;
  datagrams: number;
  bytes: number;
}

/** What arrived all in all and in a second, and a warning where a bound drops reports. */
export class IngestStats {
  readonly #own: Readonly<IngestCounters>;
  readonly #receiving: Receiving;
  #samples: Sample[] = [];
  #warned = new Map<string, number>();
  #warnedAtMs = -Infinity;

  constructor(own: Readonly<IngestCounters>, receiving: Receiving) {
    this.#own = own;
    this.#receiving = receiving;
  }

  /** As the API shows it. */
  figures(): IngestFigures {
    const { counters, deaths } = this.#receiving;
    const dropped = { ...this.#own.dropped };
    for (const [reason, n] of Object.entries(counters.dropped)) {
      dropped[reason] = (dropped[reason] ?? 0) + n;
    }
    return {
      // What the receiver counts is what it dropped, so that nothing is counted twice.
      datagrams: this.#own.datagrams + counters.datagrams,
      bytes: this.#own.bytes + counters.bytes,
      legacy: this.#own.legacy,
      dropped,
      ...this.#rates(),
      sources: counters.sources,
      receive_errors: counters.errors,
      receiver_restarts: deaths,
    };
  }

  /** To be called once a second. `nowMs` does not run backwards. */
  tick(nowMs: number): void {
    const { datagrams, bytes, dropped } = this.figures();
    this.#samples.push({ atMs: nowMs, datagrams, bytes });
    if (this.#samples.length > WINDOW_S + 1) this.#samples.shift();
    if (nowMs - this.#warnedAtMs >= WARN_AGAIN_MS) this.#warn(dropped, nowMs);
  }

  #rates(): { datagrams_per_s: number; bytes_per_s: number } {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    const seconds = first && last ? (last.atMs - first.atMs) / 1000 : 0;
    if (seconds <= 0) return { datagrams_per_s: 0, bytes_per_s: 0 };
    const rate = (from: number, to: number) => Math.round(10 * (to - from) / seconds) / 10;
    return {
      datagrams_per_s: rate(first.datagrams, last!.datagrams),
      bytes_per_s: rate(first.bytes, last!.bytes),
    };
  }

  #warn(dropped: Record<string, number>, nowMs: number): void {
    const more: string[] = [];
    for (const reason of BOUNDS) {
      const n = dropped[reason] ?? 0;
      const before = this.#warned.get(reason) ?? 0;
      this.#warned.set(reason, n);
      if (n > before) more.push(`${reason} ${n - before}`);
    }
    if (more.length === 0) return;
    this.#warnedAtMs = nowMs;
    getLogger(["rustproxy", "manager"]).warn(
      `Reports were dropped at a bound: ${more.join(", ")}. More proxies than --max-proxies, ` +
        "more datagrams than --stats-rate, or someone forges them",
    );
  }
}

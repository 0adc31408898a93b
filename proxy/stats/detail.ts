import type { BackendRecord } from "./backend_record.ts";
import type { LimitsRecord } from "./limits_record.ts";
import { type DetailItem, detailItems } from "./report.ts";

/** All of it is repeated every so many intervals though nothing changed, for a manager that began later. */
const REPEAT_INTERVALS = 6;

/** What there is to tell beside the connections. */
export interface DetailSource {
  readonly reasons: Record<string, number>;
  /** Always in the same order. */
  backends(): BackendRecord[];
  /** Null where they are not told. */
  limits(): LimitsRecord | null;
}

/** Says in which reports `detail` is due, and what has to be in it. */
export class Detail {
  readonly #source: DetailSource;
  #sentReasons = "{}";
  #sentBackends: string[] = [];
  #sentLimits = "null";
  #intervals = 0;

  constructor(source: DetailSource) {
    this.#source = source;
  }

  /** All that there is to tell. */
  all(): DetailItem[] {
    const { reasons } = this.#source;
    return detailItems(reasons, this.#source.backends(), this.#source.limits());
  }

  /** Called once an interval: all reasons, and the backends and limits that have changed, or all; empty if nothing has. */
  due(): DetailItem[] {
    const backends = this.#source.backends();
    const { reasons } = this.#source;
    const reasonsText = JSON.stringify(reasons);
    const limits = this.#source.limits();
    const limitsText = JSON.stringify(limits);
    if (reasonsText === "{}" && backends.length === 0 && limits === null) return [];
    const texts = backends.map((backend) => JSON.stringify(backend));
    const changed = backends.filter((_, i) => texts[i] !== this.#sentBackends[i]);
    const newLimits = limitsText !== this.#sentLimits;
    const isNew = reasonsText !== this.#sentReasons || changed.length > 0 || newLimits;
    const isDue = ++this.#intervals >= REPEAT_INTERVALS;
    if (!isNew && !isDue) return [];
    // Without backends each is a full one.
    const all = isDue || backends.length === 0;
    if (all) this.#intervals = 0;
    this.#sentReasons = reasonsText;
    this.#sentBackends = texts;
    this.#sentLimits = limitsText;
    return detailItems(reasons, all ? backends : changed, all || newLimits ? limits : null);
  }
}

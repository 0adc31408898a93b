import type { BackendRecord } from "./backend_record.ts";
import { type DetailItem, detailItems } from "./report.ts";

/** All of it is repeated every so many intervals though nothing changed, for a manager that began later. */
const REPEAT_INTERVALS = 6;

/** What there is to tell beside the connections. */
export interface DetailSource {
  readonly reasons: Record<string, number>;
  /** Always in the same order. */
  backends(): BackendRecord[];
}

/** Says in which reports `detail` is due, and what has to be in it. */
export class Detail {
  readonly #source: DetailSource;
  #sentReasons = "{}";
  #sentBackends: string[] = [];
  #intervals = 0;

  constructor(source: DetailSource) {
    this.#source = source;
  }

  /** All that there is to tell. */
  all(): DetailItem[] {
    return detailItems(this.#source.reasons, this.#source.backends());
  }

  /** Called once an interval: all reasons and the backends that have changed, or all; empty if neither has. */
  due(): DetailItem[] {
    const backends = this.#source.backends();
    const { reasons } = this.#source;
    const reasonsText = JSON.stringify(reasons);
    if (reasonsText === "{}" && backends.length === 0) return [];
    const texts = backends.map((backend) => JSON.stringify(backend));
    const changed = backends.filter((_, i) => texts[i] !== this.#sentBackends[i]);
    const isNew = reasonsText !== this.#sentReasons || changed.length > 0;
    const all = ++this.#intervals >= REPEAT_INTERVALS;
    if (!isNew && !all) return [];
    // With reasons alone each is a full one.
    if (all || backends.length === 0) this.#intervals = 0;
    this.#sentReasons = reasonsText;
    this.#sentBackends = texts;
    return detailItems(reasons, all ? backends : changed);
  }
}

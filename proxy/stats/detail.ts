import type { BackendRecord } from "./backend_record.ts";
import { type Labels, labelsParts } from "./labels_record.ts";
import type { LimitsRecord } from "./limits_record.ts";
import { type DetailItem, detailItems } from "./report_detail.ts";

/** All of it is repeated every so many intervals though nothing changed, for a manager that began later. */
const REPEAT_INTERVALS = 6;

/** What there is to tell beside the connections. */
export interface DetailSource {
  readonly reasons: Record<string, number>;
  /** Always in the same order. */
  backends(): BackendRecord[];
  /** Null where they are not told. */
  limits(): LimitsRecord | null;
  /** Null where they are not told. */
  labels(): Labels | null;
}

/** Says in which reports `detail` is due, and what has to be in it. */
export class Detail {
  readonly #source: DetailSource;
  #sentReasons = "{}";
  #sentBackends: string[] = [];
  #sentLimits = "null";
  #sentLabels = "null";
  /** How often the labels have changed. */
  #labelSet = -1;
  #intervals = 0;

  constructor(source: DetailSource) {
    this.#source = source;
  }

  /** All that there is to tell. */
  all(): DetailItem[] {
    const source = this.#source;
    const labels = this.#labels().parts;
    return detailItems(source.reasons, source.backends(), source.limits(), labels);
  }

  /** Called once an interval: all reasons, and the backends, limits and labels that have changed, or all; empty if nothing has. */
  due(): DetailItem[] {
    const backends = this.#source.backends();
    const { reasons } = this.#source;
    const reasonsText = JSON.stringify(reasons);
    const limits = this.#source.limits();
    const limitsText = JSON.stringify(limits);
    const labels = this.#labels();
    const nothing = reasonsText === "{}" && backends.length === 0 && limits === null;
    if (nothing && labels.parts.length === 0) return [];
    const texts = backends.map((backend) => JSON.stringify(backend));
    const changed = backends.filter((_, i) => texts[i] !== this.#sentBackends[i]);
    const newLimits = limitsText !== this.#sentLimits;
    const isNew = reasonsText !== this.#sentReasons || changed.length > 0 || newLimits ||
      labels.isNew;
    const isDue = ++this.#intervals >= REPEAT_INTERVALS;
    if (!isNew && !isDue) return [];
    // Without backends each is a full one.
    const all = isDue || backends.length === 0;
    if (all) this.#intervals = 0;
    this.#sentReasons = reasonsText;
    this.#sentBackends = texts;
    this.#sentLimits = limitsText;
    return detailItems(
      reasons,
      all ? backends : changed,
      all || newLimits ? limits : null,
      all || labels.isNew ? labels.parts : [],
    );
  }

  /** Those that hold now; as a new set where they are others than before. */
  #labels() {
    const labels = this.#source.labels();
    const text = JSON.stringify(labels);
    const isNew = text !== this.#sentLabels;
    if (isNew) this.#labelSet++;
    this.#sentLabels = text;
    return { isNew, parts: labels ? labelsParts(this.#labelSet, labels) : [] };
  }
}

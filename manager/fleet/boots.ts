import type { ProxyState } from "./report.ts";
import { larger, noTotals, sum, type Totals } from "./totals.ts";

const MAX_BOOTS = 16;

/** A boot of which reports were taken. */
export interface Boot {
  /** The largest of each that was reported. */
  totals: Totals;
  /** The newest report of it. */
  order: number;
  /** It was the proxy's current boot once, so its totals are among the proxy's. */
  counts: boolean;
}

/** What of the boots outlives the manager, beside the current one's own figures. */
export interface SavedBoots {
  /** All but the current one, in the order in which they were last current. */
  formers: [id: string, boot: Boot][];
  /** What boots that are no longer remembered have counted. */
  forgotten: Totals;
}

/**
 * The boots of one proxy and the sum of their totals, which never runs backwards, in whatever order
 * reports arrive. A report that comes late from a boot that has ended still makes its totals right.
 */
export class Boots {
  #current: string;
  // In the order in which they were last current.
  readonly #known = new Map<string, Boot>();
  /** What boots that are no longer remembered have counted. */
  #forgotten = noTotals();
  /** All but the current one. */
  #past = noTotals();

  constructor(current: string) {
    this.#current = current;
    this.#known.set(current, newBoot(true));
  }

  /** The sum over all boots. */
  get totals(): Totals {
    return sum(this.#past, this.#known.get(this.#current)!.totals);
  }

  /** The current boot's own. */
  get current(): Totals {
    return this.#known.get(this.#current)!.totals;
  }

  isKnown(boot: string): boolean {
    return this.#known.has(boot);
  }

  /** True if the report is newer than every one of its boot so far. */
  isNews(report: ProxyState): boolean {
    const known = this.#known.get(report.boot_id);
    return known === undefined || orderOf(report) > known.order;
  }

  /** Makes a boot the current one. */
  start(boot: string): void {
    const known = this.#known.get(boot) ?? newBoot(true);
    known.counts = true;
    this.#known.delete(boot);
    this.#known.set(boot, known);
    this.#current = boot;
    this.#forgetOldest();
    this.#sumUp();
  }

  /** Takes the totals that a report has of its boot, which need not be the current one. */
  note(report: ProxyState): void {
    const known = this.#known.get(report.boot_id);
    const boot = known ?? newBoot(false);
    boot.totals = larger(boot.totals, report);
    boot.order = Math.max(boot.order, orderOf(report));
    if (!known) {
      this.#known.set(report.boot_id, boot);
      this.#forgetOldest();
    }
    if (report.boot_id !== this.#current) this.#sumUp();
  }

  save(): SavedBoots {
    const formers = [...this.#known].filter(([id]) => id !== this.#current);
    return { formers, forgotten: this.#forgotten };
  }

  /** Counts on from what an earlier run of the manager knew; `last` is the newest report of its last boot. */
  restore({ formers, forgotten }: SavedBoots, last: ProxyState): void {
    const own = [...this.#known];
    const lastBoot = { totals: larger(noTotals(), last), order: orderOf(last), counts: true };
    this.#known.clear();
    for (const [id, boot] of [...formers, [last.boot_id, lastBoot] as const, ...own]) {
      const known = this.#known.get(id) ?? newBoot(false);
      const { totals, order, counts } = boot;
      this.#known.delete(id);
      this.#known.set(id, {
        totals: larger(known.totals, totals),
        order: Math.max(known.order, order),
        counts: known.counts || counts,
      });
    }
    this.#forgotten = sum(this.#forgotten, forgotten);
    this.#forgetOldest();
    this.#sumUp();
  }

  #forgetOldest(): void {
    for (const [id, boot] of this.#known) {
      if (this.#known.size <= MAX_BOOTS) return;
      if (id === this.#current) continue;
      this.#known.delete(id);
      if (boot.counts) this.#forgotten = sum(this.#forgotten, boot.totals);
    }
  }

  #sumUp(): void {
    this.#past = this.#forgotten;
    for (const [id, { totals, counts }] of this.#known) {
      if (counts && id !== this.#current) this.#past = sum(this.#past, totals);
    }
  }
}

function newBoot(counts: boolean): Boot {
  return { totals: noTotals(), order: -1, counts };
}

/** Reports of one boot are numbered; those of the original program have the time alone. */
function orderOf({ seq, sent_at }: ProxyState): number {
  return seq ?? sent_at;
}

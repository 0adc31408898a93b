import { digestOf } from "../../proxy/control/protocol.ts";
import { type Order, type Outcome, RESTARTED } from "./waiting.ts";

/** Commands that are remembered, the proxies of all of them together, and for how long, in milliseconds. */
export const MAX_ORDERS = 10_000;
export const MAX_GIVEN = 200_000;
export const REMEMBERED_MS = 600_000;

interface Given {
  /** Which boot of the proxy got it; null where none was there. */
  bootId: string | null;
  outcome: Promise<Outcome>;
  /** Once it is known. */
  settled: Outcome | null;
}

interface Entry {
  /** What was ordered, so that another command under the same id is told from a repeat. */
  digest: string;
  atMs: number;
  given: Map<string, Given>;
}

/** Why a command is not given at all. */
export type Refused = "id_taken" | "too_many_orders";

/** Commands by their ids, so that one that is given twice is done once. */
export class OrderBook {
  readonly #now: () => number;
  /** The oldest first. */
  readonly #entries = new Map<string, Entry>();
  #given = 0;

  /** `now` is milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes note of a command for so many proxies; says why it cannot be given. */
  open({ id, command }: Order, proxies: number): Refused | null {
    this.#forget();
    const digest = digestOf(command);
    const entry = this.#entries.get(id);
    if (entry && entry.digest !== digest) return "id_taken";
    if (this.#given + proxies > MAX_GIVEN) return "too_many_orders";
    if (entry) return null;
    if (this.#entries.size >= MAX_ORDERS) return "too_many_orders";
    this.#entries.set(id, { digest, atMs: this.#now(), given: new Map() });
    return null;
  }

  /**
   * What became of an open command at this proxy, whose present boot is `bootId`, null where it is not there:
   * what is known of an earlier try, or what `give` brings.
   */
  give(
    id: string,
    proxyId: string,
    bootId: string | null,
    give: () => Promise<Outcome>,
  ): Promise<Outcome> {
    const entry = this.#entries.get(id)!;
    const before = entry.given.get(proxyId);
    if (before && !mayTryAgain(before)) return before.outcome;
    // Only who got it first knows whether it was done.
    if (before?.bootId && bootId && before.bootId !== bootId) return Promise.resolve(RESTARTED);
    if (!before) this.#given++;
    const given: Given = {
      bootId: bootId ?? before?.bootId ?? null,
      outcome: give(),
      settled: null,
    };
    entry.given.set(proxyId, given);
    given.outcome.then((outcome) => given.settled = outcome);
    return given.outcome;
  }

  #forget(): void {
    const before = this.#now() - REMEMBERED_MS;
    for (const [id, { atMs, given }] of this.#entries) {
      if (atMs > before) return;
      this.#entries.delete(id);
      this.#given -= given.size;
    }
  }
}

/** What was done, or tried and failed, is not tried again; what is under way is waited for. */
function mayTryAgain({ settled }: Given): boolean {
  return settled !== null && settled.outcome !== "done" && settled.outcome !== "failed";
}

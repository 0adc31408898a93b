import type { Shown } from "../../proxy/control/shown.ts";
import type { Answer } from "../../proxy/control/protocol.ts";
import type { OutcomeKind } from "./figures.ts";

/** What became of a command at one proxy. */
export interface Outcome {
  outcome: OutcomeKind;
  /** One sentence. */
  detail: string;
  /** Connections that were closed, or would be. */
  count?: number;
  /** What `show` asked for. */
  shown?: Shown;
}

/** A command as it goes over the channel. */
export interface Order {
  id: string;
  command: { command: string };
}

/** Commands that one proxy may owe the answer to at a time; the proxy itself takes as many. */
export const MAX_WAITING = 64;

interface Waiting {
  order: Order;
  bootId: string;
  timer: ReturnType<typeof setTimeout>;
  resolve: (outcome: Outcome) => void;
}

/** The commands whose answers are awaited, by proxy and id; over cuts of the connection too. */
export class WaitingOrders {
  readonly #byProxy = new Map<string, Map<string, Waiting>>();

  /** Resolves with the answer, or with `timeout` after so many milliseconds; null where there are too many. */
  add(proxyId: string, bootId: string, order: Order, timeoutMs: number): Promise<Outcome> | null {
    const orders = this.#byProxy.get(proxyId) ?? new Map<string, Waiting>();
    if (orders.size >= MAX_WAITING || orders.has(order.id)) return null;
    this.#byProxy.set(proxyId, orders);
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const detail = `no answer in ${
      Number((timeoutMs / 1000).toFixed(1))
    } s; it may have been done all the same`;
    const late = () => this.#settle(proxyId, order.id, { outcome: "timeout", detail });
    orders.set(order.id, { order, bootId, resolve, timer: setTimeout(late, timeoutMs) });
    return promise;
  }

  /** An answer has come; one that nobody waits for is too late. */
  answer(proxyId: string, { id, result, refused }: Answer): void {
    const { ok, ...rest } = result;
    const outcome = refused ? "refused" : ok ? "done" : "failed";
    this.#settle(proxyId, id, { outcome, ...rest });
  }

  /**
   * A proxy is there again: what it has to be told once more, since the answer may have been lost. Another
   * boot of it does not remember what it has done, so that it is told nothing again.
   */
  again(proxyId: string, bootId: string): Order[] {
    const waiting = [...this.#byProxy.get(proxyId)?.values() ?? []];
    for (const { order, bootId: told } of waiting) {
      if (told !== bootId) this.#settle(proxyId, order.id, RESTARTED);
    }
    return waiting.filter((each) => each.bootId === bootId).map(({ order }) => order);
  }

  /** Nobody will answer any more. */
  stop(): void {
    for (const [proxyId, orders] of [...this.#byProxy]) {
      const detail = "the manager stopped before the answer came";
      for (const id of [...orders.keys()]) {
        this.#settle(proxyId, id, { outcome: "timeout", detail });
      }
    }
  }

  #settle(proxyId: string, id: string, outcome: Outcome): void {
    const orders = this.#byProxy.get(proxyId);
    const waiting = orders?.get(id);
    if (!orders || !waiting) return;
    clearTimeout(waiting.timer);
    orders.delete(id);
    if (orders.size === 0) this.#byProxy.delete(proxyId);
    waiting.resolve(outcome);
  }
}

/** Of a command that went to a boot which is gone. */
export const RESTARTED: Outcome = {
  outcome: "timeout",
  detail: "the proxy has restarted; whether it was done before is not known",
};

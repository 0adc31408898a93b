import { networkKey } from "../access/blocks.ts";
import type { EngineOrder, Outcome } from "./outcome.ts";

type Block = EngineOrder & { command: "block_client" };

/**
 * The orders that still hold, beside those that have become options: what an engine has to be told that
 * takes another one's place. As bounded as what the engines themselves keep of them.
 */
export class Standing {
  #paused = false;
  readonly #backends = new Map<string, EngineOrder>();
  readonly #blocks = new Map<string, { block: Block; until: number }>();
  #level: EngineOrder | null = null;
  readonly #now: () => number;

  /** `now` gives milliseconds. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Notes an order that was carried out. */
  note(order: EngineOrder): void {
    switch (order.command) {
      case "pause_accepting":
        this.#paused = true;
        return;
      case "drain":
      case "resume_accepting":
        this.#paused = false;
        return;
      case "order_backend":
        if (order.order === "enabled") this.#backends.delete(order.name.toLowerCase());
        else this.#backends.set(order.name.toLowerCase(), order);
        return;
      case "block_client":
        this.#expire();
        this.#blocks.set(networkKey(order.ip), {
          block: order,
          until: this.#now() + order.seconds * 1000,
        });
        return;
      case "unblock_client":
        this.#blocks.delete(networkKey(order.ip));
        return;
      case "set_log_level":
        this.#level = order;
    }
  }

  /** Forgets what was ordered of backends that are none any more. */
  keepBackends(names: readonly string[]): void {
    const kept = new Set(names.map((name) => name.toLowerCase()));
    for (const name of this.#backends.keys()) if (!kept.has(name)) this.#backends.delete(name);
  }

  /** What a new engine has to be told. */
  orders(): EngineOrder[] {
    this.#expire();
    const blocks = Array.from(this.#blocks.values(), ({ block, until }): EngineOrder => ({
      ...block,
      seconds: (until - this.#now()) / 1000,
    }));
    return [
      ...this.#paused ? [{ command: "pause_accepting" } as const] : [],
      ...this.#backends.values(),
      ...blocks,
      ...this.#level ? [this.#level] : [],
    ];
  }

  /** The same for people, where `isDrained` says whether anybody listens. */
  show(isDrained: boolean): Outcome {
    this.#expire();
    const blocks = Array.from(this.#blocks.values(), ({ block: { ip }, until }) => ({
      ip,
      seconds_left: Math.ceil((until - this.#now()) / 1000),
    }));
    const accepting = isDrained ? "drained" : this.#paused ? "paused" : "yes";
    return { error: "", shown: { accepting, blocks } };
  }

  #expire(): void {
    const now = this.#now();
    for (const [key, { until }] of this.#blocks) if (until <= now) this.#blocks.delete(key);
  }
}

import { hc } from "hono/client";
import type { ManagerApp } from "../../manager/api/app.ts";
import type { Command, ControlReply, OrderReply } from "../../manager/api/model_control.ts";
import { type Answer, answerOf } from "./history.ts";

/** An order as the manager takes it. */
export interface Order {
  /** By which a repeat is known: with the same command it is done once. */
  id: string;
  command: Command;
  proxies: readonly string[];
  /** How long its answers are waited for, in seconds. */
  timeout: number;
}

/** What the state of control needs of the manager; neither rejects. */
export interface ControlApi {
  /** Who takes orders. */
  list(): Promise<Answer<ControlReply>>;
  /** Gives an order, and brings what became of it at each proxy. */
  give(order: Order): Promise<Answer<OrderReply>>;
}

/** What a body may hold of proxies' ids: the manager takes 64 KiB in all. */
const MAX_IDS_BYTES = 48 * 1024;

/** The manager's `/api/control`; the arguments are those of the client. */
export class ControlClient implements ControlApi {
  readonly #api: ReturnType<typeof hc<ManagerApp>>["api"]["control"];

  constructor(base: string, fetch: typeof globalThis.fetch) {
    this.#api = hc<ManagerApp>(base, { fetch }).api.control;
  }

  list(): Promise<Answer<ControlReply>> {
    return answerOf(() => this.#api.$get());
  }

  async give({ id, command: told, proxies, timeout }: Order): Promise<Answer<OrderReply>> {
    const { command, ...params } = told;
    const results: OrderReply["results"] = [];
    for (const some of portions(proxies)) {
      // The number that names a connection has a name of its own here: a text would be the order's.
      const json = { ...params, order_id: id, proxies: some, timeout };
      const ask = () => this.#api[":command"].$post({ param: { command }, json });
      const answer = await answerOf<OrderReply>(ask);
      if ("failure" in answer) return answer;
      results.push(...answer.value.results);
    }
    return { value: { id, command, results } };
  }
}

/** The ids in parts that the manager takes at once. Pure. */
export function portions(ids: readonly string[]): string[][] {
  const parts: string[][] = [];
  let room = 0;
  for (const id of ids) {
    // With its quotes and its comma; an id is ASCII.
    const size = id.length + 3;
    if (parts.length === 0 || size > room) {
      parts.push([]);
      room = MAX_IDS_BYTES;
    }
    parts.at(-1)!.push(id);
    room -= size;
  }
  return parts;
}

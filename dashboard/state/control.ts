import { type ReadonlySignal, signal } from "@preact/signals";
import type {
  Command,
  CommandName,
  ControlReply,
  OrderReply,
} from "../../manager/api/model_control.ts";
import type { ProxySummary } from "../../manager/api/model.ts";
import type { ControlApi } from "../api/control.ts";
import type { Answer } from "../api/history.ts";
import { isSilent } from "./rows.ts";

/** What became of an order at one proxy, and under which id that was. */
export interface Outcome extends Readonly<OrderReply["results"][number]> {
  readonly orderId: string;
}

/** What holds at a proxy now: its limits, rules and blocks, whether it accepts, how much it logs. */
export type Shown = NonNullable<OrderReply["results"][number]["shown"]>;

/** An order with what became of it everywhere, in the order in which its proxies were named. */
export interface Outcomes {
  readonly command: Command;
  readonly timeout: number;
  readonly list: readonly Outcome[];
}

/** How an order is given. */
export interface OrderOptions {
  /** Seconds. */
  timeout?: number;
  /** The id of an earlier try of the same. */
  id?: string;
}

/** Who takes orders from the manager. */
export interface Takers {
  /** Whether the manager has a key to give orders at all. */
  readonly enabled: boolean;
  /** The commands that each proxy knows. */
  readonly commands: ReadonlyMap<string, readonly string[]>;
}

/** Why a proxy cannot be told something, as a word of the catalogue. */
export type Hindrance = "read_only" | "off" | "silent" | "not_controlled" | "not_known" | "no_tcp";

/** Seconds that answers are waited for unless the caller knows better. */
const TIMEOUT_S = 10;

/**
 * Why this proxy cannot be given this order by this reader, or null. Before the manager has told which commands
 * it knows, it is taken for one that knows all of its mode. Pure.
 */
export function hindranceOf(
  proxy: ProxySummary,
  name: CommandName,
  canChange: boolean,
  takers: Takers | null,
): Hindrance | null {
  if (!canChange) return "read_only";
  if (takers !== null && !takers.enabled) return "off";
  if (name === "backend" && proxy.proxy_type !== "tcp") return "no_tcp";
  if (!proxy.controlled) return isSilent(proxy) ? "silent" : "not_controlled";
  const known = takers?.commands.get(proxy.proxy_id);
  return known && !known.includes(name) ? "not_known" : null;
}

/** Those that were not done, by the id to try them again under: a failure is remembered by its own. Pure. */
export function triesOf(
  list: readonly Outcome[],
  newId: () => string,
): ReadonlyMap<string, readonly string[]> {
  const tries = new Map<string, string[]>();
  const fresh = newId();
  for (const { outcome, orderId, proxy_id } of list) {
    if (outcome === "done") continue;
    const id = outcome === "failed" ? fresh : orderId;
    tries.set(id, [...tries.get(id) ?? [], proxy_id]);
  }
  return tries;
}

/** Orders to proxies: who takes them, which are under way, and what became of the last that needs to be told. */
export class Control {
  readonly #api: ControlApi;
  readonly #takers = signal<Takers | null>(null);
  readonly #pending = signal<ReadonlyMap<string, number>>(new Map());
  readonly #outcomes = signal<Outcomes | null>(null);
  readonly #given = signal(0);
  #asking = false;
  #askAgain = false;

  constructor(api: ControlApi) {
    this.#api = api;
  }

  /** Who takes orders, as the manager said last; null until it has. */
  get takers(): ReadonlySignal<Takers | null> {
    return this.#takers;
  }

  /** Proxies that have yet to answer, with how many orders. */
  get pending(): ReadonlySignal<ReadonlyMap<string, number>> {
    return this.#pending;
  }

  /** How many orders have been answered: what holds at a proxy may be something else since the last. */
  get given(): ReadonlySignal<number> {
    return this.#given;
  }

  /** What the reader is to be shown of each proxy; null where there is nothing. */
  get outcomes(): ReadonlySignal<Outcomes | null> {
    return this.#outcomes;
  }

  /** Asks again who takes orders; one question at a time. */
  async refresh(): Promise<void> {
    this.#askAgain = true;
    if (this.#asking) return;
    this.#asking = true;
    while (this.#askAgain) {
      this.#askAgain = false;
      const answer = await this.#api.list();
      if ("value" in answer) this.#takers.value = takersOf(answer.value);
    }
    this.#asking = false;
  }

  /** Forgets everything, for a reader who has left. */
  clear(): void {
    this.#takers.value = null;
    this.#outcomes.value = null;
  }

  /** Gives an order, and brings what became of it; shows nothing. Never rejects. */
  async order(
    command: Command,
    proxies: readonly string[],
    { timeout = TIMEOUT_S, id = newOrderId() }: OrderOptions = {},
  ): Promise<Answer<OrderReply>> {
    this.#note(proxies, 1);
    const answer = await this.#api.give({ id, command, proxies, timeout });
    this.#note(proxies, -1);
    this.#given.value = this.#given.peek() + 1;
    return answer;
  }

  /** Asks what holds at a proxy. Never rejects. */
  async look(proxyId: string): Promise<Answer<Shown>> {
    const order = { id: newOrderId(), command: { command: "show" }, proxies: [proxyId] } as const;
    const answer = await this.#api.give({ ...order, timeout: TIMEOUT_S });
    if ("failure" in answer) return answer;
    const [{ outcome, detail, shown }] = answer.value.results;
    return shown ? { value: shown } : { failure: { code: outcome, message: detail } };
  }

  /** Shows what became of an order at each proxy. */
  show(command: Command, { id, results }: OrderReply, timeout: number = TIMEOUT_S): void {
    const list = results.map((result) => ({ ...result, orderId: id }));
    this.#outcomes.value = { command, timeout, list };
  }

  /** Puts away what is shown. */
  dismiss(): void {
    this.#outcomes.value = null;
  }

  /** Tries again, where it was not done, what is shown; why that cannot be, or null. Never rejects. */
  async tryAgain(): Promise<Answer<Outcomes>> {
    const shown = this.#outcomes.peek();
    if (shown === null) return { failure: { code: "gone", message: "" } };
    const { command, timeout } = shown;
    const after = new Map(shown.list.map((outcome) => [outcome.proxy_id, outcome]));
    for (const [id, proxies] of triesOf(shown.list, newOrderId)) {
      const answer = await this.order(command, proxies, { timeout, id });
      if ("failure" in answer) return answer;
      for (const result of answer.value.results) {
        after.set(result.proxy_id, { ...result, orderId: id });
      }
      // What was put away meanwhile stays away.
      if (this.#outcomes.peek() !== null) {
        this.#outcomes.value = { command, timeout, list: [...after.values()] };
      }
    }
    return { value: { command, timeout, list: [...after.values()] } };
  }

  #note(proxies: readonly string[], by: 1 | -1): void {
    const pending = new Map(this.#pending.peek());
    for (const id of proxies) {
      const n = (pending.get(id) ?? 0) + by;
      if (n > 0) pending.set(id, n);
      else pending.delete(id);
    }
    this.#pending.value = pending;
  }
}

function takersOf({ enabled, proxies }: ControlReply): Takers {
  const commands = new Map(proxies.map(({ proxy_id, commands }) => [proxy_id, commands]));
  return { enabled, commands };
}

/** An id that no other order has; `randomUUID` is not there over plain HTTP on another host. */
export function newOrderId(): string {
  return Array.from(
    crypto.getRandomValues(new Uint8Array(16)),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join("");
}

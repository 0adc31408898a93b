import { getLogger } from "@logtape/logtape";
import { isReading } from "../../proxy/control/commands.ts";
import { controlKeyId } from "../../proxy/control/proof.ts";
import type { Answer, CloseReason } from "../../proxy/control/protocol.ts";
import { subscriber } from "../../proxy/net/ip.ts";
import type { StatsKey } from "../sealed/keys.ts";
import { Channel, type ChannelHost, type ChannelSocket } from "./channel.ts";
import { ControlFigures } from "./figures.ts";
import { OrderBook, type Refused } from "./order_book.ts";
import { type Order, type Outcome, WaitingOrders } from "./waiting.ts";

/** Connections that have not proved yet that they have a key: all, and of one client. */
export const MAX_UNPROVEN = 512;
export const MAX_UNPROVEN_PER_CLIENT = 64;

/** A proxy that takes orders from this manager. */
export interface ControlledProxy {
  proxy_id: string;
  /** Unix seconds. */
  connected_since: number;
  version: string;
  commands: string[];
}

export interface HubDeps {
  keys: readonly StatsKey[];
  /** Unix milliseconds of a clock that does not run backwards. */
  now: () => number;
  /** A proxy takes orders from here from now on, or no longer. */
  onChange: (proxyId: string, isControlled: boolean) => void;
  /** How long a connection may take to prove that it has a key, in milliseconds. */
  proofMs?: number;
  /** What answers to one order may tell beside how it went, in characters of JSON. */
  maxShown?: number;
}

const PROOF_MS = 5_000;
const MAX_SHOWN = 16 * 1024 * 1024;
const GOING_AWAY = 1001;
const TRY_LATER = 1013;

/** Everybody who takes orders, or wants to. */
export class ControlHub implements ChannelHost {
  readonly figures: ControlFigures;
  readonly #deps: HubDeps;
  #keys = new Map<string, StatsKey[]>();
  #bound = new Set<string>();
  readonly #unproven = new Set<Channel>();
  readonly #live = new Map<string, Channel>();
  readonly #waiting = new WaitingOrders();
  readonly #book: OrderBook;
  readonly #log = getLogger(["rustproxy", "manager"]);
  #stopped = false;

  constructor(deps: HubDeps) {
    this.#deps = deps;
    this.figures = new ControlFigures(deps.now);
    this.#book = new OrderBook(deps.now);
    this.setKeys(deps.keys);
  }

  /** Proxies that take orders now. */
  get connected(): number {
    return this.#live.size;
  }

  /** Takes these keys from now on; whoever has none of them is turned out. */
  setKeys(keys: readonly StatsKey[]): void {
    this.#keys = Map.groupBy(keys, ({ key }) => controlKeyId(key));
    this.#bound = new Set(keys.flatMap(({ boundTo }) => boundTo ?? []));
    for (const channel of [...this.#live.values(), ...this.#unproven]) {
      const { hello, key } = channel;
      if (!hello || !key) continue;
      const now = this.keyOf(hello.key_id, hello.proxy_id);
      if (now?.toHex() !== key.toHex()) channel.refuse("wrong_key");
    }
  }

  /** False where too many from there have not proved anything yet. */
  hasRoomFor(ip: string): boolean {
    const client = subscriber(ip);
    let same = 0;
    for (const channel of this.#unproven) if (channel.client === client) same++;
    return same < MAX_UNPROVEN_PER_CLIENT;
  }

  /**
   * Somebody has connected. Where too many in all have not proved anything yet, the one that has had the most
   * time makes room: who has a key needs little of it, so that strangers keep nobody out.
   */
  open(socket: ChannelSocket, ip: string): Channel {
    const [oldest] = this.#unproven;
    if (this.#unproven.size >= MAX_UNPROVEN) oldest.refuse("too_slow");
    const channel = new Channel(ip, this.#deps.now(), socket, this);
    this.#unproven.add(channel);
    if (this.#stopped) channel.end(TRY_LATER, "the manager stops");
    return channel;
  }

  /** Turns out who has taken too long; to be called about once a second. */
  tick(nowMs: number): void {
    const { proofMs = PROOF_MS } = this.#deps;
    for (const channel of this.#unproven) {
      if (nowMs - channel.sinceMs >= proofMs) channel.refuse("too_slow");
    }
  }

  /** By id. */
  list(): ControlledProxy[] {
    return [...this.#live.values()].map(({ hello, liveSinceMs }) => ({
      proxy_id: hello!.proxy_id,
      connected_since: liveSinceMs / 1000,
      version: hello!.version,
      commands: hello!.commands,
    })).sort((a, b) => a.proxy_id < b.proxy_id ? -1 : 1);
  }

  /**
   * Gives a command to these proxies, and resolves with each one's outcome in the same order; the same id
   * again brings what became of it. Nobody is waited for longer than `timeoutMs`.
   */
  async order(
    order: Order,
    proxyIds: readonly string[],
    timeoutMs: number,
  ): Promise<Outcome[] | Refused> {
    // What is only read is read anew, and may be long: nothing of it is kept.
    const refused = isReading(order.command.command)
      ? null
      : this.#book.open(order, proxyIds.length);
    if (refused) return refused;
    let room = this.#deps.maxShown ?? MAX_SHOWN;
    // All at once: those that do not answer must take no time from the others.
    return await Promise.all(proxyIds.map(async (proxyId) => {
      const outcome = await this.#give(order, proxyId, timeoutMs);
      this.figures.noteOutcome(order.command.command, outcome.outcome);
      if (!outcome.shown) return outcome;
      room -= JSON.stringify(outcome.shown).length;
      return room < 0 ? LEFT_OUT : outcome;
    }));
  }

  /** Ends every connection with 1001. */
  stop(): void {
    this.#stopped = true;
    this.#waiting.stop();
    for (const channel of [...this.#live.values(), ...this.#unproven]) {
      channel.end(GOING_AWAY, "the manager stops");
    }
  }

  keyOf(keyId: string, proxyId: string): Uint8Array | null {
    const isFor = ({ boundTo }: StatsKey) =>
      boundTo === null ? !this.#bound.has(proxyId) : boundTo === proxyId;
    return this.#keys.get(keyId)?.find(isFor)?.key ?? null;
  }

  proved(channel: Channel): void {
    const { proxy_id: proxyId, boot_id: bootId } = channel.hello!;
    this.#unproven.delete(channel);
    const before = this.#live.get(proxyId);
    channel.liveSinceMs = this.#deps.now();
    this.#live.set(proxyId, channel);
    before?.refuse("replaced");
    const { ip: client_ip } = channel;
    this.#log.info(`${proxyId} takes orders from now on`, { client_ip });
    this.#deps.onChange(proxyId, true);
    for (const order of this.#waiting.again(proxyId, bootId)) {
      channel.send({ type: "command", ...order });
    }
  }

  answered(channel: Channel, answer: Answer): void {
    // One whose place was taken may still have something on its way.
    if (this.#live.get(channel.proxyId) === channel) this.#waiting.answer(channel.proxyId, answer);
  }

  refused(channel: Channel, reason: CloseReason): void {
    this.figures.noteRefusal(reason, channel.ip, channel.proxyId);
  }

  closed(channel: Channel): void {
    this.#unproven.delete(channel);
    if (this.#live.get(channel.proxyId) !== channel) return;
    this.#live.delete(channel.proxyId);
    this.#log.info(`${channel.proxyId} takes no orders any more`, { client_ip: channel.ip });
    this.#deps.onChange(channel.proxyId, false);
  }

  #give(order: Order, proxyId: string, timeoutMs: number): Promise<Outcome> {
    if (isReading(order.command.command)) return this.#send(order, proxyId, timeoutMs);
    const bootId = this.#live.get(proxyId)?.hello?.boot_id ?? null;
    return this.#book.give(order.id, proxyId, bootId, () => this.#send(order, proxyId, timeoutMs));
  }

  async #send(order: Order, proxyId: string, timeoutMs: number): Promise<Outcome> {
    const channel = this.#live.get(proxyId);
    if (!channel) return NOT_CONNECTED;
    const { commands, boot_id: bootId, version } = channel.hello!;
    const { command } = order.command;
    if (!commands.includes(command)) {
      return { outcome: "refused", detail: `this proxy, version ${version}, has no ${command}` };
    }
    const outcome = this.#waiting.add(proxyId, bootId, order, timeoutMs);
    if (!outcome) return { outcome: "refused", detail: "this proxy owes too many answers" };
    channel.send({ type: "command", ...order });
    return await outcome;
  }
}

const NOT_CONNECTED: Outcome = {
  outcome: "not_connected",
  detail: "this proxy takes no orders from here: it is away, or was started without --control",
};

const LEFT_OUT: Outcome = {
  outcome: "done",
  detail: "told, but left out of a reply that would be too long: ask fewer proxies at a time",
};

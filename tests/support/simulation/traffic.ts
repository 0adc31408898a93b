import type { Boot, Truth } from "./proxy_host.ts";
import type { Random } from "./random.ts";

export const TRAFFIC_TICK_MS = 250;

export interface TrafficOptions {
  /** Connections that are open at once. */
  connections: number;
  /** The share of them that ends, and is replaced, in a second. */
  churn: number;
  /** The share of them on which bytes move in a second. */
  busy: number;
  /** Bytes that the host's link carries in a second, each way. */
  link: number;
}

const REASONS = ["refused", "timeout", "unreachable"];
/** How long it takes to open all of them, in seconds. */
const FILL_SECONDS = 8;
const IDLE_SHARE = 0.3;
const FAILING_SHARE = 0.1;
const REJECTED_PER_SECOND = 3;

/** What clients do to a proxy: they come, move bytes, go, fail, and are turned away; some never say a word. */
export class Traffic {
  /** Nothing happens for a while, … */
  quiet = false;
  /** … or ever after. */
  ended = false;
  readonly #options: TrafficOptions;
  readonly #random: Random;
  #connecting: Truth[] = [];

  constructor(options: TrafficOptions, random: Random) {
    this.#options = options;
    this.#random = random;
  }

  /** The proxy has ended, and its connections with it. */
  reset(): void {
    this.#connecting = [];
  }

  tick(boot: Boot): void {
    if (this.quiet || this.ended) return;
    this.#settle(boot);
    this.#open(boot);
    this.#close(boot);
    this.#move(boot);
    for (let n = this.#perTick(REJECTED_PER_SECOND); n > 0; n--) {
      boot.reject(this.#client(), 40_000, "limit");
    }
  }

  /** Ends this share of all connections in one moment. */
  wave(boot: Boot, share: number): void {
    for (let n = Math.floor(boot.live.length * share); n > 0; n--) {
      boot.end(this.#random.pick(boot.live), "closed", "");
    }
    this.#connecting = this.#connecting.filter(({ endedAt }) => endedAt === Infinity);
  }

  #settle(boot: Boot): void {
    for (const truth of this.#connecting) {
      if (truth.endedAt < Infinity) continue;
      if (this.#random.chance(FAILING_SHARE)) boot.end(truth, "failed", this.#random.pick(REASONS));
      else boot.connected(truth);
    }
    this.#connecting = [];
  }

  #open(boot: Boot): void {
    const { connections } = this.#options;
    const missing = connections - boot.live.length;
    const most = Math.ceil(connections * TRAFFIC_TICK_MS / 1000 / FILL_SECONDS);
    for (let n = Math.min(missing, most); n > 0; n--) {
      const target = `host-${this.#random.int(1, 500)}.example:443`;
      const idle = this.#random.chance(IDLE_SHARE);
      const truth = boot.open(this.#client(), this.#random.int(1024, 65_535), target, idle);
      this.#connecting.push(truth);
    }
  }

  #close(boot: Boot): void {
    for (let n = this.#perTick(boot.live.length * this.#options.churn); n > 0; n--) {
      const truth = this.#random.pick(boot.live);
      if (truth.state === "active" && !truth.idle) boot.end(truth, "closed", "");
    }
  }

  /** Fills the link, however few they are that move. */
  #move(boot: Boot): void {
    const { busy, link } = this.#options;
    const movers: Truth[] = [];
    for (let n = this.#perTick(boot.live.length * busy); n > 0; n--) {
      const truth = this.#random.pick(boot.live);
      if (truth.state === "active" && !truth.idle) movers.push(truth);
    }
    const most = Math.floor(link * TRAFFIC_TICK_MS / 1000 / movers.length);
    for (const truth of movers) {
      boot.move(truth, this.#random.int(0, most), this.#random.int(most >> 1, most));
    }
  }

  /** So many a second, in whole numbers a tick. */
  #perTick(perSecond: number): number {
    const exact = perSecond * TRAFFIC_TICK_MS / 1000;
    return Math.floor(exact) + (this.#random.chance(exact % 1) ? 1 : 0);
  }

  #client(): string {
    return `192.0.2.${this.#random.int(1, 254)}`;
  }
}

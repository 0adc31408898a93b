import { type Cidr, holds, parseCidr } from "../net/cidr.ts";
import { parseIp } from "../net/ip.ts";

/** Every new connection may have to be compared with all of them. */
const MAX_BLOCKS = 1024;

interface Block {
  /** As it was ordered. */
  ip: string;
  networks: Cidr[];
  /** When it ends, in ms. */
  until: number;
}

/** Client addresses and networks that are blocked for a time; bounded by count. */
export class Blocks {
  readonly #table = new Map<string, Block>();
  readonly #now: () => number;

  /** `now` gives milliseconds. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  get size(): number {
    return this.#table.size;
  }

  /**
   * Blocks an address or a network, from now on for so many seconds; returns false where there is no
   * room. Throws AddressError.
   */
  add(text: string, seconds: number): boolean {
    const networks = [parseCidr(text)];
    const key = networkKey(text);
    this.expire();
    if (!this.#table.has(key) && this.#table.size >= MAX_BLOCKS) return false;
    this.#table.set(key, { ip: text, networks, until: this.#now() + seconds * 1000 });
    return true;
  }

  /** Ends a block; false if there is none of just this address or network. Throws AddressError. */
  remove(text: string): boolean {
    return this.#table.delete(networkKey(text));
  }

  /** All that hold, as they were ordered, and for how many seconds more, rounded up. */
  list(): { ip: string; seconds_left: number }[] {
    this.expire();
    return Array.from(this.#table.values(), ({ ip, until }) => ({
      ip,
      seconds_left: Math.ceil((until - this.#now()) / 1000),
    }));
  }

  /** `client_blocked`, or null; `ip` is unmapped. */
  client(ip: string): "client_blocked" | null {
    const words = parseIp(ip);
    if (words === null) return null;
    const now = this.#now();
    for (const { networks, until } of this.#table.values()) {
      if (until > now && holds(networks, words)) return "client_blocked";
    }
    return null;
  }

  /** Forgets those whose time is over. */
  expire(): void {
    const now = this.#now();
    for (const [key, { until }] of this.#table) if (until <= now) this.#table.delete(key);
  }
}

/** The same for every way to write an address or a network. Throws AddressError. */
export function networkKey(text: string): string {
  const { words, bits } = parseCidr(text);
  const kept = words.map((word, i) => {
    const left = bits - 32 * i;
    return left <= 0 ? 0 : left >= 32 ? word : (word & (-1 << (32 - left))) >>> 0;
  });
  return `${kept.join(".")}/${bits}`;
}

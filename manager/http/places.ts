import { isLoopback } from "../../proxy/net/address.ts";
import { type Cidr, isWithin } from "../../proxy/net/cidr.ts";
import { subscriber } from "../../proxy/net/ip.ts";

/** Why a connection is not taken. */
export type Crowded = "too_many_connections" | "too_many_of_client";

/** What one address may hold unless it is said: reverse proxies on this host hold everybody's. */
export const DEFAULT_PER_CLIENT = 256;

/** Counts the open connections, all and by client; a client's IPv6 addresses count by their /64. */
export class Places {
  readonly #max: number;
  readonly #maxPerClient: number | null;
  readonly #taken = new Map<string, number>();
  #open = 0;

  readonly #proxies: readonly Cidr[];

  /**
   * Without `maxPerClient` a client may hold {@link DEFAULT_PER_CLIENT}, and this host as many as there are.
   * What comes from `proxies` is everybody's, and bounded for whom it is: see {@link hold}.
   */
  constructor(max: number, maxPerClient: number | null, proxies: readonly Cidr[] = []) {
    this.#max = max;
    this.#maxPerClient = maxPerClient;
    this.#proxies = proxies;
  }

  get open(): number {
    return this.#open;
  }

  /** Takes a place for this address, unmapped, or says why there is none. */
  enter(ip: string): Crowded | null {
    if (this.#open >= this.#max) return "too_many_connections";
    if (!this.#isProxy(ip) && !this.hold(ip)) return "too_many_of_client";
    this.#open++;
    return null;
  }

  /** Gives a place back. */
  leave(ip: string): void {
    if (!this.#isProxy(ip)) this.release(ip);
    this.#open--;
  }

  /** Counts something for a client whose connection is a proxy's; false where it has too many. */
  hold(ip: string): boolean {
    const client = subscriber(ip);
    const taken = this.#taken.get(client) ?? 0;
    if (taken >= this.#maxOf(ip)) return false;
    this.#taken.set(client, taken + 1);
    return true;
  }

  /** Ends what {@link hold} began. */
  release(ip: string): void {
    const client = subscriber(ip);
    const taken = this.#taken.get(client) ?? 0;
    if (taken > 1) this.#taken.set(client, taken - 1);
    else this.#taken.delete(client);
  }

  #isProxy(ip: string): boolean {
    return this.#proxies.length > 0 && isWithin(this.#proxies, ip);
  }

  #maxOf(ip: string): number {
    return this.#maxPerClient ?? (isLoopback(ip) ? Infinity : DEFAULT_PER_CLIENT);
  }
}

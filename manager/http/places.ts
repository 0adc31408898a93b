import { isLoopback } from "../../proxy/net/address.ts";
import { parseIp } from "../../proxy/net/ip.ts";

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

  /** Without `maxPerClient` a client may hold {@link DEFAULT_PER_CLIENT}, and this host as many as there are. */
  constructor(max: number, maxPerClient: number | null) {
    this.#max = max;
    this.#maxPerClient = maxPerClient;
  }

  get open(): number {
    return this.#open;
  }

  /** Takes a place for this address, unmapped, or says why there is none. */
  enter(ip: string): Crowded | null {
    if (this.#open >= this.#max) return "too_many_connections";
    const client = clientOf(ip);
    const taken = this.#taken.get(client) ?? 0;
    if (taken >= this.#maxOf(ip)) return "too_many_of_client";
    this.#taken.set(client, taken + 1);
    this.#open++;
    return null;
  }

  /** Gives a place back. */
  leave(ip: string): void {
    const client = clientOf(ip);
    const taken = this.#taken.get(client) ?? 0;
    if (taken > 1) this.#taken.set(client, taken - 1);
    else this.#taken.delete(client);
    this.#open--;
  }

  #maxOf(ip: string): number {
    return this.#maxPerClient ?? (isLoopback(ip) ? Infinity : DEFAULT_PER_CLIENT);
  }
}

// One subscriber has a /64 at least, and every address in it.
function clientOf(ip: string): string {
  const words = parseIp(ip);
  return words?.length === 4 ? `${words[0]}:${words[1]}` : ip;
}

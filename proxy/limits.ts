import { TokenBucket } from "./net/token_bucket.ts";

/** Why a connection was not taken: the limit that it would have passed. */
export type Rejection = "max_connections" | "max_connections_per_client" | "accept_rate";

export interface ConnectionLimitOptions {
  /** Connections at a time. */
  maxConnections: number;
  /** Connections at a time of one client address; null for any number. */
  maxConnectionsPerClient: number | null;
  /** New connections a second of one client address, and as many at once; null for any number. */
  acceptRate: number | null;
}

/** Client addresses that a table holds at most. */
const MAX_CLIENTS = 65_536;

/** Decides which connections a proxy takes. Without limits by client address no address is remembered. */
export class ConnectionLimits {
  readonly #places: Places;
  readonly #clients: ClientPlaces | null;
  readonly #rates: AcceptRates | null;
  readonly #now: () => number;

  /** `now` gives whole milliseconds of a clock that does not run backwards. */
  constructor(
    { maxConnections, maxConnectionsPerClient, acceptRate }: ConnectionLimitOptions,
    now = () => Math.floor(performance.now()),
    maxClients = MAX_CLIENTS,
  ) {
    this.#places = new Places(maxConnections);
    this.#clients = maxConnectionsPerClient === null
      ? null
      : new ClientPlaces(maxConnectionsPerClient, maxClients);
    this.#rates = acceptRate === null ? null : new AcceptRates(acceptRate, maxClients);
    this.#now = now;
  }

  /** Connections that hold a permit. */
  get open(): number {
    return this.#places.taken;
  }

  /** Client addresses that are remembered. */
  get clients(): number {
    return Math.max(this.#clients?.size ?? 0, this.#rates?.size ?? 0);
  }

  /** A permit, to be disposed when the connection ends, or the limit that stands against it. `ip` is unmapped. */
  admit(ip: string): Permit | Rejection {
    if (this.#places.full) return "max_connections";
    if (this.#clients && !this.#clients.hasRoom(ip)) return "max_connections_per_client";
    // Last, so that only a connection that is taken uses up its client's rate.
    if (this.#rates && !this.#rates.take(ip, this.#now())) return "accept_rate";
    return new Permit(this.#places, this.#clients, ip);
  }

  /** Forgets clients of which nothing has to be remembered any more. */
  tick(): void {
    this.#rates?.forget(this.#now());
  }
}

/** The right to one connection; disposing it gives the place back, once. */
export class Permit implements Disposable {
  #places: Places | null;
  readonly #clients: ClientPlaces | null;
  readonly #ip: string;

  constructor(places: Places, clients: ClientPlaces | null, ip: string) {
    this.#places = places;
    this.#clients = clients;
    this.#ip = ip;
    places.taken++;
    clients?.enter(ip);
  }

  [Symbol.dispose](): void {
    if (!this.#places) return;
    this.#places.taken--;
    this.#places = null;
    this.#clients?.leave(this.#ip);
  }
}

class Places {
  taken = 0;
  constructor(readonly max: number) {}

  get full(): boolean {
    return this.taken >= this.max;
  }
}

/** Connections of each client that has one. */
class ClientPlaces {
  readonly #taken = new Map<string, number>();

  constructor(readonly max: number, readonly maxClients: number) {}

  get size(): number {
    return this.#taken.size;
  }

  /** False for a new client too where the table is full: one that cannot be counted could not be limited. */
  hasRoom(ip: string): boolean {
    const taken = this.#taken.get(ip);
    return taken === undefined ? this.#taken.size < this.maxClients : taken < this.max;
  }

  enter(ip: string): void {
    this.#taken.set(ip, (this.#taken.get(ip) ?? 0) + 1);
  }

  leave(ip: string): void {
    const taken = this.#taken.get(ip) ?? 0;
    if (taken > 1) this.#taken.set(ip, taken - 1);
    else this.#taken.delete(ip);
  }
}

/** A token bucket for each client of the last second, the one longest unseen first. */
class AcceptRates {
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(readonly rate: number, readonly maxClients: number) {}

  get size(): number {
    return this.#buckets.size;
  }

  take(ip: string, now: number): boolean {
    let bucket = this.#buckets.get(ip);
    if (bucket) this.#buckets.delete(ip);
    else {
      bucket = new TokenBucket(this.rate, this.rate, now);
      if (this.#buckets.size >= this.maxClients) this.#forgetOldest();
    }
    this.#buckets.set(ip, bucket);
    return bucket.tryTake(now);
  }

  /** Drops full buckets: a new one would be the same. */
  forget(now: number): void {
    for (const [ip, bucket] of this.#buckets) {
      if (!bucket.isFull(now)) return;
      this.#buckets.delete(ip);
    }
  }

  /** Its bucket is the nearest to full, so this gives away the least. */
  #forgetOldest(): void {
    for (const ip of this.#buckets.keys()) {
      this.#buckets.delete(ip);
      return;
    }
  }
}

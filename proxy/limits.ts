import { TokenBucket } from "./net/token_bucket.ts";

/** The limits that are each client's own. */
export type ClientRejection = "max_connections_per_client" | "accept_rate";
/** Why a connection was not taken: the limit that it would have passed. */
export type Rejection = "max_connections" | ClientRejection;

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
  readonly #books: Books;
  readonly #now: () => number;
  readonly #maxClients: number;

  /** `now` gives whole milliseconds of a clock that does not run backwards. */
  constructor(
    options: ConnectionLimitOptions,
    now = () => Math.floor(performance.now()),
    maxClients = MAX_CLIENTS,
  ) {
    this.#now = now;
    this.#maxClients = maxClients;
    this.#books = { taken: 0, max: options.maxConnections, clients: this.#clientLimits(options) };
  }

  /** Connections that hold a permit. */
  get open(): number {
    return this.#books.taken;
  }

  /** Client addresses that are remembered. */
  get clients(): number {
    return this.#books.clients?.size ?? 0;
  }

  /** Sets other limits. Those who hold a permit, which are all of `running`, keep it and are counted. */
  set(options: ConnectionLimitOptions, running: Iterable<Permit>): void {
    const books = this.#books;
    books.max = options.maxConnections;
    const rates = books.clients;
    books.clients = this.#clientLimits(options);
    if (rates) books.clients?.keepRates(rates);
    for (const { ip } of running) if (ip !== null) books.clients?.count(ip);
  }

  #clientLimits(options: ConnectionLimitOptions): ClientLimits | null {
    const { maxConnectionsPerClient, acceptRate } = options;
    if (maxConnectionsPerClient === null && acceptRate === null) return null;
    return new ClientLimits(options, this.#now, this.#maxClients);
  }

  /**
   * A permit, to be disposed when the connection ends, or the limit that stands against it. `ip` is the
   * client, unmapped; null where it is told later, by {@link Permit.identify}.
   */
  admit(ip: string | null): Permit | Rejection {
    const books = this.#books;
    if (books.taken >= books.max) return "max_connections";
    const permit = new Permit(books);
    const rejection = ip === null ? null : permit.identify(ip);
    if (!rejection) return permit;
    permit[Symbol.dispose]();
    return rejection;
  }

  /** Forgets clients of which nothing has to be remembered any more. */
  tick(): void {
    this.#books.clients?.forget();
  }
}

/** What permits are written into. */
interface Books {
  /** Connections that hold a permit. */
  taken: number;
  max: number;
  clients: ClientLimits | null;
}

/** The right to one connection; disposing it gives the place back, once. */
export class Permit implements Disposable {
  #books: Books | null;
  #ip: string | null = null;

  constructor(books: Books) {
    this.#books = books;
    books.taken++;
  }

  /** Who holds it; null while that is not known. */
  get ip(): string | null {
    return this.#ip;
  }

  /** Says, once, who the client is; returns the limit that stands against it, or null. */
  identify(ip: string): ClientRejection | null {
    if (!this.#books || this.#ip !== null) return null;
    const rejection = this.#books.clients?.enter(ip) ?? null;
    if (!rejection) this.#ip = ip;
    return rejection;
  }

  [Symbol.dispose](): void {
    if (!this.#books) return;
    const { clients } = this.#books;
    this.#books.taken--;
    this.#books = null;
    if (this.#ip !== null) clients?.leave(this.#ip);
  }
}

/** The limits that are each client's own. */
class ClientLimits {
  readonly #places: ClientPlaces | null;
  #rates: AcceptRates | null;
  readonly #now: () => number;

  constructor(
    { maxConnectionsPerClient: max, acceptRate: rate }: ConnectionLimitOptions,
    now: () => number,
    maxClients: number,
  ) {
    this.#places = max === null ? null : new ClientPlaces(max, maxClients);
    this.#rates = rate === null ? null : new AcceptRates(rate, maxClients);
    this.#now = now;
  }

  get size(): number {
    return Math.max(this.#places?.size ?? 0, this.#rates?.size ?? 0);
  }

  enter(ip: string): ClientRejection | null {
    if (this.#places && !this.#places.hasRoom(ip)) return "max_connections_per_client";
    // Last, so that only a connection that is taken uses up its client's rate.
    if (this.#rates && !this.#rates.take(ip, this.#now())) return "accept_rate";
    this.#places?.enter(ip);
    return null;
  }

  leave(ip: string): void {
    this.#places?.leave(ip);
  }

  /** Counts a connection that was taken before there were these limits. */
  count(ip: string): void {
    this.#places?.enter(ip);
  }

  /** Remembers what the former limits have of the clients' rates, if the rate is the same. */
  keepRates(former: ClientLimits): void {
    if (this.#rates?.rate === former.#rates?.rate) this.#rates = former.#rates;
  }

  forget(): void {
    this.#rates?.forget(this.#now());
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

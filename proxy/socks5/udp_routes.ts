import ipaddr from "ipaddr.js";
import { type Address, formatAddress, isIpLiteral, unmapIPv4 } from "../net/address.ts";
import { errorCode, Failure, type FailureReason } from "../net/failure.ts";
import { Recent } from "./recent.ts";
import { encodeUdpHeader } from "./udp_wire.ts";

/** A target's address: it may answer, once a datagram has gone to it. */
export interface Peer {
  /** `address:port`, as datagrams from there tell it. */
  key: string;
  address: Deno.NetAddr;
  /** What goes before its answers on their way to the client. */
  header: Uint8Array;
}

/** Where a client's datagrams to one target go. */
export interface Route {
  /** The target as the client has it. */
  name: string;
  /** The addresses to try, the present one first; none while the name is looked up, and where it is refused. */
  peers: Peer[];
  /** Why there are none; empty while there is no reason. */
  refusal: FailureReason | "";
  refusedAt: number;
  /** Datagrams that wait for the name; null where none need to. */
  held: Uint8Array[] | null;
}

export interface RouteDeps {
  /** Every address of a host name. */
  resolve(host: string): Promise<string[]>;
  /** Why a target may not be reached, or null; `ip` is unmapped. */
  judge(host: string, ip: string, port: number): FailureReason | null;
  /** Takes the datagrams that waited for the route's name, which has an address now or is refused. */
  release(route: Route, held: Uint8Array[]): void;
  /** Milliseconds. */
  now(): number;
}

/** Targets that an association keeps in mind, and addresses that may answer it. */
export const MAX_PEERS = 256;
const MAX_ADDRESSES = 8;
/** A refused target is asked about again after this long. */
const REFUSED_MS = 5000;
const MAX_LOOKUPS = 16;
const MAX_HELD = 64;
const MAX_HELD_BYTES = 64 << 10;

/**
 * The targets of one association. Each is looked up and judged once, and stays what it is while it is in
 * use, as a connection would.
 */
export class Routes {
  readonly #deps: RouteDeps;
  readonly #table: Recent<Route>;
  #lookups = 0;
  #held = 0;
  #heldBytes = 0;

  constructor(deps: RouteDeps, idleMs: number) {
    this.#deps = deps;
    this.#table = new Recent(MAX_PEERS, idleMs);
  }

  /** The route to a target; null if too many names are being looked up. */
  find(target: Address): Route | null {
    const now = this.#deps.now();
    const name = formatAddress(target);
    const known = this.#table.get(name, now);
    if (known && (known.refusal === "" || now - known.refusedAt < REFUSED_MS)) return known;
    const isAddress = isIpLiteral(target.host);
    if (!isAddress && this.#lookups >= MAX_LOOKUPS) return null;
    const route: Route = { name, peers: [], refusal: "", refusedAt: 0, held: null };
    this.#table.set(name, route, now);
    if (isAddress) this.#settle(route, target, [target.host]);
    else this.#lookUp(route, target);
    return route;
  }

  /** Keeps a copy of a datagram until the route's name is known; false if there is no room. */
  hold(route: Route, payload: Uint8Array): boolean {
    if (this.#held >= MAX_HELD || this.#heldBytes + payload.length > MAX_HELD_BYTES) return false;
    this.#held++;
    this.#heldBytes += payload.length;
    route.held!.push(payload.slice());
    return true;
  }

  async #lookUp(route: Route, target: Address): Promise<void> {
    const held: Uint8Array[] = route.held = [];
    this.#lookups++;
    try {
      this.#settle(route, target, await this.#deps.resolve(target.host));
    } catch (error) {
      this.#refuse(route, reasonOf(error));
    }
    this.#lookups--;
    route.held = null;
    this.#held -= held.length;
    for (const { length } of held) this.#heldBytes -= length;
    this.#deps.release(route, held);
  }

  #settle(route: Route, { host, port }: Address, addresses: readonly string[]): void {
    let refusal: FailureReason = "name_not_found";
    for (const address of addresses.slice(0, MAX_ADDRESSES)) {
      const ip = canonical(address);
      const verdict = this.#deps.judge(host, ip, port);
      if (verdict === null) route.peers.push(peerAt(ip, port));
      else refusal = verdict;
    }
    if (route.peers.length === 0) this.#refuse(route, refusal);
  }

  #refuse(route: Route, reason: FailureReason): void {
    route.refusal = reason;
    route.refusedAt = this.#deps.now();
  }
}

function peerAt(ip: string, port: number): Peer {
  return {
    key: formatAddress({ host: ip, port }),
    address: { transport: "udp", hostname: ip, port },
    header: encodeUdpHeader({ host: ip, port }),
  };
}

/** The one way to write an IP address that the system uses too. */
export function canonical(ip: string): string {
  return ip.includes(":") ? unmapIPv4(ipaddr.parse(ip).toString()) : ip;
}

function reasonOf(error: unknown): FailureReason {
  if (error instanceof Failure) return error.reason;
  const code = errorCode(error);
  if (code === "EDNSBUSY") return "dns_busy";
  return code === "ENOTFOUND" || code === "ENODATA" ? "name_not_found" : "name_error";
}

/** The header that a datagram carries between client and proxy (RFC 1928, section 7). Pure. */
import type { Address } from "../net/address.ts";
import { encodeAddress, parseAddress, WireError } from "./wire.ts";

/** What the header before a payload from an IP address takes at most. */
export const MAX_HEADER_BYTES = 22;

/** A client's datagram. */
export interface UdpRequest {
  /** The fragment's number; 0 for a datagram that stands alone. */
  fragment: number;
  /** Where it goes; null for a name that cannot be served, or port 0. */
  target: Address | null;
  /** The payload is the rest from here on; it may be empty. */
  start: number;
}

/** Reads the header of a client's datagram; throws {@link WireError} if it has none. */
export function parseUdpHeader(bytes: Uint8Array): UdpRequest {
  const address = parseAddress(bytes, 3);
  if (address === null) throw new WireError("the datagram ends within its header");
  if (address === "unsupported") throw new WireError(`expected an address, got type ${bytes[3]}`);
  const { host, port, end: start } = address;
  const target = host === null || port === 0 ? null : { host, port };
  return { fragment: bytes[2], target, start };
}

/** The header for a payload that came from this IP address. */
export function encodeUdpHeader(from: Address): Uint8Array {
  return Uint8Array.of(0, 0, 0, ...encodeAddress(from));
}

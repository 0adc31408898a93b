/** SOCKS5 messages as bytes (RFC 1928 and RFC 1929). Pure: parsers return null while a message is incomplete. */
import ipaddr from "ipaddr.js";
import { type Address, isHost, unmapIPv4 } from "../net/address.ts";
import { parseIp, type Words } from "../net/ip.ts";

/** Bytes that are not the protocol's; the connection is closed without an answer. */
export class WireError extends Error {
  override name = "WireError";
}

export const METHOD = { none: 0x00, password: 0x02, unacceptable: 0xff } as const;
export const COMMAND = { connect: 1, bind: 2, udpAssociate: 3 } as const;

/** Reply codes (RFC 1928, section 6). */
export const REPLY = {
  succeeded: 0,
  generalFailure: 1,
  notAllowed: 2,
  networkUnreachable: 3,
  hostUnreachable: 4,
  connectionRefused: 5,
  ttlExpired: 6,
  commandNotSupported: 7,
  addressTypeNotSupported: 8,
} as const;

/** The client's greeting: the methods that it offers (RFC 1928, section 3). */
export function parseGreeting(bytes: Uint8Array): { size: number; methods: Uint8Array } | null {
  if (bytes.length < 1) return null;
  if (bytes[0] !== 5) throw new WireError(`expected SOCKS version 5, got ${bytes[0]}`);
  if (bytes.length < 2 || bytes.length < 2 + bytes[1]) return null;
  const size = 2 + bytes[1];
  return { size, methods: bytes.subarray(2, size) };
}

/** The server's choice of method. */
export function encodeMethod(method: number): Uint8Array {
  return Uint8Array.of(5, method);
}

/** User name and password as they were sent (RFC 1929, section 2). */
export function parsePassword(
  bytes: Uint8Array,
): { size: number; user: Uint8Array; password: Uint8Array } | null {
  if (bytes.length < 1) return null;
  if (bytes[0] !== 1) throw new WireError(`expected sub-negotiation version 1, got ${bytes[0]}`);
  if (bytes.length < 2) return null;
  const userEnd = 2 + bytes[1];
  if (bytes.length < userEnd + 1) return null;
  const size = userEnd + 1 + bytes[userEnd];
  if (bytes.length < size) return null;
  return { size, user: bytes.subarray(2, userEnd), password: bytes.subarray(userEnd + 1, size) };
}

/** The answer to user name and password; anything but success is followed by a close. */
export function encodePasswordStatus(ok: boolean): Uint8Array {
  return Uint8Array.of(1, ok ? 0 : 1);
}

/** A request; `target` is null for an address type or a name that cannot be served, with the reply to give. */
export type SocksRequest =
  & { size: number; command: number }
  & ({ target: Address } | { target: null; reply: number });

const IPV4 = 1;
const DOMAIN = 3;
const IPV6 = 4;

/** The client's request (RFC 1928, section 4). Its port may be 0, which is for UDP ASSOCIATE alone. */
export function parseRequest(bytes: Uint8Array): SocksRequest | null {
  if (bytes.length >= 1 && bytes[0] !== 5) {
    throw new WireError(`expected SOCKS version 5, got ${bytes[0]}`);
  }
  if (bytes.length < 4) return null;
  const command = bytes[1];
  const address = parseAddress(bytes, 3);
  if (address === null) return null;
  if (address === "unsupported") {
    return { size: bytes.length, command, target: null, reply: REPLY.addressTypeNotSupported };
  }
  const { end: size, host, port } = address;
  if (host === null) return { size, command, target: null, reply: REPLY.generalFailure };
  return { size, command, target: { host, port } };
}

/** An address in a message: `end` is behind it; `host` is null for a name that cannot be served. */
export interface WireAddress {
  end: number;
  host: string | null;
  port: number;
}

/** The address (type, host, port) that begins at `at` (RFC 1928, section 5); null while it is incomplete. */
export function parseAddress(bytes: Uint8Array, at: number): WireAddress | "unsupported" | null {
  if (bytes.length <= at) return null;
  const type = bytes[at];
  if (type !== IPV4 && type !== DOMAIN && type !== IPV6) return "unsupported";
  if (type === DOMAIN && bytes.length < at + 2) return null;
  const start = type === DOMAIN ? at + 2 : at + 1;
  const stop = start + (type === IPV4 ? 4 : type === IPV6 ? 16 : bytes[at + 1]);
  const end = stop + 2;
  if (bytes.length < end) return null;
  const port = bytes[stop] << 8 | bytes[stop + 1];
  if (type === DOMAIN) return { end, host: parseName(bytes.subarray(start, stop)), port };
  if (type === IPV6) return { end, host: parseIPv6(bytes.subarray(start, stop)), port };
  const host = `${bytes[start]}.${bytes[start + 1]}.${bytes[start + 2]}.${bytes[start + 3]}`;
  return { end, host, port };
}

function parseIPv6(bytes: Uint8Array): string {
  return unmapIPv4(ipaddr.fromByteArray([...bytes]).toString());
}

/** A name of the usual characters, or an address written as text (some clients send that); else null. */
export function parseName(bytes: Uint8Array): string | null {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return isHost(text) ? text : null;
}

/** A reply with BND.ADDR and BND.PORT (RFC 1928, section 6); without an address they are 0.0.0.0:0. */
export function encodeReply(reply: number, bound?: Address): Uint8Array {
  return Uint8Array.of(5, reply, 0, ...encodeAddress(bound));
}

/** An address as type, host and port; 0.0.0.0 for a name, port 0 for none. */
export function encodeAddress(address: Address | undefined): number[] {
  const words = (address && parseIp(address.host)) ?? UNSPECIFIED;
  const out = [words.length === 1 ? IPV4 : IPV6];
  for (const word of words) out.push(word >>> 24, word >> 16 & 0xff, word >> 8 & 0xff, word & 0xff);
  const port = address?.port ?? 0;
  out.push(port >> 8, port & 0xff);
  return out;
}

const UNSPECIFIED: Words = [0];

/**
 * SOCKS4 and 4a messages as bytes, as the memos "SOCKS: A protocol for TCP proxy across firewalls" and
 * "SOCKS 4A" have them. Pure: the parser returns null while a request is incomplete.
 */
import ipaddr from "ipaddr.js";
import { type Address, isIpLiteral } from "../net/address.ts";
import { parseName, WireError } from "./wire.ts";

/** Reply codes. */
export const SOCKS4_REPLY = { granted: 0x5a, rejected: 0x5b, userRejected: 0x5d } as const;

/** A client's request; `target` is null where the name cannot be served. */
export interface Socks4Request {
  size: number;
  command: number;
  target: Address | null;
  /** The user id as it was sent; nobody has proved it. */
  user: Uint8Array;
}

/** User id and host name may have this many bytes each; the memos name no bound. */
const MAX_TEXT = 255;

/** The request: version, command, port, IPv4 address, user id, and with 4a the host name. */
export function parseSocks4Request(bytes: Uint8Array): Socks4Request | null {
  if (bytes.length >= 1 && bytes[0] !== 4) {
    throw new WireError(`expected SOCKS version 4, got ${bytes[0]}`);
  }
  if (bytes.length < 8) return null;
  const command = bytes[1];
  const port = bytes[2] << 8 | bytes[3];
  const userEnd = endOfText(bytes, 8, "user id");
  if (userEnd === null) return null;
  const user = bytes.subarray(8, userEnd);
  // 0.0.0.x with a last part that is not 0 says that a host name follows.
  const named = bytes[4] === 0 && bytes[5] === 0 && bytes[6] === 0 && bytes[7] !== 0;
  if (!named) {
    const host = bytes.subarray(4, 8).join(".");
    return { size: userEnd + 1, command, target: { host, port }, user };
  }
  const nameEnd = endOfText(bytes, userEnd + 1, "host name");
  if (nameEnd === null) return null;
  const host = parseName(bytes.subarray(userEnd + 1, nameEnd));
  return { size: nameEnd + 1, command, target: host === null ? null : { host, port }, user };
}

/** Where the text that begins at `start` has its NUL; null while that has not come. */
function endOfText(bytes: Uint8Array, start: number, what: string): number | null {
  const end = bytes.indexOf(0, start);
  const length = (end < 0 ? bytes.length : end) - start;
  if (length > MAX_TEXT) throw new WireError(`expected a ${what} of at most ${MAX_TEXT} bytes`);
  return end < 0 ? null : end;
}

/** The reply with the port and the IPv4 address that the proxy connects from; 0.0.0.0 where there is none. */
export function encodeSocks4Reply(reply: number, bound?: Address): Uint8Array {
  const { host, port } = bound ?? { host: "", port: 0 };
  const isIPv4 = isIpLiteral(host) && !host.includes(":");
  const address = isIPv4 ? ipaddr.IPv4.parse(host).toByteArray() : [0, 0, 0, 0];
  return Uint8Array.of(0, reply, port >> 8, port & 0xff, ...address);
}

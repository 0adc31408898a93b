import { parseIp, unmapped } from "./ip.ts";

/** A TCP or UDP endpoint. `host` is a name or an IP literal without brackets; `port` is 0 to 65535. */
export interface Address {
  host: string;
  port: number;
}

/** Text that is not an address; the message says what was expected. */
export class AddressError extends Error {
  override name = "AddressError";
}

const HOST_NAME =
  /^(?=.{1,253}\.?$)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/;

/** Parses `host:port`, with IPv6 in brackets and a port from 1 to 65535; throws AddressError. */
export function parseHostPort(text: string): Address {
  const address = split(text, "host:port");
  if (address.host === "") throw new AddressError("expected host:port, the host is missing");
  if (address.port === 0) throw new AddressError("expected a port from 1 to 65535");
  return address;
}

/** Parses an address to listen on: `host:port` or `:port` (every IPv4 interface), port 0 is any free one; throws AddressError. */
export function parseListen(text: string): Address {
  const address = split(text, "host:port or :port");
  return address.host === "" ? { host: "0.0.0.0", port: address.port } : address;
}

function split(text: string, expected: string): Address {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text);
  if (!match) throw new AddressError(`expected ${expected}`);
  const [, bracketed, plain, digits] = match;
  const port = Number(digits);
  if (port > 65535) throw new AddressError("expected a port up to 65535");
  if (bracketed !== undefined) {
    if (!bracketed.includes(":") || !isIpLiteral(bracketed)) {
      throw new AddressError(`expected ${expected} with an IPv6 address in the brackets`);
    }
    return { host: bracketed, port };
  }
  if (plain !== "" && !isHost(plain)) throw new AddressError(`expected ${expected}`);
  return { host: plain, port };
}

/** True for an IPv4 or IPv6 literal (no brackets) or a host name of letters, digits, `-`, `_` and dots. */
export function isHost(host: string): boolean {
  if (isIpLiteral(host)) return true;
  // "1.2.3.999" is neither an address nor a name that anyone registered, and resolvers take "0x7f000001"
  // for one (WHATWG URL, section 3.5, "ends in a number").
  return HOST_NAME.test(host) && !/(^|\.)(\d+|0x[0-9a-f]*)\.?$/i.test(host);
}

/** True for an IPv4 (four decimal parts) or IPv6 literal, without brackets. */
export function isIpLiteral(host: string): boolean {
  return parseIp(host) !== null;
}

/** `host:port`, with brackets around IPv6 (RFC 3986, section 3.2.2). */
export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** An IPv4-mapped IPv6 address as plain IPv4 (RFC 4291, section 2.5.5.2); anything else unchanged. */
export function unmapIPv4(ip: string): string {
  if (!ip.includes(":")) return ip;
  const words = parseIp(ip);
  const plain = words && unmapped(words);
  if (!plain || plain === words) return ip;
  const [word] = plain;
  return `${word >>> 24}.${word >>> 16 & 255}.${word >>> 8 & 255}.${word & 255}`;
}

/** True for 127.0.0.0/8, ::1 and their IPv4-mapped form. */
export function isLoopback(ip: string): boolean {
  const words = parseIp(ip);
  if (words === null) return false;
  const plain = unmapped(words);
  if (plain.length === 1) return plain[0] >>> 24 === 127;
  return plain[0] === 0 && plain[1] === 0 && plain[2] === 0 && plain[3] === 1;
}

/** An address that cannot be listened on; the message names it and the system's reason, which is `cause`. */
export class ListenError extends Error {
  override name = "ListenError";

  constructor(readonly transport: "tcp" | "udp", readonly address: Address, cause: unknown) {
    super(`Cannot listen on ${transport} ${formatAddress(address)}: ${listenReason(cause)}`, {
      cause,
    });
  }
}

function listenReason(cause: unknown): string {
  if (cause instanceof Deno.errors.AddrInUse) return "the port is in use";
  if (cause instanceof Deno.errors.AddrNotAvailable) return "this machine has no such address";
  if (cause instanceof Deno.errors.PermissionDenied) return "ports below 1024 need a privilege";
  return cause instanceof Error ? cause.message : String(cause);
}

/** A system error that another thread met, made anew on this side. */
export function systemError({ name, message }: { name: string; message: string }): Error {
  const kinds = Deno.errors as unknown as Record<string, new (message: string) => Error>;
  return kinds[name] ? new kinds[name](message) : new Error(message);
}

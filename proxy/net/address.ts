import ipaddr from "ipaddr.js";

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
    if (!ipaddr.IPv6.isValid(bracketed)) {
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

// The library's own check costs microseconds, and every dial asks.
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** True for an IPv4 (four decimal parts) or IPv6 literal, without brackets. */
export function isIpLiteral(host: string): boolean {
  return IPV4.test(host) || (host.includes(":") && ipaddr.IPv6.isValid(host));
}

/** `host:port`, with brackets around IPv6 (RFC 3986, section 3.2.2). */
export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** An IPv4-mapped IPv6 address as plain IPv4 (RFC 4291, section 2.5.5.2); anything else unchanged. */
export function unmapIPv4(ip: string): string {
  // The library takes the long deprecated "::1.2.3.4" for mapped, which no system does.
  if (!ip.includes(":") || /^::\d+\./.test(ip)) return ip;
  const zoneless = ip.replace(/%.*$/, "");
  if (!ipaddr.IPv6.isValid(zoneless)) return ip;
  const parsed = ipaddr.IPv6.parse(zoneless);
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address().toString() : ip;
}

/** True for 127.0.0.0/8, ::1 and their IPv4-mapped form. */
export function isLoopback(ip: string): boolean {
  const plain = unmapIPv4(ip);
  return isIpLiteral(plain) && ipaddr.parse(plain).range() === "loopback";
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

import {
  type Address,
  AddressError,
  formatAddress,
  isHost,
  isIpLiteral,
  isLoopback,
} from "../net/address.ts";

/** Where a manager's HTTP side is reached. */
export interface ManagerUrl {
  host: string;
  port: number;
  tls: boolean;
  /** What the manager's paths begin with; empty, or with a slash before and none behind. */
  base: string;
}

/**
 * A manager's HTTP address: `https://host[:port][/base]`, the same with `http://`, or `host:port`, which is TLS
 * but on loopback: nothing goes in clear to another host. Throws AddressError.
 */
export function parseManagerUrl(text: string): ManagerUrl {
  const [, scheme, rest] = /^(?:(https?):\/\/)?(.*)$/is.exec(text)!;
  const [, bracketed, plain, digits, base] =
    /^(?:\[([^\]]*)\]|([^:/?#@]*))(?::(\d{1,5}))?((?:\/[\w.~-]+)*)\/*$/.exec(rest) ?? [];
  const host = bracketed ?? plain;
  const isComplete = digits !== undefined || scheme !== undefined;
  const isBracketed = bracketed !== undefined && bracketed.includes(":");
  if (!host || !isHost(host) || !isComplete || (bracketed !== undefined && !isBracketed)) {
    throw new AddressError("expected https://host:port, or host:port");
  }
  const tls = scheme === undefined ? !isLocal(host) : scheme.toLowerCase() === "https";
  if (!tls && !isLocal(host)) {
    throw new AddressError("expected https://, since nothing goes in clear beyond this host");
  }
  const port = digits === undefined ? (tls ? 443 : 80) : Number(digits);
  if (port < 1 || port > 65_535) throw new AddressError("expected a port from 1 to 65535");
  return { host, port, tls, base };
}

/** The same of an address that was read before. */
export function managerUrlOf({ host, port }: Address): ManagerUrl {
  return { host, port, tls: !isLocal(host), base: "" };
}

/** As it is shown, and as a URL. */
export function formatManagerUrl({ tls, base, ...address }: ManagerUrl): string {
  return `${tls ? "https" : "http"}://${formatAddress(address)}${base}`;
}

/** A name of this host (RFC 6761, section 6.3), or an address of its loopback. */
function isLocal(host: string): boolean {
  return isIpLiteral(host) ? isLoopback(host) : /^(.+\.)?localhost\.?$/i.test(host);
}

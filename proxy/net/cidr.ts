import ipaddr from "ipaddr.js";
import { AddressError, isIpLiteral } from "./address.ts";

/** A network: its address, and how many of its first bits count. */
export type Cidr = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Parses `address/bits` or a single address; throws AddressError. IPv4-mapped networks become plain IPv4. */
export function parseCidr(text: string): Cidr {
  const expected = "expected an address or address/bits such as 10.0.0.0/8 or fd00::/8";
  const [, host, digits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  if (host === undefined || !isIpLiteral(host) || host.includes("%")) {
    throw new AddressError(expected);
  }
  const ip = ipaddr.parse(host);
  const max = ip.kind() === "ipv4" ? 32 : 128;
  const bits = digits === undefined ? max : Number(digits);
  if (bits > max) throw new AddressError(`expected at most ${max} bits`);
  if (ip instanceof ipaddr.IPv6 && ip.isIPv4MappedAddress() && bits >= 96) {
    return [ip.toIPv4Address(), bits - 96];
  }
  return [ip, bits];
}

/** True if one of the networks holds the address, which is an IP literal and unmapped. */
export function isWithin(networks: readonly Cidr[], ip: string): boolean {
  const parsed = ipaddr.parse(ip);
  return networks.some(([network, bits]) =>
    network.kind() === parsed.kind() && parsed.match(network, bits)
  );
}

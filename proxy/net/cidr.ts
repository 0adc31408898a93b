import { AddressError } from "./address.ts";
import { parseIp, unmapped, type Words } from "./ip.ts";

/** A network: an address, and how many of its first bits count. */
export interface Cidr {
  readonly words: Words;
  readonly bits: number;
}

/** Parses `address/bits` or a single address; throws AddressError. IPv4-mapped networks become plain IPv4. */
export function parseCidr(text: string): Cidr {
  const [, host, digits] = /^([^/%]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const words = parseIp(host ?? "");
  if (!words) {
    throw new AddressError("expected an address or address/bits such as 10.0.0.0/8 or fd00::/8");
  }
  const max = 32 * words.length;
  const bits = digits === undefined ? max : Number(digits);
  if (bits > max) throw new AddressError(`expected at most ${max} bits`);
  const plain = bits >= 96 ? unmapped(words) : words;
  return { words: plain, bits: bits - (max - 32 * plain.length) };
}

/** True if one of the networks holds the address, which is an IP literal and unmapped. */
export function isWithin(networks: readonly Cidr[], ip: string): boolean {
  const words = parseIp(ip);
  return words !== null && holds(networks, words);
}

/** True if one of the networks holds the address. */
export function holds(networks: readonly Cidr[], ip: Words): boolean {
  for (const network of networks) if (matches(network, ip)) return true;
  return false;
}

/** True if every address of `part` is within one of the networks. */
export function covers(networks: readonly Cidr[], part: Cidr): boolean {
  return networks.some((network) => network.bits <= part.bits && matches(network, part.words));
}

function matches({ words, bits }: Cidr, ip: Words): boolean {
  if (words.length !== ip.length) return false;
  for (let i = 0; i < words.length; i++) {
    const left = bits - 32 * i;
    if (left <= 0) return true;
    const differing = words[i] ^ ip[i];
    if ((left >= 32 ? differing : differing >>> (32 - left)) !== 0) return false;
  }
  return true;
}

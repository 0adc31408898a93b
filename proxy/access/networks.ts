/** What the words `local` and `private` stand for in rules. Pure. */
import { type Cidr, holds, parseCidr } from "../net/cidr.ts";
import type { Words } from "../net/ip.ts";

/** The words that stand for networks. */
export const WORDS = ["private", "local"] as const;
export type Word = (typeof WORDS)[number];

/** The proxy's own host. `::/96` holds `::`, `::1` and IPv4 in the deprecated compatible form. */
const LOCAL = ["127.0.0.0/8", "169.254.0.0/16", "0.0.0.0/8", "::/96", "fe80::/10"];

/** Beside LOCAL what IANA's special-purpose registries have as not globally reachable, and multicast. */
const PRIVATE = [
  ...["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"],
  // Shared by a carrier's customers (RFC 6598); a cloud's metadata at 100.100.100.200 is in it.
  "100.64.0.0/10",
  ...["224.0.0.0/4", "ff00::/8"],
  // Protocol assignments, reserved, broadcast; a cloud's metadata at 192.0.0.192 is in the first.
  ...["192.0.0.0/24", "240.0.0.0/4"],
  // Benchmarks and documentation: what answers there is a laboratory of one's own.
  ...["198.18.0.0/15", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"],
  ...["2001:2::/48", "2001:db8::/32", "3fff::/20"],
  // Discard, segment routing, a translator of one's own (RFC 8215), IPv4-translated (RFC 2765).
  ...["100::/64", "5f00::/16", "64:ff9b:1::/48", "::ffff:0:0:0/96"],
  // Azure's own services for a virtual machine, metadata among them, at a public address.
  "168.63.129.16",
];

/** The networks of a word; IPv4 ones also as NAT64 and 6to4 write them in IPv6 (RFC 6052, RFC 3056). */
export function networksOf(word: Word): Cidr[] {
  const networks = [...LOCAL, ...(word === "private" ? PRIVATE : [])].map(parseCidr);
  return networks.flatMap((network) => [network, ...embedded(network)]);
}

function embedded({ words, bits }: Cidr): Cidr[] {
  if (words.length > 1) return [];
  const [word] = words;
  const sixToFour = [0x20020000 + (word >>> 16), (word & 0xffff) * 0x10000, 0, 0];
  return [
    { words: [0x0064ff9b, 0, 0, word], bits: 96 + bits },
    { words: sixToFour, bits: 16 + bits },
  ];
}

/** Makes the test whether an address, unmapped, is the proxy host's own. */
export function createIsLocal(): (ip: Words) => boolean {
  const networks = networksOf("local");
  return (ip) => holds(networks, ip);
}

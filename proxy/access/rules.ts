/** Rules about clients and targets as they are written on the command line. Pure. */
import { AddressError, isHost, isIpLiteral } from "../net/address.ts";
import { type Cidr, covers, holds, parseCidr } from "../net/cidr.ts";
import type { Words } from "../net/ip.ts";
import { networksOf, type Word, WORDS } from "./networks.ts";

export const CLIENT_FLAGS = ["--allow", "--deny"] as const;
export const TARGET_FLAGS = ["--allow-target", "--deny-target"] as const;
export type AccessFlag = (typeof CLIENT_FLAGS)[number] | (typeof TARGET_FLAGS)[number];

/** One entry of an access flag. */
export interface Rule {
  /** The flag and the entry, as they were written. */
  readonly text: string;
  readonly allow: boolean;
  /** The addresses that it is about; null where addresses do not matter to it. */
  readonly networks: readonly Cidr[] | null;
  /** A host name in lower case, or `.` and a suffix for every name below that; empty where names do not matter. */
  readonly name: string;
  readonly fromPort: number;
  readonly toPort: number;
  /** True where it is about addresses of the proxy's own host and no others. */
  readonly local: boolean;
}

/** Parses one entry of a flag; throws AddressError. */
export function parseRule(flag: AccessFlag, entry: string): Rule {
  const isTarget = (TARGET_FLAGS as readonly string[]).includes(flag);
  const { host, fromPort, toPort } = isTarget ? splitPorts(entry) : anyPort(entry);
  const about = parseAddresses(host) ?? (isTarget ? parseName(host) : null);
  if (!about) throw new AddressError(isTarget ? EXPECTED_TARGET : EXPECTED_CLIENT);
  const own = about.networks && networksOf("local");
  const local = own !== null && about.networks!.every((network) => covers(own, network));
  const allow = flag === "--allow" || flag === "--allow-target";
  return { text: `${flag} ${entry}`, allow, ...about, fromPort, toPort, local };
}

const EXPECTED_CLIENT = "expected an address, address/bits, private, local or *";
const EXPECTED_TARGET =
  "expected an address, address/bits, a host name, *.suffix, private, local or *, each with or " +
  "without :port or :from-to, and IPv6 in brackets before a port";

type About = Pick<Rule, "networks" | "name">;

function parseAddresses(text: string): About | null {
  if (text === "*") return { networks: null, name: "" };
  // In capitals too: taken for a host's name it would be a rule about nothing.
  const word = text.toLowerCase() as Word;
  if (WORDS.includes(word)) return { networks: networksOf(word), name: "" };
  const [address] = text.split("/", 1);
  return isIpLiteral(address) ? { networks: [parseCidr(text)], name: "" } : null;
}

function parseName(text: string): About | null {
  const isSuffix = text.startsWith("*.");
  const name = normalizeHost(isSuffix ? text.slice(2) : text);
  return isHost(name) ? { networks: null, name: isSuffix ? `.${name}` : name } : null;
}

/** A host as rules compare it: in lower case, without the dot of the root. */
export function normalizeHost(host: string): string {
  return (host.endsWith(".") ? host.slice(0, -1) : host).toLowerCase();
}

const anyPort = (host: string) => ({ host, fromPort: 0, toPort: 65535 });

/** `host`, `host:port`, `host:from-to`, with brackets around IPv6 where ports follow. */
function splitPorts(entry: string): { host: string; fromPort: number; toPort: number } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/s.exec(entry);
  if (bracketed && !bracketed[1].includes(":")) throw new AddressError(EXPECTED_TARGET);
  const plain = /^([^:]*)(?::([^:]*))?$/s.exec(entry);
  const [, host, ports] = bracketed ?? plain ?? [entry, entry];
  if (ports === undefined) return anyPort(host);
  const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(ports) ?? [];
  const [fromPort, toPort] = [Number(from), Number(to)];
  if (!(fromPort >= 1 && fromPort <= toPort && toPort <= 65535)) {
    throw new AddressError("expected a port from 1 to 65535 behind the colon, or from-to");
  }
  return { host, fromPort, toPort };
}

/** True if the rule is about this address, unmapped. */
export function isAbout(rule: Rule, ip: Words): boolean {
  return rule.networks === null || holds(rule.networks, ip);
}

/** True if the rule is about this host, as {@link normalizeHost} gives it, and this port. */
export function isAboutHost({ name, fromPort, toPort }: Rule, host: string, port: number): boolean {
  if (port < fromPort || port > toPort) return false;
  if (name === "" || name === host) return true;
  return name.startsWith(".") && host.length > name.length && host.endsWith(name);
}

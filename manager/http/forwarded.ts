/** What a reverse proxy says of its client (RFC 7239, and the X-Forwarded fields before it). Pure. */
import { isIpLiteral, unmapIPv4 } from "../../proxy/net/address.ts";
import { type Cidr, isWithin } from "../../proxy/net/cidr.ts";

/** What may be believed of a request that a trusted proxy has passed on. */
export interface Forwarded {
  /** The address of its client. */
  ip: string;
  /** True where the client speaks TLS to it. */
  secure: boolean;
  /** What Host was; null where it does not say. */
  host: string | null;
}

/** A field's value by its name, several of one name with commas between; null where it is missing. */
export type FieldReader = (name: string) => string | null;

const FIELDS = [
  ...["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"],
];

/** True where some proxy has left its traces. */
export function isForwarded(field: FieldReader): boolean {
  return FIELDS.some((name) => field(name) !== null);
}

/**
 * What to believe where `peer` is trusted. The client is the last address that is not a trusted proxy's: what
 * stands before it the client may have written itself. Forwarded counts only without X-Forwarded-For, since a
 * proxy that writes the one passes on the other as it came.
 */
export function readForwarded(
  field: FieldReader,
  peer: string,
  trusted: readonly Cidr[],
): Forwarded {
  const chain = field("x-forwarded-for");
  const standard = field("forwarded");
  if (chain === null && standard !== null) return readStandard(standard, peer, trusted);
  const hops = (chain ?? "").split(",").map((ip) => ({ ip }));
  return {
    ip: clientOf(hops, peer, trusted).ip,
    secure: last(field("x-forwarded-proto"))?.toLowerCase() === "https",
    host: last(field("x-forwarded-host")),
  };
}

interface Hop {
  ip: string;
  proto?: string;
  host?: string;
}

function readStandard(value: string, peer: string, trusted: readonly Cidr[]): Forwarded {
  const hops = split(value, ",").map((element): Hop => {
    const pairs = split(element, ";").map((pair) => /^\s*(\w+)=(.*?)\s*$/.exec(pair));
    const of = (name: string) =>
      pairs.find((pair) => pair?.[1].toLowerCase() === name)?.[2].replace(/^"(.*)"$/, "$1");
    return { ip: of("for") ?? "", proto: of("proto"), host: of("host") };
  });
  const { ip, proto, host } = clientOf(hops, peer, trusted);
  return { ip, secure: proto?.toLowerCase() === "https", host: host ?? null };
}

/** Goes from the peer towards the client, as long as each hop is trusted; a name or nonsense ends the way. */
function clientOf(hops: readonly Hop[], peer: string, trusted: readonly Cidr[]): Hop {
  let client: Hop = { ip: peer };
  for (const hop of hops.toReversed()) {
    if (!isWithin(trusted, client.ip)) break;
    const ip = addressOf(hop.ip);
    if (ip === null) break;
    client = { ...hop, ip };
  }
  return client;
}

/** An address with or without port and brackets; null for anything else. */
function addressOf(text: string): string | null {
  const match = /^\s*(?:\[([^\]%]+)\](?::\d{1,5})?|([\d.]+)(?::\d{1,5})?|([0-9a-f:.]+))\s*$/i.exec(
    text,
  );
  const ip = match?.[1] ?? match?.[2] ?? match?.[3] ?? "";
  return isIpLiteral(ip) ? unmapIPv4(ip.toLowerCase()) : null;
}

/** The last of a list, which the nearest proxy has written; null for none. */
function last(value: string | null): string | null {
  return value?.split(",").at(-1)?.trim() || null;
}

/** The parts between separators that do not stand in a quoted string. */
function split(text: string, separator: "," | ";"): string[] {
  const parts = [""];
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    if (character === separator && !quoted) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts;
}

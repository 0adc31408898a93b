/**
 * HAProxy's PROXY protocol, versions 1 and 2: who the client is, said by a proxy in front in the first
 * bytes of a connection (the specification is doc/proxy-protocol.txt of HAProxy).
 */
import ipaddr from "ipaddr.js";
import { type Address, isIpLiteral } from "./address.ts";

export const PROXY_VERSIONS = ["v1", "v2"] as const;
export type ProxyVersion = (typeof PROXY_VERSIONS)[number];

/** Where a connection comes from, and where it was made to; both are IP literals. */
export interface Endpoints {
  source: Address;
  destination: Address;
}

/** A header of `size` bytes; `endpoints` is null where it says to keep the connection's own (LOCAL, UNKNOWN). */
export interface ProxyHeader {
  endpoints: Endpoints | null;
  size: number;
}

/** Bytes that are no header; the message says why. */
export class ProxyHeaderError extends Error {
  override name = "ProxyHeaderError";
}

/** The longest header of version 1 (section 2.1). */
const MAX_V1 = 107;
/** The longest header that is taken; one of version 2 could have 64 KiB of extensions. */
export const MAX_PROXY_HEADER = 4096;

const SIGNATURE_V1 = new TextEncoder().encode("PROXY ");
const SIGNATURE_V2 = Uint8Array.of(13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10);
const V2_HEAD = 16;
const TCP4 = 0x11;
const TCP6 = 0x21;

/** The header that announces these endpoints, or with null that the connection is the proxy's own. */
export function encodeProxyHeader(
  version: ProxyVersion,
  endpoints: Endpoints | null,
): Uint8Array<ArrayBuffer> {
  if (version === "v1") return encodeV1(endpoints);
  if (!endpoints) return Uint8Array.of(...SIGNATURE_V2, 0x20, 0, 0, 0);
  const [source, destination] = sameFamily(endpoints).map((ip) => ip.toByteArray());
  const ports = [endpoints.source.port, endpoints.destination.port].flatMap((n) => [n >> 8, n]);
  const family = source.length === 4 ? TCP4 : TCP6;
  const length = 2 * source.length + 4;
  return Uint8Array.of(
    ...SIGNATURE_V2,
    ...[0x21, family, 0, length],
    ...source,
    ...destination,
    ...ports,
  );
}

function encodeV1(endpoints: Endpoints | null): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  if (!endpoints) return encoder.encode("PROXY UNKNOWN\r\n");
  const [source, destination] = sameFamily(endpoints);
  const family = source.kind() === "ipv4" ? "TCP4" : "TCP6";
  const ports = `${endpoints.source.port} ${endpoints.destination.port}`;
  return encoder.encode(`PROXY ${family} ${source} ${destination} ${ports}\r\n`);
}

/** Both addresses in one family: the header has no place for two, so IPv4 is mapped into IPv6 if it must. */
function sameFamily({ source, destination }: Endpoints): (ipaddr.IPv4 | ipaddr.IPv6)[] {
  const ips = [source, destination].map(({ host }) => ipaddr.parse(host.replace(/%.*$/, "")));
  if (ips.every((ip) => ip.kind() === "ipv4")) return ips;
  return ips.map((ip) => ip instanceof ipaddr.IPv4 ? ip.toIPv4MappedAddress() : ip);
}

/**
 * The header that the bytes begin with, or null while it is not whole; throws ProxyHeaderError as soon
 * as it cannot become one.
 */
export function parseProxyHeader(bytes: Uint8Array): ProxyHeader | null {
  if (startsLike(bytes, SIGNATURE_V1)) return parseV1(bytes);
  if (startsLike(bytes, SIGNATURE_V2)) return parseV2(bytes);
  throw new ProxyHeaderError("expected a PROXY protocol header");
}

/** True if the bytes agree with the signature as far as both go. */
function startsLike(bytes: Uint8Array, signature: Uint8Array): boolean {
  const n = Math.min(bytes.length, signature.length);
  for (let i = 0; i < n; i++) if (bytes[i] !== signature[i]) return false;
  return true;
}

function parseV1(bytes: Uint8Array): ProxyHeader | null {
  const end = bytes.subarray(0, MAX_V1).indexOf(10);
  if (end < 0) {
    if (bytes.length < MAX_V1) return null;
    throw new ProxyHeaderError(`expected a line of at most ${MAX_V1} bytes`);
  }
  if (bytes[end - 1] !== 13) throw new ProxyHeaderError("expected CR LF at the end of the line");
  const line = String.fromCharCode(...bytes.subarray(SIGNATURE_V1.length, end - 1));
  const size = end + 1;
  // What follows UNKNOWN is to be ignored (section 2.1).
  if (/^UNKNOWN( |$)/.test(line)) return { endpoints: null, size };
  const match = /^(TCP[46]) (\S+) (\S+) (\S+) (\S+)$/.exec(line);
  if (!match) {
    throw new ProxyHeaderError("expected TCP4, TCP6 or UNKNOWN, two addresses, two ports");
  }
  const [, family, source, destination, sourcePort, destinationPort] = match;
  const v6 = family === "TCP6";
  return {
    endpoints: {
      source: { host: ipOfText(source, v6), port: portOfText(sourcePort) },
      destination: { host: ipOfText(destination, v6), port: portOfText(destinationPort) },
    },
    size,
  };
}

function ipOfText(text: string, v6: boolean): string {
  if (!isIpLiteral(text) || text.includes(":") !== v6 || text.includes("%")) {
    throw new ProxyHeaderError(`expected an IPv${v6 ? 6 : 4} address`);
  }
  return ipaddr.parse(text).toString();
}

function portOfText(text: string): number {
  const port = /^(0|[1-9]\d{0,4})$/.test(text) ? Number(text) : Infinity;
  if (port > 65535) throw new ProxyHeaderError("expected a port from 0 to 65535");
  return port;
}

function parseV2(bytes: Uint8Array): ProxyHeader | null {
  if (bytes.length < V2_HEAD) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const command = bytes[12];
  if (command !== 0x20 && command !== 0x21) {
    throw new ProxyHeaderError("expected version 2 with the command LOCAL or PROXY");
  }
  const length = view.getUint16(14);
  const size = V2_HEAD + length;
  if (size > MAX_PROXY_HEADER) {
    throw new ProxyHeaderError(`expected a header of at most ${MAX_PROXY_HEADER} bytes`);
  }
  const family = bytes[13];
  // Any other family has no address that a record could hold: the connection's own stays (section 2.2).
  const ipBytes = family === TCP4 ? 4 : family === TCP6 ? 16 : 0;
  const local = command === 0x20 || ipBytes === 0;
  if (!local && length < 2 * ipBytes + 4) throw new ProxyHeaderError("expected longer addresses");
  if (bytes.length < size) return null;
  if (local) return { endpoints: null, size };
  const host = (from: number) => ipaddr.fromByteArray([...bytes.subarray(from, from + ipBytes)]);
  const ports = V2_HEAD + 2 * ipBytes;
  return {
    endpoints: {
      source: { host: host(V2_HEAD).toString(), port: view.getUint16(ports) },
      destination: { host: host(V2_HEAD + ipBytes).toString(), port: view.getUint16(ports + 2) },
    },
    size,
  };
}

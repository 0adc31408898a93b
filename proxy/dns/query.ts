import { Buffer } from "node:buffer";
import packet from "dns-packet";
import { isIpLiteral, unmapIPv4 } from "../net/address.ts";
import { DnsError } from "./error.ts";

export type AddressType = "A" | "AAAA";

/** What an answer says of a name. Times to live in seconds. */
export type Answer =
  | { kind: "addresses"; addresses: string[]; ttl: number }
  /** The name does not exist, or has no address of this type; a ttl of 0 is not to be remembered. */
  | { kind: "none"; code: "ENOTFOUND" | "ENODATA"; ttl: number }
  /** The name is another's alias (CNAME), of which the answer says nothing. */
  | { kind: "alias"; target: string; ttl: number };

/** As much of the codec as is used; it comes without types. */
interface Codec {
  RECURSION_DESIRED: number;
  encode(message: object): Uint8Array;
  decode(message: Uint8Array): Message;
}

interface Message {
  rcode: string;
  answers: ResourceRecord[];
  authorities: ResourceRecord[];
  additionals: ResourceRecord[];
}

interface ResourceRecord {
  name: string;
  type: string;
  class?: string;
  ttl?: number;
  data?: unknown;
  extendedRcode?: number;
}

/** What fits into a datagram on every path (DNS Flag Day 2020; RFC 9715). */
const UDP_PAYLOAD = 1232;
const HEADER_BYTES = 12;
/** More than any honest answer holds; bounds what reading one may cost. */
const MAX_RECORDS = 512;
/** Of each type. */
const MAX_ADDRESSES = 8;
const MAX_ALIASES = 16;

/** True for a name that can be asked for: labels of 1 to 63 bytes, 253 in all (RFC 1035, section 2.3.4). */
export function isQueryName(name: string): boolean {
  return name.length <= 253 && /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/i.test(name);
}

/** The message that asks for a name's addresses, with id 0; throws DnsError for what cannot be a name. */
export function encodeQuery(name: string, type: AddressType): Uint8Array<ArrayBuffer> {
  if (!isQueryName(name)) throw new DnsError("ENOTFOUND", "not a name that can be asked for");
  const codec: Codec = packet;
  return new Uint8Array(codec.encode({
    type: "query",
    id: 0,
    flags: codec.RECURSION_DESIRED,
    questions: [{ name, type, class: "IN" }],
    additionals: [{ type: "OPT", name: ".", udpPayloadSize: UDP_PAYLOAD, flags: 0, options: [] }],
  }));
}

/** The same message with another id, of 16 bits. */
export function withId(query: Uint8Array, id: number): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(query);
  message[0] = id >> 8;
  message[1] = id & 0xff;
  return message;
}

/** An id that nobody can guess (RFC 5452, section 9.2). */
export function randomId(): number {
  return crypto.getRandomValues(new Uint16Array(1))[0];
}

/** True for a response with the query's id and its one question (RFC 5452, section 9.1). */
export function isAnswerTo(message: Uint8Array, query: Uint8Array): boolean {
  const end = questionEnd(query);
  if (message.length < end || message[0] !== query[0] || message[1] !== query[1]) return false;
  const isResponse = (message[2] & 0xf8) === 0x80;
  if (!isResponse || message[4] !== 0 || message[5] !== 1) return false;
  for (let i = HEADER_BYTES; i < end; i++) if (message[i] !== query[i]) return false;
  return true;
}

/** Where the question of one of our queries ends: behind its name, type and class. */
function questionEnd(query: Uint8Array): number {
  let at = HEADER_BYTES;
  while (query[at] !== 0) at += query[at] + 1;
  return at + 5;
}

/** True if the answer did not fit, so that TCP is to be used (RFC 7766, section 5). */
export function isTruncated(message: Uint8Array): boolean {
  return (message[2] & 0x02) !== 0;
}

/**
 * What the response says of the name that was asked for, CNAMEs followed; other records in it mean
 * nothing. Throws DnsError: ESERVFAIL for a server that does not know, EBADRESP for what cannot be read.
 */
export function decodeAnswer(bytes: Uint8Array, name: string, type: AddressType): Answer {
  const { rcode, answers, authorities, additionals } = decode(bytes);
  const extended = additionals.find((record) => record.type === "OPT")?.extendedRcode ?? 0;
  if ((rcode !== "NOERROR" && rcode !== "NXDOMAIN") || extended !== 0) {
    throw new DnsError("ESERVFAIL", `the server answers ${extended ? "BADVERS" : rcode}`);
  }
  const { owner, ttl } = followAliases(answers, name.toLowerCase());
  const found = answers.filter((record) => record.type === type && isOf(record, owner));
  if (found.length > 0) {
    const addresses = new Set(found.map(addressOf));
    return {
      kind: "addresses",
      addresses: [...addresses].slice(0, MAX_ADDRESSES),
      ttl: Math.min(ttl, ...found.map(ttlOf)),
    };
  }
  const negative = negativeTtl(authorities);
  if (rcode === "NXDOMAIN") return { kind: "none", code: "ENOTFOUND", ttl: negative ?? 0 };
  if (negative === null && owner !== name.toLowerCase()) {
    return { kind: "alias", target: owner, ttl };
  }
  return { kind: "none", code: "ENODATA", ttl: Math.min(ttl, negative ?? 0) };
}

function decode(bytes: Uint8Array): Message {
  const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (message.length < HEADER_BYTES) throw new DnsError("EBADRESP", "the answer is cut short");
  let records = 0;
  for (let at = 4; at < HEADER_BYTES; at += 2) records += message.readUInt16BE(at);
  if (records > MAX_RECORDS) throw new DnsError("EBADRESP", `the answer has ${records} records`);
  try {
    const codec: Codec = packet;
    return codec.decode(message);
  } catch {
    // The codec throws whatever the bytes lead it to.
    throw new DnsError("EBADRESP", "the answer cannot be read");
  }
}

/** The name at the end of the chain that begins at `name`, and the least time to live on the way. */
function followAliases(answers: ResourceRecord[], name: string): { owner: string; ttl: number } {
  let owner = name;
  let ttl = Infinity;
  for (let hops = 0; hops < MAX_ALIASES; hops++) {
    const alias = answers.find((record) => record.type === "CNAME" && isOf(record, owner));
    if (!alias) return { owner, ttl };
    owner = String(alias.data).toLowerCase();
    ttl = Math.min(ttl, ttlOf(alias));
  }
  throw new DnsError("ESERVFAIL", `more than ${MAX_ALIASES} aliases one after the other`);
}

/** The codec makes half an address of data that is cut short. */
function addressOf({ data }: ResourceRecord): string {
  const address = String(data);
  if (!isIpLiteral(address)) throw new DnsError("EBADRESP", "the answer has half an address");
  return unmapIPv4(address);
}

function isOf(record: ResourceRecord, owner: string): boolean {
  return record.class === "IN" && record.name.toLowerCase() === owner;
}

/** For how long the absence may be remembered (RFC 2308, section 5); null if the answer does not say. */
function negativeTtl(authorities: ResourceRecord[]): number | null {
  const soa = authorities.find((record) => record.type === "SOA");
  const minimum = (soa?.data as { minimum?: unknown } | undefined)?.minimum;
  return soa && typeof minimum === "number" ? Math.min(ttlOf(soa), minimum) : null;
}

/** One with the highest bit set is none (RFC 2181, section 8). */
function ttlOf({ ttl = 0 }: ResourceRecord): number {
  return ttl > 0x7fffffff ? 0 : ttl;
}

/**
 * The wire contract between a proxy and its manager: one JSON object per UDP datagram.
 * Everything is cumulative and every datagram carries the summary, so any one that arrives sets the
 * proxy's totals right; loss, duplication and reordering do no harm.
 */
import { z } from "zod";
import { backendSchema, MAX_BACKENDS } from "./backend_record.ts";
import { labelsPartSchema } from "./labels_record.ts";
import { limitsSchema } from "./limits_record.ts";

/** Datagrams stay below the smallest usual MTU, so that none is fragmented on its way. */
export const MAX_DATAGRAM_BYTES = 1400;

/** The longest `refresh_s`. */
export const MAX_REFRESH_SECONDS = 1e6;

/** What a connection is doing; the first two count as active, and `rejected` ones are in no total but their own. */
export const CONNECTION_STATES = ["connecting", "active", "closed", "failed", "rejected"] as const;
export type ConnectionState = (typeof CONNECTION_STATES)[number];

/** One connection: times in Unix seconds, sizes in bytes; `id` is a counter per boot of the proxy. */
export interface ConnectionRecord {
  id: number;
  client_ip: string;
  client_port: number;
  target: string;
  bytes_sent: number;
  bytes_received: number;
  start_time: number;
  last_activity: number;
  state: ConnectionState;
  user: string;
  /** Why it ended, as one token such as `refused`; empty while it runs. */
  reason: string;
  requests: number;
}

/** True while a connection in this state holds its client's socket. */
export function isActive(state: ConnectionState): boolean {
  return state === "active" || state === "connecting";
}

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const time = z.number().min(0).max(1e11);
const token = z.string().max(64);

/** A proxy's identity: letters, digits, `.`, `_`, `-`, at most 128 of them. */
export const proxyIdSchema = z.string().regex(/^[A-Za-z0-9._-]{1,128}$/);

const header = {
  v: z.literal(1),
  proxy_id: proxyIdSchema,
  boot_id: z.string().regex(/^[0-9a-f]{32}$/),
  seq: count,
  sent_at: time,
  interval: z.number().min(0.05).max(3600),
  /**
   * Every live connection is sent at least once in so many seconds, at the present number of them and
   * however much changes; most are sent far more often.
   */
  refresh_s: z.number().min(0).max(MAX_REFRESH_SECONDS),
  state: z.enum(["running", "draining", "stopped"]),
  proxy_type: z.string().min(1).max(16),
  listen_addr: z.string().max(300),
  host: z.string().max(255),
  version: z.string().max(32),
  start_time: time,
  total_connections: count,
  active_connections: count,
  total_bytes_sent: count,
  total_bytes_received: count,
  rejected_connections: count,
  failed_connections: count,
  /**
   * Live connections of which no datagram has told yet, and those of this interval have no room to: nobody
   * can have them. Once told of, one is not among them, for its turn comes again within `refresh_s`.
   */
  omitted_connections: count,
};

/** A connection as it travels, in the order of {@link encodeRecord}. */
export type WireRecord = [
  ...[id: number, clientIp: string, clientPort: number, target: string],
  ...[bytesSent: number, bytesReceived: number, startTime: number, lastActivity: number],
  ...[state: ConnectionState, user: string, reason: string, requests: number],
];

/** Checked by hand: a manager gets tens of thousands of them a second, and a schema takes as long as all the rest. */
export function isWireRecord(value: unknown): value is WireRecord {
  if (!Array.isArray(value) || value.length !== 12) return false;
  const [id, ip, port, target, sent, received, start, last, state, user, reason, requests] = value;
  return isCount(id) && isText(ip, 64) && isCount(port) && port <= 65535 && isText(target, 300) &&
    isCount(sent) && isCount(received) && isTime(start) && isTime(last) &&
    CONNECTION_STATES.includes(state) && isText(user, 255) && isText(reason, 64) &&
    isCount(requests);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTime(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= 1e11;
}

/** `max` counts characters, as schemas do, of which some take two places in a string. */
function isText(value: unknown, max: number): boolean {
  if (typeof value !== "string") return false;
  return value.length <= max || value.length <= 2 * max && [...value].length <= max;
}

const MAX_RECORDS = 2000;
const recordsSchema = z.custom<WireRecord[]>((value) => {
  return Array.isArray(value) && value.length <= MAX_RECORDS && value.every(isWireRecord);
});

/** A datagram with connection records, each an array in the order of {@link encodeRecord}. */
export const connectionsDatagramSchema = z.object({
  ...header,
  kind: z.literal("connections"),
  connections: recordsSchema,
});

/**
 * A datagram with what is not needed each time: counters of failed and rejected connections by reason,
 * backends, each an array as in backend_record.ts, limits and labels; not all need to be there.
 */
export const detailDatagramSchema = z.object({
  ...header,
  kind: z.literal("detail"),
  reasons: z.record(token, count),
  backends: z.array(backendSchema).max(MAX_BACKENDS).default([]),
  limits: limitsSchema.optional(),
  labels: labelsPartSchema.optional(),
});

export const datagramSchema = z.discriminatedUnion("kind", [
  connectionsDatagramSchema,
  detailDatagramSchema,
]);
export type Datagram = z.infer<typeof datagramSchema>;

/** What every datagram carries beside its kind and its payload. */
export type Summary = Omit<
  z.infer<typeof detailDatagramSchema>,
  "kind" | "reasons" | "backends" | "limits" | "labels"
>;

/** A connection as the array that travels, in the order that the contract fixes. */
export function encodeRecord(c: ConnectionRecord): WireRecord {
  return [
    c.id,
    c.client_ip,
    c.client_port,
    c.target,
    c.bytes_sent,
    c.bytes_received,
    c.start_time,
    c.last_activity,
    c.state,
    c.user,
    c.reason,
    c.requests,
  ];
}

/** The connection that {@link encodeRecord} wrote. */
export function decodeRecord(r: WireRecord): ConnectionRecord {
  return {
    id: r[0],
    client_ip: r[1],
    client_port: r[2],
    target: r[3],
    bytes_sent: r[4],
    bytes_received: r[5],
    start_time: r[6],
    last_activity: r[7],
    state: r[8],
    user: r[9],
    reason: r[10],
    requests: r[11],
  };
}

const encoder = new TextEncoder();

/**
 * One `connections` datagram with as many of the records, from `from` on, as fit into `maxBytes`.
 * Returns the bytes and the index of the first record that did not fit. A record too large for a
 * datagram of its own is sent with its target and user cut short.
 */
export function encodeConnections(
  summary: Summary,
  records: readonly ConnectionRecord[],
  from = 0,
  maxBytes = MAX_DATAGRAM_BYTES,
): { bytes: Uint8Array; next: number } {
  const head = JSON.stringify({ kind: "connections", ...summary }).slice(0, -1) +
    ',"connections":[';
  // The brackets that close it, less the comma that the first record has not before it.
  let size = byteLength(head) + 1;
  const parts: string[] = [];
  let next = from;
  for (; next < records.length; next++) {
    let text = JSON.stringify(encodeRecord(records[next]));
    if (size + byteLength(text) + 1 > maxBytes) {
      if (parts.length > 0) break;
      text = encodeClipped(records[next], maxBytes - size);
    }
    parts.push(text);
    size += byteLength(text) + 1;
  }
  return { bytes: encoder.encode(head + parts.join(",") + "]}"), next };
}

/** The record with its target and user cut shorter until it takes less than `room` bytes, if it can. */
function encodeClipped(c: ConnectionRecord, room: number): string {
  let text = "";
  // A character takes up to six bytes, so no single length would do for all.
  for (let keep = 128; keep > 0; keep >>= 1) {
    const target = c.target.slice(0, keep);
    text = JSON.stringify(encodeRecord({ ...c, target, user: c.user.slice(0, keep >> 1) }));
    if (byteLength(text) < room) break;
  }
  return text;
}

/** Bytes of the text in UTF-8. */
export function byteLength(text: string): number {
  // Nearly every record is ASCII; counting is then the length, with no copy.
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 127) return encoder.encode(text).length;
  }
  return text.length;
}

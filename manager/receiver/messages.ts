import type { Address } from "../../proxy/net/address.ts";
import type { StatsKey } from "../sealed/keys.ts";
import type { Seal } from "../sealed/unsealer.ts";

/** What the receiving thread is told first. */
export interface ReceiverStart {
  kind: "receive";
  listen: Address;
  /** Datagrams a second from one source address. */
  rate: number;
  /** With which keys reports have to be sealed; null for reports in clear. */
  keys: StatsKey[] | null;
}

/** What it is told from then on: what became of a batch. */
export interface Acknowledgement {
  kind: "taken";
  /** Addresses, new to the receiver, whose reports were accepted. */
  accepted: string[];
}

/** Or which keys there are from now on. */
export interface NewKeys {
  kind: "keys";
  keys: StatsKey[];
}

export type ToReceiver = ReceiverStart | Acknowledgement | NewKeys;

/** One datagram of a {@link Batch}. */
export interface Received {
  /** Bytes; it lies behind those before it. */
  length: number;
  /** The sender's address. */
  source: string;
  /** The receiver does not know this address as a proxy's yet. */
  isNew: boolean;
  /** When it arrived, in Unix milliseconds of the system's clock. */
  atMs: number;
  /** Of a report that was sealed; its bytes are opened already. */
  seal?: Seal;
}

/** Datagrams that arrived, end to end. */
export interface Batch {
  bytes: Uint8Array<ArrayBuffer>;
  items: Received[];
}

/** What the receiver dropped since it started: all in all, and datagrams by reason. */
export interface ReceiverCounters {
  datagrams: number;
  bytes: number;
  dropped: Record<string, number>;
  /** Failed attempts to receive. */
  errors: number;
  /** Addresses known as proxies'. */
  sources: number;
}

/** What the receiving thread tells: first whether it listens, then what arrived. */
export type FromReceiver =
  | { kind: "listening"; hostname: string; port: number }
  | { kind: "refused"; name: string; message: string }
  | { kind: "batch"; batch: Batch; counters: ReceiverCounters }
  | { kind: "counters"; counters: ReceiverCounters };

/** The thread's end of the channel to the one that started it. */
export interface ReceiverPort {
  onmessage: ((event: MessageEvent<ToReceiver>) => void) | null;
  postMessage(message: FromReceiver, transfer: Transferable[]): void;
}

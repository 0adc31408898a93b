import type { Refusal } from "./refusals.ts";

/** How long a connection may take for what; in milliseconds. */
export interface Deadlines {
  /** From the connection, or from a later request's first byte, to the end of the head, with TLS before it. */
  head: number;
  /** From a head to the end of its body. */
  body: number;
  /** From one reply to the next request. */
  idle: number;
  /** With nothing moving while a request is served, or with bytes that the client does not take. */
  stall: number;
  /** From the end of a reply that is the last one until the client has closed. */
  linger: number;
}

/** What a connection is at. */
export type State = "tls" | "head" | "serving" | "idle" | "next_head" | "websocket" | "ending";

/** Why a state's deadline ends the connection; what is not here has its own way. */
export const EXPIRED: Partial<Record<State, Refusal>> = {
  tls: "tls_failed",
  next_head: "slow_head",
  idle: "idle",
  serving: "stalled",
};

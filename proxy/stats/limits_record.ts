/** What a proxy reports of its limits, as a part of the contract in report.ts. */
import { z } from "zod";

const limit = z.number().min(0).max(Number.MAX_SAFE_INTEGER).nullable();

/** The limits of a whole proxy, however many threads it has; null is no limit, times in seconds. */
export const limitsSchema = z.object({
  /** Connections at a time. */
  max_connections: limit,
  /** Connections at a time of one client address. */
  max_connections_per_client: limit,
  /** New connections a second of one client address. */
  accept_rate: limit,
  /** How long a connection stays open on which nothing moves. */
  idle_timeout: limit,
  /** Bytes a second of the whole proxy, each way. */
  bandwidth: limit,
  /** Bytes a second of one connection, each way. */
  bandwidth_per_connection: limit,
  connect_timeout: limit,
  drain_timeout: limit,
  /** Bytes of a head; of an http proxy alone. */
  max_header_size: limit,
  /** Bytes of a request's body; of an http proxy alone. */
  max_body_size: limit,
});

export type LimitsRecord = z.infer<typeof limitsSchema>;

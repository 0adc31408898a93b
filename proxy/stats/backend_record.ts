/** What a proxy reports of one backend, as a part of the contract in report.ts. */
import { z } from "zod";

/** Backends that a proxy has, and that are kept of one, at most. */
export const MAX_BACKENDS = 256;

/**
 * What a backend is good for: `down` by its health checks, `set_aside` since a connection failed; told to
 * take no new connections it is `drained`, told to take none and be checked no more `disabled`, and
 * `removed` it is no longer one of the backends, though it may have connections yet.
 */
export const BACKEND_STATES = [
  ...["up", "down", "set_aside"] as const,
  ...["drained", "disabled", "removed"] as const,
] as const;

/** One backend of a tcp proxy; its figures are those of this boot, sizes in bytes. */
export interface BackendRecord {
  /** `host:port`. */
  name: string;
  weight: number;
  state: (typeof BACKEND_STATES)[number];
  active_connections: number;
  total_connections: number;
  bytes_sent: number;
  bytes_received: number;
  /** Connections that could not be made. */
  errors: number;
  /** How long the last health check took; null where none was made or the last failed. */
  check_latency_ms: number | null;
}

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** A backend as it travels, in the order of {@link encodeBackend}. */
export const backendSchema = z.tuple([
  z.string().max(300),
  count,
  z.enum(BACKEND_STATES),
  count,
  count,
  count,
  count,
  count,
  z.number().min(0).max(1e7).nullable(),
]);

export type WireBackend = z.infer<typeof backendSchema>;

/** A backend as the array that travels. */
export function encodeBackend(b: BackendRecord): WireBackend {
  return [
    b.name,
    b.weight,
    b.state,
    b.active_connections,
    b.total_connections,
    b.bytes_sent,
    b.bytes_received,
    b.errors,
    b.check_latency_ms,
  ];
}

/** The backend that {@link encodeBackend} wrote. */
export function decodeBackend(b: WireBackend): BackendRecord {
  return {
    name: b[0],
    weight: b[1],
    state: b[2],
    active_connections: b[3],
    total_connections: b[4],
    bytes_sent: b[5],
    bytes_received: b[6],
    errors: b[7],
    check_latency_ms: b[8],
  };
}

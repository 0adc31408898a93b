/** Why a connection or a request could not be served, as one token for records and counters. */
export type FailureReason =
  | "connect_refused"
  | "connect_timeout"
  | "connect_reset"
  | "connect_failed"
  | "host_unreachable"
  | "network_unreachable"
  | "name_not_found"
  | "name_error"
  | "dns_busy"
  | "no_descriptors"
  | "auth_failed"
  | "client_denied"
  | "client_blocked"
  | "no_backend"
  | "target_denied"
  | "foreign_protocol"
  | "auth_busy"
  | "tls_failed"
  | "port_denied"
  | "body_too_large"
  | "request_timeout"
  | "response_timeout"
  | "bad_proxy_header"
  | "max_connections_per_client"
  | "accept_rate"
  | "bad_request"
  | "bad_response"
  | "loop_detected"
  | "handshake_timeout"
  | "unsupported"
  | "client_gone"
  | "client_reset"
  | "target_gone"
  | "target_reset"
  | "drain_timeout"
  | "internal_error";

/** A connection that failed for a known reason; never a defect of the program. */
export class Failure extends Error {
  override name = "Failure";
  constructor(readonly reason: FailureReason, message: string = reason) {
    super(message);
  }
}

/** The system's error code (`ECONNRESET`, …) of an error, or an empty string. */
export function errorCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === "string") return code;
  if (error instanceof Deno.errors.ConnectionRefused) return "ECONNREFUSED";
  if (error instanceof Deno.errors.ConnectionReset) return "ECONNRESET";
  if (error instanceof Deno.errors.BrokenPipe) return "EPIPE";
  if (error instanceof Deno.errors.TimedOut) return "ETIMEDOUT";
  return "";
}

import type { FailureReason } from "../net/failure.ts";

/** A message that breaks the rules, or a request that cannot be served: the status to answer and why. */
export class HttpError extends Error {
  override name = "HttpError";
  constructor(
    readonly status: number,
    message: string,
    readonly reason: FailureReason = "bad_request",
    /** Fields of the answer beside the usual ones, each as `Name: value`. */
    readonly fields: readonly string[] = [],
  ) {
    super(message);
  }
}

const PHRASES: Record<number, string> = {
  400: "Bad Request",
  403: "Forbidden",
  407: "Proxy Authentication Required",
  408: "Request Timeout",
  413: "Content Too Large",
  414: "URI Too Long",
  417: "Expectation Failed",
  431: "Request Header Fields Too Large",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
  508: "Loop Detected",
};

/** What Proxy-Status calls each reason (RFC 9209, section 2.3); what is not here is the client's fault. */
const ERROR_TYPES: Partial<Record<FailureReason, string>> = {
  connect_refused: "connection_refused",
  connect_timeout: "connection_timeout",
  connect_reset: "connection_terminated",
  connect_failed: "destination_unavailable",
  host_unreachable: "destination_ip_unroutable",
  network_unreachable: "destination_ip_unroutable",
  name_not_found: "dns_error",
  name_error: "dns_error",
  dns_busy: "dns_error",
  no_descriptors: "connection_limit_reached",
  auth_failed: "http_request_denied",
  auth_busy: "proxy_internal_error",
  client_denied: "http_request_denied",
  target_denied: "http_request_denied",
  port_denied: "http_request_denied",
  bad_response: "http_protocol_error",
  response_timeout: "http_response_timeout",
  target_gone: "http_response_incomplete",
  target_reset: "connection_terminated",
  loop_detected: "proxy_loop_detected",
  internal_error: "proxy_internal_error",
};

const encoder = new TextEncoder();

export interface ErrorOptions {
  /** The name of this proxy, for Proxy-Status. */
  via: string;
  /** Whether the client's connection stays open. */
  keepAlive: boolean;
  /** Whether the request was HEAD: the body is left out (RFC 9110, section 9.3.2). */
  head?: boolean;
}

/** The proxy's own answer: a short text that says why, and Proxy-Status (RFC 9209). */
export function encodeError(
  error: HttpError,
  { via, keepAlive, head = false }: ErrorOptions,
): Uint8Array {
  const body = encoder.encode(`${error.status} ${PHRASES[error.status]}: ${error.message}\n`);
  const lines = [
    `HTTP/1.1 ${error.status} ${PHRASES[error.status]}`,
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${body.length}`,
    ...error.fields,
    `Proxy-Status: ${via}; error=${ERROR_TYPES[error.reason] ?? "http_request_error"}`,
    ...(keepAlive ? [] : ["Connection: close"]),
    "",
    "",
  ];
  const start = encoder.encode(lines.join("\r\n"));
  if (head) return start;
  const answer = new Uint8Array(start.length + body.length);
  answer.set(start);
  answer.set(body, start.length);
  return answer;
}

/** Why the HTTP side turned somebody away; each is counted. */
export const REFUSALS = [
  "too_many_connections",
  "too_many_of_client",
  "not_tls",
  "tls_failed",
  "slow_head",
  "slow_body",
  "head_too_large",
  "target_too_long",
  "bad_request",
  "bad_path",
  "not_http",
  "idle",
  "stalled",
  "inner_failed",
  "message_too_big",
  "slow_viewer",
  "silent_viewer",
  "slow_proxy",
  "silent_proxy",
  "no_descriptors",
  "host_missing",
  "host_not_allowed",
  "origin_not_allowed",
  "change_not_allowed",
  "login_required",
  "admin_required",
  "wrong_credentials",
  "too_many_attempts",
  "login_busy",
  "method_not_allowed",
  "body_too_large",
  "wrong_type",
  "bad_json",
  "bad_upgrade",
  "bad_version",
  "too_many_viewers",
  "control_off",
  "id_taken",
  "too_many_orders",
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** How often each refusal has happened. */
export class Refusals {
  readonly counts: Record<Refusal, number>;

  constructor() {
    this.counts = Object.fromEntries(REFUSALS.map((name) => [name, 0])) as Record<Refusal, number>;
  }

  note(refusal: Refusal): void {
    this.counts[refusal]++;
  }

  /** Counts an error that the application has answered, if its code is that of a refusal. */
  noteError(code: string): void {
    if (Object.hasOwn(this.counts, code)) this.counts[code as Refusal]++;
  }
}

const PHRASES: Record<number, string> = {
  400: "Bad Request",
  404: "Not Found",
  408: "Request Timeout",
  414: "URI Too Long",
  417: "Expectation Failed",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  501: "Not Implemented",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported",
};

/** A reply that is sent before any application is asked; the connection is closed behind it. */
export function refusalReply(status: number, code: string, message: string): Uint8Array {
  const body = new TextEncoder().encode(JSON.stringify({ error: { code, message } }));
  const head = [
    `HTTP/1.1 ${status} ${PHRASES[status]}`,
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
    "Connection: close",
    "Cache-Control: no-store",
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy: same-origin",
    "X-Content-Type-Options: nosniff",
    ...(status === 429 || status === 503 ? ["Retry-After: 10"] : []),
  ];
  return new Uint8Array([...new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n`), ...body]);
}

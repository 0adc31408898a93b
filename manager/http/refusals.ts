/** Why the HTTP side turned somebody away; each is counted. */
export const REFUSALS = [
  "too_many_connections",
  "too_many_of_client",
  "slow_head",
  "head_too_large",
  "not_http",
  "idle",
  "stalled",
  "inner_failed",
  "message_too_big",
  "slow_viewer",
  "silent_viewer",
  "body_too_large",
  "no_descriptors",
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
}

/** A reply that is sent before any application is asked; the connection is closed behind it. */
export function refusalReply(status: string, code: string, message: string): Uint8Array {
  const body = JSON.stringify({ error: { code, message } });
  const head = [
    `HTTP/1.1 ${status}`,
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
    "Connection: close",
    ...(status.startsWith("429") || status.startsWith("503") ? ["Retry-After: 10"] : []),
  ];
  return new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n${body}`);
}

import { type Delivery, encodeDelivery, signature } from "./payload.ts";
import type { WebhookOptions } from "./webhook_schema.ts";

/** What became of one attempt to deliver. */
export interface Attempted {
  ok: boolean;
  /** Null where nobody answered. */
  status: number | null;
  /** For people; it repeats nothing of the URL but its host. */
  detail: string;
  /** Whether another attempt may go better. */
  retry: boolean;
  /** How long the receiver asked to be left alone, in milliseconds. */
  waitMs: number;
}

export interface AttemptDeps {
  fetch: typeof fetch;
  /** The system's clock in Unix milliseconds, which signatures tell. */
  wall: () => number;
  version: string;
}

/** Sends a delivery once, until the signal ends it; never throws. */
export async function attempt(
  delivery: Delivery,
  options: WebhookOptions,
  { fetch, wall, version }: AttemptDeps,
  signal: AbortSignal,
): Promise<Attempted> {
  const body = encodeDelivery(delivery, options);
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "user-agent": `rustproxy/${version}`,
    "x-rustproxy-delivery": delivery.id,
  };
  if (options.secret !== null) {
    headers["x-rustproxy-signature"] = signature(options.secret, body, Math.floor(wall() / 1000));
  }
  try {
    const init = { method: "POST", headers, body, redirect: "manual", signal } as const;
    const response = await fetch(options.url, init);
    // Only the status counts; a body that never ends must not be waited for.
    response.body?.cancel().catch(() => {});
    return judge(response, wall());
  } catch (error) {
    const detail = signal.aborted ? String(signal.reason) : reasonOf(error, options.url);
    return { ok: false, status: null, detail, retry: true, waitMs: 0 };
  }
}

function judge({ status, headers }: Response, nowMs: number): Attempted {
  const answer = { ok: false, status, retry: false, waitMs: 0 };
  if (status >= 200 && status < 300) return { ...answer, ok: true, detail: `${status}` };
  if (status >= 300 && status < 400) {
    return { ...answer, detail: `${status}: redirects are not followed` };
  }
  const retry = status >= 500 || status === 408 || status === 429;
  const waitMs = retry ? retryAfter(headers.get("retry-after"), nowMs) : 0;
  return { ...answer, detail: `answered with ${status}`, retry, waitMs };
}

/** Retry-After in milliseconds: seconds or a date (RFC 9110, section 10.2.3). */
function retryAfter(value: string | null, nowMs: number): number {
  if (value === null) return 0;
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return ms > 0 ? ms : 0;
}

/** The runtime's errors name the whole URL. */
function reasonOf(error: unknown, url: string): string {
  const text = error instanceof Error ? error.message : "";
  const reason = text.includes("): ") ? text.slice(text.lastIndexOf("): ") + 3) : "";
  const { pathname, search } = new URL(url);
  const secrets = [pathname, search].filter((part) => part.length > 1);
  const harmless = reason !== "" && !secrets.some((secret) => reason.includes(secret));
  return `cannot be reached${harmless ? ` (${reason.slice(0, 200)})` : ""}`;
}

import type { Context } from "hono";
import type { Refusal } from "../auth/verifier.ts";
import type { ManagerEnv } from "./env.ts";
import { errorReply } from "./errors.ts";

/**
 * The cookie that holds a session's id, as its name begins: no cookie is of one port, so managers on one host
 * have names of their own.
 */
export const SESSION_COOKIE = "rustproxy_session";

/** The client's address, for delays and the audit log; the same for all who have none. */
export function addressOf(c: Context<ManagerEnv>): string {
  return c.env?.client?.ip ?? "";
}

/** Says that somebody is not taken for whom they say. */
export function refuse(c: Context, { refused, retryAfter }: Refusal) {
  if (retryAfter > 0) c.header("Retry-After", String(retryAfter));
  if (refused === "wrong_credentials") {
    challenge(c);
    return errorReply(c, 401, refused, "No account has this name and this password, or this token");
  }
  if (refused === "too_many_attempts") {
    const message = `Too many attempts were wrong: the next is looked at in ${retryAfter} s`;
    return errorReply(c, 429, refused, message);
  }
  return errorReply(
    c,
    503,
    refused,
    "Too many passwords wait to be checked: try again in a second",
  );
}

/**
 * Says how somebody may say who they are (RFC 9110, section 11.6.1). To browsers not by Basic: they would open a
 * box of their own before the page does, and remember what is typed there for ever.
 */
export function challenge(c: Context): void {
  c.header("WWW-Authenticate", 'Bearer realm="rustproxy"');
  if (c.req.header("user-agent")?.startsWith("Mozilla/")) return;
  c.header("WWW-Authenticate", 'Basic realm="rustproxy", charset="UTF-8"', { append: true });
}

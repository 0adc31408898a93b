import type { Context, MiddlewareHandler } from "hono";
import { isIpLiteral } from "../../proxy/net/address.ts";
import { errorReply } from "./errors.ts";

/**
 * Answers only to names that are the manager's own, so that no name which an attacker points at
 * this address (DNS rebinding) makes a browser read from it: loopback names, IP literals and
 * `publicHosts`. 400 without a Host header, 421 with a foreign one (RFC 9110, section 15.5.20).
 */
export function hostGuard(publicHosts: readonly string[]): MiddlewareHandler {
  const known = new Set(publicHosts.map(normalName));
  return async (c, next) => {
    const host = c.req.header("host");
    if (!host) return errorReply(c, 400, "host_missing", "The Host header is missing");
    const name = hostName(host);
    if (name !== null && (isLocalName(name) || isIpLiteral(name) || known.has(name))) {
      return await next();
    }
    return errorReply(
      c,
      421,
      "host_not_allowed",
      "This manager does not answer to that name; start it with --public-host to allow it",
    );
  };
}

/**
 * Refuses with 403 a request that a page of another origin makes; one without Origin is no browser's.
 * The scheme may be either, for a front may add TLS.
 */
export const originGuard: MiddlewareHandler = async (c, next) => {
  const origin = c.req.header("origin");
  if (origin === undefined || isOwnOrigin(origin, c)) return await next();
  return errorReply(c, 403, "origin_not_allowed", "Only the manager's own pages may connect");
};

function isOwnOrigin(origin: string, c: Context): boolean {
  const url = URL.parse(origin);
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) return false;
  // Parsed with the same scheme, a default port is left out of both.
  return url.host === URL.parse(`${url.protocol}//${c.req.header("host")}`)?.host;
}

/** The name in a Host header, without port, brackets and final dot, in lower case; null if it is none. */
function hostName(host: string): string | null {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/@]+))(?::\d{1,5})?$/.exec(host);
  return match ? normalName(match[1] ?? match[2]) : null;
}

function normalName(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

function isLocalName(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost");
}

import type { Context, MiddlewareHandler } from "hono";
import { isIpLiteral } from "../../proxy/net/address.ts";
import type { ManagerEnv } from "./env.ts";
import { errorReply } from "./errors.ts";

/**
 * Answers only to names that are the manager's own, so that no name which an attacker points at
 * this address (DNS rebinding) makes a browser read from it: loopback names, IP literals and
 * `publicHosts`. 400 without a Host header, 421 with a foreign one (RFC 9110, section 15.5.20).
 */
export function hostGuard(publicHosts: readonly string[]): MiddlewareHandler<ManagerEnv> {
  // Looked at anew each time: they may change while the manager runs.
  const isKnown = (name: string) => publicHosts.some((known) => normalName(known) === name);
  return async (c, next) => {
    const host = hostOf(c);
    if (!host) return errorReply(c, 400, "host_missing", "The Host header is missing");
    const name = hostName(host);
    if (name !== null && (isLocalName(name) || isIpLiteral(name) || isKnown(name))) {
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
 * Refuses with 403 what a page of another origin asks for, be it to read, to embed or to change: told by
 * Sec-Fetch-Site, and where a browser does not send that, by Origin. A link that leads here is no such request.
 */
export const originGuard: MiddlewareHandler<ManagerEnv> = async (c, next) => {
  const site = c.req.header("sec-fetch-site");
  const origin = c.req.header("origin");
  const foreign = site !== undefined && site !== "same-origin" && site !== "none" && !isVisit(c);
  if (!foreign && (origin === undefined || isOwnOrigin(origin, c))) return await next();
  return errorReply(c, 403, "origin_not_allowed", "Only the manager's own pages may ask for this");
};

/** True where a browser goes to a page of the manager, which whoever sent it there cannot read. */
function isVisit({ req }: Context): boolean {
  return req.method === "GET" && req.header("sec-fetch-mode") === "navigate" &&
    req.header("sec-fetch-dest") === "document";
}

/** The Host that the client has asked for; a proxy that is trusted may have written another one. */
function hostOf(c: Context<ManagerEnv>): string | undefined {
  return c.env?.client?.host ?? c.req.header("host");
}

/** The scheme may be either while it is not known to be https, for a front may add TLS. */
function isOwnOrigin(origin: string, c: Context<ManagerEnv>): boolean {
  const url = URL.parse(origin);
  const schemes = c.env?.client?.secure ? ["https:"] : ["http:", "https:"];
  if (!url || !schemes.includes(url.protocol)) return false;
  // Parsed with the same scheme, a default port is left out of both.
  return url.host === URL.parse(`${url.protocol}//${hostOf(c)}`)?.host;
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

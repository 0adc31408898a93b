import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { ManagerEnv } from "./env.ts";

const add = secureHeaders({
  // Binds every port of the host for a long time, so it is sent where it is asked for alone.
  strictTransportSecurity: false,
  xFrameOptions: "DENY",
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    connectSrc: ["'self'"],
    imgSrc: ["'self'", "data:"],
    fontSrc: ["'self'"],
    manifestSrc: ["'self'"],
    workerSrc: ["'none'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
    formAction: ["'none'"],
  },
});

/**
 * Headers that keep foreign pages, foreign scripts and caches away from every reply. Those who come by TLS are
 * told to come by nothing else for `hsts` seconds (RFC 6797); null says nothing.
 */
export function safeHeaders(hsts: number | null): MiddlewareHandler<ManagerEnv> {
  return async (c, next) => {
    await add(c, next);
    const { headers } = c.res;
    // Files of the dashboard have a word of their own.
    if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
    if (hsts !== null && c.env?.client?.secure) {
      headers.set("Strict-Transport-Security", `max-age=${hsts}`);
    }
  };
}

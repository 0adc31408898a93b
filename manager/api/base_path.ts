import type { MiddlewareHandler } from "hono";
import { getPath } from "hono/utils/url";
import { errorReply } from "./errors.ts";

/** What no request is for. */
const OUTSIDE = "//";

/** The path of a request as the routes know it: what follows `base`, which is "" or like "/x". */
export function pathUnder(base: string): (request: Request) => string {
  return (request) => {
    const path = getPath(request);
    if (base === "") return path;
    return path.startsWith(`${base}/`) ? path.slice(base.length) : OUTSIDE;
  };
}

/** Leads from the base path itself to the page below it, and answers 404 to what is outside. */
export function basePathGuard(base: string): MiddlewareHandler {
  return async (c, next) => {
    if (base === "" || c.req.path !== OUTSIDE) return await next();
    const { pathname, search } = new URL(c.req.url);
    if (pathname === base) return c.redirect(`${base}/${search}`, 301);
    return errorReply(c, 404, "not_found", `There is nothing at this path: all is under ${base}/`);
  };
}

import type { MiddlewareHandler } from "hono";
import { errorReply } from "./errors.ts";
import type { RouteTable } from "./route_table.ts";

/** Answers 405 with Allow where a path is asked for in a way that the API's document does not have. */
export function methodGuard(routes: RouteTable): MiddlewareHandler {
  return async (c, next) => {
    const { method, path } = c.req;
    if (method === "GET" || method === "HEAD") return await next();
    const documented = routes.methods(path);
    if (documented.includes(method)) return await next();
    const allowed = [...new Set(["GET", "HEAD", ...documented])].join(", ");
    c.header("Allow", allowed);
    return errorReply(c, 405, "method_not_allowed", `Only ${allowed} are served here`);
  };
}

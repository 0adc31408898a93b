import type { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { errorReply } from "./errors.ts";

/** Answers 405 with Allow where a path is asked for in a way that the API's document does not have. */
export function methodGuard(documented: OpenAPIHono["openAPIRegistry"]): MiddlewareHandler {
  let paths: { path: RegExp; methods: string[] }[] | undefined;
  return async (c, next) => {
    const { method } = c.req;
    if (method === "GET" || method === "HEAD") return await next();
    // Not before the first request: routes are added after this is made.
    paths ??= readPaths(documented);
    const others = paths.filter(({ path }) => path.test(c.req.path)).flatMap(({ methods }) =>
      methods
    );
    if (others.includes(method)) return await next();
    const allowed = [...new Set(["GET", "HEAD", ...others])].join(", ");
    c.header("Allow", allowed);
    return errorReply(c, 405, "method_not_allowed", `Only ${allowed} are served here`);
  };
}

function readPaths(documented: OpenAPIHono["openAPIRegistry"]) {
  return documented.definitions.flatMap((definition) => {
    if (definition.type !== "route") return [];
    const { path, method } = definition.route;
    const pattern = path.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{[^}]*\}/g, "[^/]+");
    return [{ path: new RegExp(`^${pattern}$`), methods: [method.toUpperCase()] }];
  });
}

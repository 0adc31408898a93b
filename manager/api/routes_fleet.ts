import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { FleetStats } from "./model.ts";
import type { Registry } from "../registry.ts";
import { badQuery, describeError } from "./openapi.ts";
import { healthReplySchema, proxySummarySchema, statsReplySchema } from "./model.ts";
import { proxySummaries } from "./views.ts";

export interface FleetDeps {
  registry: Registry;
  stats: () => FleetStats;
  /** Unix milliseconds. */
  now: () => number;
}

const flag = z.enum(["", "true", "1", "false", "0"]).optional();

const statsRoute = createRoute({
  method: "get",
  path: "/api/stats",
  summary: "The fleet's totals and every proxy",
  responses: {
    200: {
      description: "Totals and proxies",
      content: { "application/json": { schema: statsReplySchema } },
    },
  },
});

const proxiesRoute = createRoute({
  method: "get",
  path: "/api/proxies",
  summary: "Every proxy, or those that match",
  request: {
    query: z.object({
      active_only: flag.openapi({ description: "only those that are online or stale" }),
      proxy_id: z.string().max(300).optional().openapi({ description: "only this one" }),
    }),
  },
  responses: {
    200: {
      description: "Proxies",
      headers: z.object({
        "X-Total-Count": z.string().openapi({ description: "how many proxies match" }),
      }),
      content: { "application/json": { schema: z.array(proxySummarySchema) } },
    },
    400: describeError("A parameter is not valid"),
  },
});

const healthRoute = createRoute({
  method: "get",
  path: "/api/health",
  summary: "That the manager answers",
  responses: {
    200: {
      description: "It does",
      content: { "application/json": { schema: healthReplySchema } },
    },
  },
});

/** `/api/stats`, `/api/proxies` and `/api/health`. The lists are bounded by the registry. */
export function fleetRoutes({ registry, stats, now }: FleetDeps) {
  return new OpenAPIHono({ defaultHook: badQuery })
    .openapi(statsRoute, (c) => {
      return c.json({ ...stats(), proxies: proxySummaries(registry, now()) }, 200);
    })
    .openapi(proxiesRoute, (c) => {
      const { active_only, proxy_id } = c.req.valid("query");
      const onlyActive = active_only !== undefined && !["false", "0"].includes(active_only);
      const proxies = proxySummaries(registry, now())
        .filter((proxy) => !onlyActive || ["online", "stale"].includes(proxy.status))
        .filter((proxy) => proxy_id === undefined || proxy.proxy_id === proxy_id);
      return c.json(proxies, 200, { "X-Total-Count": String(proxies.length) });
    })
    .openapi(healthRoute, (c) => {
      return c.json({ status: "healthy" as const, timestamp: now() / 1000 }, 200);
    });
}

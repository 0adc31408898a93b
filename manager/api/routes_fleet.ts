import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { hasLabels, labelsText } from "../../proxy/stats/labels_record.ts";
import type { FleetStats } from "./model.ts";
import type { Registry } from "../registry.ts";
import { PROXY_COLUMNS } from "./columns.ts";
import { csvHeaders, toCsv, wantsCsv } from "./csv.ts";
import type { ManagerEnv } from "./env.ts";
import { labelParameter } from "./label_parameter.ts";
import { badQuery, describeError, describeList, flag, formatParameter } from "./openapi.ts";
import { healthReplySchema, proxySummarySchema, statsReplySchema } from "./model.ts";
import { proxySummaries } from "./views.ts";

export interface FleetDeps {
  registry: Registry;
  stats: () => FleetStats;
  /** Unix milliseconds. */
  now: () => number;
}

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
      label: labelParameter,
      format: formatParameter,
    }),
  },
  responses: {
    200: describeList("Proxies", z.array(proxySummarySchema)),
    400: describeError("A parameter is not valid"),
  },
});

const healthRoute = createRoute({
  method: "get",
  path: "/api/health",
  summary: "That the manager answers",
  security: [],
  responses: {
    200: {
      description: "It does",
      content: { "application/json": { schema: healthReplySchema } },
    },
  },
});

/** `/api/stats`, `/api/proxies` and `/api/health`. The lists are bounded by the registry. */
export function fleetRoutes({ registry, stats, now }: FleetDeps) {
  return new OpenAPIHono<ManagerEnv>({ defaultHook: badQuery })
    .openapi(statsRoute, (c) => {
      return c.json({ ...stats(), proxies: proxySummaries(registry, now()) }, 200);
    })
    .openapi(proxiesRoute, (c) => {
      const { active_only, proxy_id, label, format } = c.req.valid("query");
      const proxies = proxySummaries(registry, now())
        .filter((proxy) => !active_only || ["online", "stale"].includes(proxy.status))
        .filter((proxy) => proxy_id === undefined || proxy.proxy_id === proxy_id)
        .filter((proxy) => hasLabels(proxy.labels, label));
      const headers = { "X-Total-Count": String(proxies.length) };
      if (!wantsCsv(c, format)) return c.json(proxies, 200, headers);
      const rows = proxies.map((proxy) => ({ ...proxy, labels: labelsText(proxy.labels) }));
      return c.body(toCsv(PROXY_COLUMNS, rows), 200, { ...headers, ...csvHeaders("proxies") });
    })
    .openapi(healthRoute, (c) => {
      return c.json({ status: "healthy" as const, timestamp: now() / 1000 }, 200);
    });
}

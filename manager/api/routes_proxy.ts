import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Registry } from "../registry.ts";
import { errorReply } from "./errors.ts";
import { proxyReplySchema } from "./model.ts";
import { badQuery, describeError, wholeNumber } from "./openapi.ts";
import { backendViews, connectionViews, proxySummary } from "./views.ts";

const MAX_LIMIT = 10_000;

const proxyRoute = createRoute({
  method: "get",
  path: "/api/proxy/{id}",
  summary:
    "One proxy with its backends and its connections, active ones first, then the newest first",
  request: {
    params: z.object({ id: z.string().min(1).max(300) }),
    query: z.object({
      limit: wholeNumber(MAX_LIMIT, "how many connections at most").default(1000),
      offset: wholeNumber(1e9, "how many connections to skip").default(0),
    }),
  },
  responses: {
    200: {
      description: "The proxy",
      content: { "application/json": { schema: proxyReplySchema } },
    },
    400: describeError("A parameter is not valid"),
    404: describeError("No proxy has this id"),
  },
});

/** `/api/proxy/:id`. `now` gives Unix milliseconds. */
export function proxyRoutes({ registry, now }: { registry: Registry; now: () => number }) {
  return new OpenAPIHono({ defaultHook: badQuery }).openapi(proxyRoute, (c) => {
    const { id } = c.req.valid("param");
    const { limit, offset } = c.req.valid("query");
    const entry = registry.get(id);
    if (!entry) return errorReply(c, 404, "proxy_not_found", "No proxy with this id has reported");
    const at = now();
    const all = connectionViews(entry, at);
    const connections = all.slice(offset, offset + limit);
    return c.json({
      ...proxySummary(entry, at),
      reasons: Object.fromEntries(entry.reasons),
      dropped: Object.fromEntries(entry.dropped),
      backends: backendViews(entry, at),
      connections,
      connections_total: all.length,
      connections_omitted: all.length - connections.length + entry.omitted(at),
    }, 200);
  });
}

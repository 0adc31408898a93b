import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { actorOf, type Audit } from "../audit.ts";
import type { Registry } from "../registry.ts";
import { CONNECTION_COLUMNS } from "./columns.ts";
import { csvHeaders, toCsv, wantsCsv } from "./csv.ts";
import type { ManagerEnv } from "./env.ts";
import { errorReply } from "./errors.ts";
import { proxyReplySchema } from "./model.ts";
import { badQuery, describeError, describeList, formatParameter, wholeNumber } from "./openapi.ts";
import { backendViews, connectionViews, proxySummary } from "./views.ts";

const MAX_LIMIT = 10_000;
const params = z.object({ id: z.string().min(1).max(300) });

const proxyRoute = createRoute({
  method: "get",
  path: "/api/proxy/{id}",
  summary:
    "One proxy with its backends, its limits and its connections, active ones first, then the newest first",
  request: {
    params,
    query: z.object({
      limit: wholeNumber(MAX_LIMIT, "how many connections at most").default(1000),
      offset: wholeNumber(1e9, "how many connections to skip").default(0),
      format: formatParameter,
    }),
  },
  responses: {
    200: describeList("The proxy; in CSV its connections alone", proxyReplySchema),
    400: describeError("A parameter is not valid"),
    404: describeError("No proxy has this id"),
  },
});

const forgetRoute = createRoute({
  method: "delete",
  path: "/api/proxy/{id}",
  summary: "Forgets a proxy that is offline or stopped, with its totals",
  request: { params },
  responses: {
    204: { description: "It is forgotten; should it report again, it is new" },
    400: describeError("A parameter is not valid"),
    404: describeError("No proxy has this id"),
    409: describeError("The proxy is online or stale"),
  },
});

export interface ProxyDeps {
  registry: Registry;
  audit: Audit;
  /** Unix milliseconds. */
  now: () => number;
}

/** `/api/proxy/:id`. */
export function proxyRoutes({ registry, audit, now }: ProxyDeps) {
  return new OpenAPIHono<ManagerEnv>({ defaultHook: badQuery })
    .openapi(proxyRoute, (c) => {
      const { id } = c.req.valid("param");
      const { limit, offset, format } = c.req.valid("query");
      const entry = registry.get(id);
      if (!entry) return errorReply(c, 404, "proxy_not_found", NOT_FOUND);
      const at = now();
      const all = connectionViews(entry, at);
      const connections = all.slice(offset, offset + limit);
      const headers = { "X-Total-Count": String(all.length) };
      if (wantsCsv(c, format)) {
        const text = toCsv(CONNECTION_COLUMNS, connections);
        return c.body(text, 200, { ...headers, ...csvHeaders("connections") });
      }
      return c.json(
        {
          ...proxySummary(entry, at),
          reasons: Object.fromEntries(entry.reasons),
          dropped: Object.fromEntries(entry.dropped),
          backends: backendViews(entry, at),
          limits: entry.limits.record,
          connections,
          connections_total: all.length,
          connections_omitted: all.length - connections.length + entry.omitted(at),
        },
        200,
        headers,
      );
    })
    .openapi(forgetRoute, (c) => {
      const { id } = c.req.valid("param");
      const outcome = registry.forget(id, now());
      audit.note({ ...actorOf(c), action: "forget_proxy", target: id, outcome: OUTCOMES[outcome] });
      switch (outcome) {
        case "unknown":
          return errorReply(c, 404, "proxy_not_found", NOT_FOUND);
        case "up":
          return errorReply(c, 409, "proxy_is_up", "Only an offline or stopped proxy is forgotten");
        case "forgotten":
          return c.body(null, 204);
      }
    });
}

/** As the audit log names them. */
const OUTCOMES = { forgotten: "done", unknown: "not_found", up: "refused" } as const;

const NOT_FOUND = "No proxy with this id has reported";

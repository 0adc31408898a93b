import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Metrics } from "../metrics.ts";
import type { ManagerEnv } from "./env.ts";
import { describeError } from "./openapi.ts";

const metricsRoute = createRoute({
  method: "get",
  path: "/metrics",
  summary: "Figures of the manager and its proxies for Prometheus",
  responses: {
    200: {
      description: "Metrics in Prometheus' text format",
      content: { "text/plain": { schema: z.string() } },
    },
  },
});

const grafanaRoute = createRoute({
  method: "get",
  path: "/grafana.json",
  summary: "A dashboard over these metrics, to be imported into Grafana",
  responses: {
    200: {
      description: "The dashboard; Grafana asks for the data source when it is imported",
      content: { "application/json": { schema: z.looseObject({ title: z.string() }) } },
    },
  },
});

const wsRoute = createRoute({
  method: "get",
  path: "/ws",
  summary: "The fleet live, over WebSocket; manager/api/model.ts declares its messages",
  responses: {
    101: { description: "The connection is a WebSocket from here on" },
    400: describeError("This is not a WebSocket handshake"),
    403: describeError("The page that asks is of another origin"),
    426: describeError("This path speaks WebSocket version 13 only"),
    503: describeError("Too many viewers are connected"),
  },
});

const documentRoute = createRoute({
  method: "get",
  path: "/api/openapi.json",
  summary: "This document",
  responses: {
    200: {
      description: "Every route, schema and error (OpenAPI 3.1)",
      content: { "application/json": { schema: z.looseObject({ openapi: z.string() }) } },
    },
  },
});

export interface MetaDeps {
  metrics: Metrics;
  grafana: Record<string, unknown> & { title: string };
  /** The API's document, made once all routes are there. */
  document: () => Record<string, unknown> & { openapi: string };
}

/** `/metrics`, `/grafana.json` and `/api/openapi.json`; `/ws` is only described here. */
export function metaRoutes({ metrics, grafana, document }: MetaDeps) {
  const app = new OpenAPIHono<ManagerEnv>()
    .openapi(metricsRoute, async (c) => {
      return c.text(await metrics.render(), 200, { "Content-Type": metrics.contentType });
    })
    .openapi(grafanaRoute, (c) => c.json(grafana, 200))
    .openapi(documentRoute, (c) => c.json(document(), 200));
  app.openAPIRegistry.registerPath(wsRoute);
  return app;
}

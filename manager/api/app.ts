import { OpenAPIHono } from "@hono/zod-openapi";
import { getLogger } from "@logtape/logtape";
import type { MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import type { Live } from "../live.ts";
import type { Metrics } from "../metrics.ts";
import { type Dashboard, serveDashboard } from "./dashboard.ts";
import { errorReply } from "./errors.ts";
import { hostGuard } from "./guard.ts";
import { type FleetDeps, fleetRoutes } from "./routes_fleet.ts";
import { proxyRoutes } from "./routes_proxy.ts";
import { wsRoutes } from "./routes_ws.ts";

export interface AppDeps extends FleetDeps {
  live: Live;
  metrics: Metrics;
  dashboard: Dashboard;
  publicHosts: readonly string[];
  version: string;
  /** Seconds after which a silent viewer counts as gone; 30 by default. */
  viewerTimeoutS?: number;
}

/** The manager's HTTP side: API, metrics, WebSocket and dashboard, all behind the Host guard. */
export function createApp(deps: AppDeps): OpenAPIHono {
  const app = new OpenAPIHono();
  app.use(hostGuard(deps.publicHosts));
  app.use(safeHeaders);
  app.use(readOnly);
  app.route("/", fleetRoutes(deps));
  app.route("/", proxyRoutes(deps));
  app.route("/", wsRoutes(deps.live, deps.viewerTimeoutS));
  app.get("/metrics", async (c) => {
    return c.body(await deps.metrics.render(), 200, { "Content-Type": deps.metrics.contentType });
  });
  app.doc31("/api/openapi.json", {
    openapi: "3.1.0",
    info: { title: "RustProxy Manager", version: deps.version },
  });
  app.get("*", (c) => serveDashboard(deps.dashboard, c));
  app.notFound((c) => errorReply(c, 404, "not_found", "There is nothing at this path"));
  app.onError((error, c) => {
    if (error instanceof HTTPException) {
      return errorReply(c, error.status as 400, "bad_request", error.message);
    }
    getLogger(["rustproxy", "manager"]).error("Cannot answer {path}: {error}", {
      path: c.req.path,
      error,
    });
    return errorReply(c, 500, "internal", "The manager failed to answer; its log says why");
  });
  return app;
}

const addSafeHeaders = secureHeaders({
  strictTransportSecurity: false,
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    connectSrc: ["'self'"],
    imgSrc: ["'self'", "data:"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
    formAction: ["'none'"],
  },
});

// The reply to an upgrade must reach the server as it was made: its headers cannot be changed.
const safeHeaders: MiddlewareHandler = (c, next) => {
  return c.req.path === "/ws" ? next() : addSafeHeaders(c, next);
};

const readOnly: MiddlewareHandler = async (c, next) => {
  if (c.req.method === "GET" || c.req.method === "HEAD") return await next();
  c.header("Allow", "GET, HEAD");
  return errorReply(c, 405, "method_not_allowed", "Only GET and HEAD are served");
};

import { OpenAPIHono } from "@hono/zod-openapi";
import { getLogger } from "@logtape/logtape";
import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import type { Audit } from "../audit.ts";
import type { Live } from "../live.ts";
import type { Metrics } from "../metrics.ts";
import { accessGuard } from "./access.ts";
import { type Dashboard, serveDashboard } from "./dashboard.ts";
import { errorReply } from "./errors.ts";
import { grafanaDashboard } from "./grafana.ts";
import type { Refusal } from "../http/refusals.ts";
import { apiDocument } from "./document.ts";
import type { ManagerEnv } from "./env.ts";
import { hostGuard } from "./guard.ts";
import { methodGuard } from "./methods.ts";
import { RouteTable } from "./route_table.ts";
import { connectionRoutes } from "./routes_connections.ts";
import { metaRoutes } from "./routes_meta.ts";
import { type FleetDeps, fleetRoutes } from "./routes_fleet.ts";
import { historyRoutes, type HistoryRoutesDeps } from "./routes_history.ts";
import { proxyRoutes } from "./routes_proxy.ts";
import { wsRoutes } from "./routes_ws.ts";

type NoteRequest = (route: string, method: string, status: number, seconds: number) => void;

export interface AppDeps extends FleetDeps, HistoryRoutesDeps {
  live: Live;
  audit: Audit;
  metrics: Metrics;
  dashboard: Dashboard;
  publicHosts: readonly string[];
  version: string;
  /** Seconds after which a silent viewer counts as gone; 30 by default. */
  viewerTimeoutS?: number;
  /** Counts requests: by a route of the document, by method and status, with how long they took. */
  noteRequest?: NoteRequest;
  /** Counts who is turned away. */
  refuse?: (refusal: Refusal) => void;
}

const MAX_BODY = 64 * 1024;

/** The manager's HTTP side: API, metrics, WebSocket and dashboard, all behind the guards. */
export function createApp(deps: AppDeps) {
  const app = new OpenAPIHono<ManagerEnv>();
  const routes = new RouteTable(app.openAPIRegistry);
  app.use(noteRequests(routes, deps.noteRequest));
  app.use(hostGuard(deps.publicHosts));
  app.use(safeHeaders);
  app.use(methodGuard(routes));
  app.use(accessGuard);
  app.use(limitBody(deps));
  app.route("/", wsRoutes(deps.live, deps.viewerTimeoutS));
  const api = addRoutes(app, deps);
  addRest(app, deps);
  return api;
}

/** What {@link createApp} makes, for the typed client: the routes and their replies. */
export type ManagerApp = ReturnType<typeof createApp>;

function addRoutes(app: OpenAPIHono<ManagerEnv>, deps: AppDeps) {
  let document: ReturnType<typeof apiDocument> | undefined;
  const { metrics } = deps;
  return app
    .route("/", fleetRoutes(deps))
    .route("/", proxyRoutes(deps))
    .route("/", connectionRoutes(deps))
    .route("/", historyRoutes(deps))
    .route(
      "/",
      metaRoutes({
        metrics,
        grafana: grafanaDashboard(),
        document: () => ({ ...document ??= apiDocument(app, deps.version) }),
      }),
    );
}

function noteRequests(routes: RouteTable, note?: NoteRequest): MiddlewareHandler {
  return async (c, next) => {
    const startedAt = performance.now();
    await next();
    // Of what a client may make up nothing becomes a label.
    const route = routes.template(c.req.path) ?? (c.res.status === 404 ? "none" : "dashboard");
    const method = METHODS.includes(c.req.method) ? c.req.method : "other";
    note?.(route, method, c.res.status, (performance.now() - startedAt) / 1000);
  };
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

function limitBody({ refuse }: AppDeps): MiddlewareHandler {
  return bodyLimit({
    maxSize: MAX_BODY,
    onError: (c) => {
      refuse?.("body_too_large");
      c.header("Connection", "close");
      return errorReply(c, 413, "body_too_large", `A body is at most ${MAX_BODY} bytes`);
    },
  });
}

function addRest(app: OpenAPIHono<ManagerEnv>, deps: AppDeps): void {
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

import { OpenAPIHono } from "@hono/zod-openapi";
import { getLogger } from "@logtape/logtape";
import type { MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Auth } from "../auth/auth.ts";
import type { ControlHub } from "../control/hub.ts";
import type { Live } from "../live.ts";
import type { Metrics } from "../metrics.ts";
import { accessGuard } from "./access.ts";
import { basePathGuard, pathUnder } from "./base_path.ts";
import { jsonGuard, sizeGuard } from "./body_guard.ts";
import { type Dashboard, serveDashboard } from "./dashboard.ts";
import { errorReply } from "./errors.ts";
import { grafanaDashboard } from "./grafana.ts";
import { apiDocument } from "./document.ts";
import type { ManagerEnv } from "./env.ts";
import { hostGuard, originGuard } from "./guard.ts";
import { safeHeaders } from "./headers.ts";
import { methodGuard } from "./methods.ts";
import { RouteTable } from "./route_table.ts";
import { auditRoutes, type AuditRoutesDeps } from "./routes_audit.ts";
import { type AlertDeps, alertRoutes } from "./routes_alerts.ts";
import { channelRoutes } from "./routes_channel.ts";
import { connectionRoutes } from "./routes_connections.ts";
import { controlRoutes } from "./routes_control.ts";
import { metaRoutes } from "./routes_meta.ts";
import { type FleetDeps, fleetRoutes } from "./routes_fleet.ts";
import { historyRoutes, type HistoryRoutesDeps } from "./routes_history.ts";
import { proxyRoutes } from "./routes_proxy.ts";
import { sessionRoutes } from "./routes_session.ts";
import { wsRoutes } from "./routes_ws.ts";

type NoteRequest = (route: string, method: string, status: number, seconds: number) => void;

export interface AppDeps
  extends FleetDeps, HistoryRoutesDeps, AuditRoutesDeps, Pick<AlertDeps, "alerts"> {
  live: Live;
  /** Who may use the manager; none where there are no accounts. */
  auth?: Auth;
  /** Null where the manager has no key to give orders. */
  control: ControlHub | null;
  /** The name of the session's cookie. */
  cookieName?: string;
  metrics: Metrics;
  dashboard: Dashboard;
  publicHosts: readonly string[];
  version: string;
  /** Seconds after which a silent viewer counts as gone; 30 by default. */
  viewerTimeoutS?: number;
  /** Counts requests: by a route of the document, by method and status, with how long they took. */
  noteRequest?: NoteRequest;
  /** Counts the errors that were answered, by their code. */
  noteError?: (code: string) => void;
  /** The path that all others are under, such as "/x"; "" for none. */
  basePath?: string;
  /** Seconds for which a browser is to come by TLS alone; null to say nothing. */
  hsts?: number | null;
}

/** The manager's HTTP side: API, metrics, WebSocket and dashboard, all behind the guards. */
export function createApp(deps: AppDeps) {
  const { basePath = "", hsts = null } = deps;
  const app = new OpenAPIHono<ManagerEnv>({ getPath: pathUnder(basePath) });
  const routes = new RouteTable(app.openAPIRegistry);
  app.use(noteRequests(routes, deps));
  app.use(safeHeaders(hsts));
  app.use(hostGuard(deps.publicHosts));
  app.use(originGuard);
  app.use(basePathGuard(basePath));
  app.use(methodGuard(routes));
  app.use(accessGuard(deps));
  app.use(sizeGuard);
  app.use(jsonGuard);
  app.route("/", wsRoutes(deps));
  if (deps.control) app.route("/", channelRoutes(deps.control, deps.viewerTimeoutS));
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
    .route("/", sessionRoutes(deps))
    .route("/", auditRoutes(deps))
    .route("/", alertRoutes(deps))
    .route("/", controlRoutes(deps))
    .route(
      "/",
      metaRoutes({
        metrics,
        grafana: grafanaDashboard(),
        document: () => ({ ...document ??= apiDocument(app, deps) }),
      }),
    );
}

function noteRequests(
  routes: RouteTable,
  { noteRequest, noteError }: Pick<AppDeps, "noteRequest" | "noteError">,
): MiddlewareHandler<ManagerEnv> {
  return async (c, next) => {
    const startedAt = performance.now();
    await next();
    // Of what a client may make up nothing becomes a label.
    const route = routes.template(c.req.path) ?? (c.res.status === 404 ? "none" : "dashboard");
    const method = METHODS.includes(c.req.method) ? c.req.method : "other";
    const error = c.get("error");
    if (error !== undefined) noteError?.(error);
    noteRequest?.(route, method, c.res.status, (performance.now() - startedAt) / 1000);
  };
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

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

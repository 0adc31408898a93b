import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { Auth } from "../auth/auth.ts";
import type { Principal } from "../auth/principal.ts";
import type { ManagerEnv } from "./env.ts";
import { errorReply } from "./errors.ts";
import { loginSchema, type SessionReply, sessionReplySchema } from "./model_session.ts";
import { badQuery, describeError } from "./openapi.ts";
import { addressOf, refuse, SESSION_COOKIE } from "./who.ts";

const reply = {
  description: "Who asks",
  content: { "application/json": { schema: sessionReplySchema } },
};

const sessionRoute = createRoute({
  method: "get",
  path: "/api/session",
  summary: "Who asks, and whether they have to log in; for everybody",
  security: [],
  responses: { 200: reply },
});

const loginRoute = createRoute({
  method: "post",
  path: "/api/login",
  summary: "Begins a session, whose id comes as a cookie",
  security: [],
  request: { body: { required: true, content: { "application/json": { schema: loginSchema } } } },
  responses: {
    200: reply,
    401: describeError("No account has this name and this password"),
    409: describeError("There are no accounts"),
    429: describeError("Too many attempts were wrong; Retry-After says when the next is looked at"),
    503: describeError("Too many passwords wait to be checked"),
  },
});

const logoutRoute = createRoute({
  method: "post",
  path: "/api/logout",
  summary: "Ends the session that the cookie names, if any",
  security: [],
  responses: { 204: { description: "There is no session any more" } },
});

export interface SessionRoutesDeps {
  /** None where there are no accounts. */
  auth?: Auth;
  /** The path under which all is served; "" for none. */
  basePath?: string;
  /** What tells this manager's cookie from those of others on the host. */
  cookieName?: string;
  version: string;
}

/** `/api/session`, `/api/login` and `/api/logout`. */
export function sessionRoutes(deps: SessionRoutesDeps) {
  const { auth, version } = deps;
  const name = deps.cookieName ?? SESSION_COOKIE;
  const path = `${deps.basePath ?? ""}/`;
  const view = (principal: Principal | null): SessionReply => ({
    login_required: auth !== undefined,
    user: principal?.name ?? null,
    role: principal?.role ?? null,
    can_change: principal?.role === "admin",
    via: principal?.via ?? null,
    manager_version: version,
  });
  return new OpenAPIHono<ManagerEnv>({ defaultHook: badQuery })
    .openapi(sessionRoute, (c) => c.json(view(c.get("principal")), 200))
    .openapi(loginRoute, async (c) => {
      if (!auth) return errorReply(c, 409, "no_accounts", "This manager has no accounts");
      const { user, password } = c.req.valid("json");
      const proof = { ip: addressOf(c), session: getCookie(c, name) };
      const done = await auth.login(user, password, proof);
      if ("refused" in done) return refuse(c, done);
      const secure = c.env?.client?.secure === true;
      setCookie(c, name, done.id, { path, secure, httpOnly: true, sameSite: "Strict" });
      return c.json(view(done.grant.principal), 200);
    })
    .openapi(logoutRoute, (c) => {
      const session = getCookie(c, name);
      if (session !== undefined) auth?.logout(session, addressOf(c));
      deleteCookie(c, name, { path });
      return c.body(null, 204);
    });
}

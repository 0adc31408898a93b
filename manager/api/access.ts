import type { Context, MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import { CONTROL_PATH } from "../../proxy/control/protocol.ts";
import { isLoopback } from "../../proxy/net/address.ts";
import type { Auth, Grant } from "../auth/auth.ts";
import type { Dashboard } from "./dashboard.ts";
import type { ManagerEnv } from "./env.ts";
import { errorReply } from "./errors.ts";
import { addressOf, challenge, refuse, SESSION_COOKIE } from "./who.ts";

const SAFE_METHODS = ["GET", "HEAD"];

/** For everybody (proxies show by a key who they are), beside the dashboard's files, whoever they are. */
const PUBLIC = ["/api/health", "/api/login", CONTROL_PATH];
/** For everybody, and about who they are. */
const ABOUT_YOU = ["/api/session", "/api/logout"];

export interface AccessDeps {
  /** None where there are no accounts. */
  auth?: Auth;
  dashboard: Dashboard;
  cookieName?: string;
}

/**
 * The one place that decides who may ask for what, so that no route has to. With accounts reading needs somebody
 * who is known, and changing an admin; without, whoever is on this host, and does not come through a reverse
 * proxy, is an admin, and everybody else may read.
 */
export function accessGuard(deps: AccessDeps): MiddlewareHandler<ManagerEnv> {
  const decide = deps.auth ? withAccounts(deps.auth, deps) : withoutAccounts;
  return async (c, next) => {
    identified(c, null);
    return await decide(c) ?? await next();
  };
}

type Decide = (c: Context<ManagerEnv>) => Response | null | Promise<Response | null>;

const withoutAccounts: Decide = (c) => {
  const { client } = c.env ?? {};
  const isLocal = client !== undefined && !client.forwarded && isLoopback(client.ip);
  if (isLocal) c.set("principal", { name: "local", role: "admin", via: "local" });
  const { path, method } = c.req;
  const isForAll = PUBLIC.includes(path) || ABOUT_YOU.includes(path);
  if (isLocal || isForAll || SAFE_METHODS.includes(method)) return null;
  const message = "Only programs on the manager's own host may change things";
  return errorReply(c, 403, "change_not_allowed", message);
};

function withAccounts(
  auth: Auth,
  { dashboard, cookieName = SESSION_COOKIE }: AccessDeps,
): Decide {
  return async (c) => {
    const { path, method } = c.req;
    const isSafe = SAFE_METHODS.includes(method);
    if (PUBLIC.includes(path) || (isSafe && isFile(dashboard, path))) return null;
    const who = await auth.identify({
      authorization: c.req.header("authorization"),
      session: getCookie(c, cookieName),
      ip: addressOf(c),
    });
    const isAboutYou = ABOUT_YOU.includes(path);
    if (who && "refused" in who) return isAboutYou ? null : refuse(c, who);
    identified(c, who);
    if (isAboutYou) return null;
    if (!who) {
      challenge(c);
      return errorReply(c, 401, "login_required", "This manager answers to those who log in");
    }
    if (isSafe || who.principal.role === "admin") return null;
    return errorReply(c, 403, "admin_required", "Only an admin may change things");
  };
}

function identified(c: Context<ManagerEnv>, grant: Grant | null): void {
  c.set("grant", grant);
  c.set("principal", grant?.principal ?? null);
}

function isFile(dashboard: Dashboard, path: string): boolean {
  return path === "/" || dashboard.has(path);
}

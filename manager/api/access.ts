import type { Context, MiddlewareHandler } from "hono";
import { isLoopback } from "../../proxy/net/address.ts";
import type { Principal } from "../auth/principal.ts";
import type { ManagerEnv } from "./env.ts";
import { errorReply } from "./errors.ts";
import { originGuard } from "./guard.ts";

const SAFE_METHODS = ["GET", "HEAD"];
/** What a reverse proxy adds. */
const FORWARDED = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/**
 * The one place that decides who may ask for what, so that no route has to: state-changing methods need an
 * admin. Nobody's name is known here, so whoever is on this host, and does not come through a reverse proxy,
 * is one, and everybody else may read.
 */
export const accessGuard: MiddlewareHandler<ManagerEnv> = async (c, next) => {
  const principal = localPrincipal(c);
  c.set("principal", principal);
  if (SAFE_METHODS.includes(c.req.method)) return await next();
  const foreign = refuseForeignPage(c);
  if (foreign) return foreign;
  if (principal?.role !== "admin") {
    const message = "Only programs on the manager's own host may change things";
    return errorReply(c, 403, "change_not_allowed", message);
  }
  return await originGuard(c, next);
};

/** A page of another origin is told by Sec-Fetch-Site; where a browser does not send that, by Origin. */
function refuseForeignPage(c: Context): Response | null {
  const site = c.req.header("sec-fetch-site");
  if (site === undefined || site === "same-origin" || site === "none") return null;
  return errorReply(c, 403, "origin_not_allowed", "Only the manager's own pages may change things");
}

function localPrincipal(c: Context<ManagerEnv>): Principal | null {
  const { client } = c.env ?? {};
  if (!client || !isLoopback(client.ip)) return null;
  if (FORWARDED.some((name) => c.req.header(name))) return null;
  return { name: "local", role: "admin", via: "local" };
}

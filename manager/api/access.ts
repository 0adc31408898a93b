import type { Context, MiddlewareHandler } from "hono";
import { isLoopback } from "../../proxy/net/address.ts";
import type { Principal } from "../auth/principal.ts";
import type { ManagerEnv } from "./env.ts";
import { errorReply } from "./errors.ts";

const SAFE_METHODS = ["GET", "HEAD"];

/**
 * The one place that decides who may ask for what, so that no route has to: state-changing methods need an
 * admin. Nobody's name is known here, so whoever is on this host, and does not come through a reverse proxy,
 * is one, and everybody else may read.
 */
export const accessGuard: MiddlewareHandler<ManagerEnv> = async (c, next) => {
  const principal = localPrincipal(c);
  c.set("principal", principal);
  if (SAFE_METHODS.includes(c.req.method)) return await next();
  if (principal?.role !== "admin") {
    const message = "Only programs on the manager's own host may change things";
    return errorReply(c, 403, "change_not_allowed", message);
  }
  return await next();
};

function localPrincipal(c: Context<ManagerEnv>): Principal | null {
  const { client } = c.env ?? {};
  if (!client || client.forwarded || !isLoopback(client.ip)) return null;
  return { name: "local", role: "admin", via: "local" };
}

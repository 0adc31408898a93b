import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** An error in the one form that all of the API has: `{error: {code, message}}`. */
export function errorReply<S extends ContentfulStatusCode>(
  c: Context,
  status: S,
  code: string,
  message: string,
) {
  // Counted where all requests are.
  c.set("error", code);
  return c.json({ error: { code, message } }, status);
}

import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { errorReply } from "./errors.ts";

/** Largest body of a request, in bytes. */
export const MAX_BODY = 64 * 1024;

const limit = bodyLimit({
  maxSize: MAX_BODY,
  onError: (c) => {
    c.header("Connection", "close");
    return errorReply(c, 413, "body_too_large", `A body is at most ${MAX_BODY} bytes`);
  },
});

/** Answers 413 to a body that is too large, before it has come. */
export const sizeGuard: MiddlewareHandler = async (c, next) => {
  try {
    return await limit(c, next);
  } catch {
    return broken(c);
  }
};

/**
 * Answers 415 where a request that changes something brings another type than JSON, which a form of a foreign
 * page cannot send, and 400 where it is none.
 */
export const jsonGuard: MiddlewareHandler = async (c, next) => {
  if (c.req.method === "GET" || c.req.method === "HEAD") return await next();
  const type = c.req.header("content-type");
  if (type !== undefined && !/^application\/json[ \t]*(;|$)/i.test(type)) return wrongType(c);
  const text = await c.req.text().catch(() => null);
  if (text === null) return broken(c);
  if (text === "") return await next();
  if (type === undefined) return wrongType(c);
  if (isJson(text)) return await next();
  return errorReply(c, 400, "bad_json", "The body is not JSON");
};

// The client's doing, and no fault to be logged.
const broken = (c: Context) =>
  errorReply(c, 400, "bad_request", "The body did not come as it was announced");

const wrongType = (c: Context) =>
  errorReply(c, 415, "wrong_type", "A body must be of type application/json");

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

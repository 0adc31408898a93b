import type { Context, MiddlewareHandler } from "hono";
import { errorReply } from "./errors.ts";

/** Largest body of a request, in bytes. */
export const MAX_BODY = 64 * 1024;

/**
 * Answers 413 to a body that is too large, before it has come, and holds any other for those who read it. Hono's
 * own limit makes a second request of the first, at which the runtime complains on stderr.
 */
export const sizeGuard: MiddlewareHandler = async (c, next) => {
  const { body } = c.req.raw;
  if (body === null) return await next();
  if (Number(c.req.header("content-length") ?? 0) > MAX_BODY) return tooLarge(c);
  let text: string | null;
  try {
    text = await textOf(body);
  } catch {
    return broken(c);
  }
  if (text === null) return tooLarge(c);
  // Where Hono looks first when it is asked for the body; its type forgets that these are promises.
  Object.assign(c.req.bodyCache, { text: Promise.resolve(text) });
  return await next();
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

/** The whole of it; null where it is too large. */
async function textOf(body: ReadableStream<Uint8Array>): Promise<string | null> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > MAX_BODY) return null;
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}

function tooLarge(c: Context): Response {
  c.header("Connection", "close");
  return errorReply(c, 413, "body_too_large", `A body is at most ${MAX_BODY} bytes`);
}

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

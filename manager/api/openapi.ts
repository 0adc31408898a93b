import { type Hook, z } from "@hono/zod-openapi";
import type { ManagerEnv } from "./env.ts";
import { errorReply } from "./errors.ts";
import { errorReplySchema } from "./model.ts";

/** An error reply, for a route's list of responses. */
export function describeError(description: string) {
  return { description, content: { "application/json": { schema: errorReplySchema } } };
}

/** Answers 400 in the API's form where a parameter does not fit its schema. */
export const badQuery: Hook<unknown, ManagerEnv, string, unknown> = (result, c) => {
  if (result.success) return;
  const [issue] = result.error.issues;
  const message = `Cannot use ${issue.path.join(".") || "the request"}: ${issue.message}`;
  return errorReply(c, 400, "bad_request", message);
};

/** A query parameter of digits, at most `max`. */
export function wholeNumber(max: number, description: string) {
  return z.string().regex(/^\d{1,10}$/, "expected a whole number")
    .transform(Number)
    .pipe(z.number().max(max, `expected at most ${max}`))
    .openapi({ type: "integer", minimum: 0, maximum: max, description });
}

/** A parameter that is on without a value too. */
export const flag = z.enum(["", "true", "1", "false", "0"])
  .transform((text) => text !== "false" && text !== "0")
  .optional();

/** The form of a list; without it the Accept header decides. */
export const formatParameter = z.enum(["json", "csv"]).optional().openapi({
  description: "the form of the reply; without it the Accept header decides",
});

/** A list in JSON with this schema, or in CSV. */
export function describeList<S extends z.ZodType>(description: string, schema: S) {
  return {
    description,
    headers: z.object({
      "X-Total-Count": z.string().openapi({ description: "how many match" }),
    }),
    content: { "application/json": { schema }, "text/csv": { schema: z.string() } },
  };
}

import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { AuditLog } from "../audit.ts";
import type { AuditEntry } from "../history/batch.ts";
import type { History } from "../history/client.ts";
import { QueryError } from "../history/pending.ts";
import type { ManagerEnv } from "./env.ts";
import { errorReply } from "./errors.ts";
import { auditReplySchema } from "./model_session.ts";
import { badQuery, describeError, wholeNumber } from "./openapi.ts";

const MAX_PAGE = 1_000;

const auditRoute = createRoute({
  method: "get",
  path: "/api/audit",
  summary: "Who did what; for admins",
  request: {
    query: z.object({
      since: z.string().regex(/^\d{1,16}$/, "expected an entry's id").transform(Number).optional()
        .openapi({ type: "integer", description: "only what came after; else the newest" }),
      limit: wholeNumber(MAX_PAGE, "how many at most").default(100),
    }),
  },
  responses: {
    200: {
      description: "Entries of the audit log",
      content: { "application/json": { schema: auditReplySchema } },
    },
    400: describeError("A parameter is not valid"),
    403: describeError("Only an admin may see this"),
    503: describeError("There is no history to ask now"),
  },
});

export interface AuditRoutesDeps {
  audit: AuditLog;
  history: History;
}

/** `/api/audit`. */
export function auditRoutes({ audit, history }: AuditRoutesDeps) {
  const app = new OpenAPIHono<ManagerEnv>({ defaultHook: badQuery })
    .openapi(auditRoute, async (c) => {
      if (c.get("principal")?.role !== "admin") {
        return errorReply(c, 403, "admin_required", "Only an admin may see this");
      }
      const { since = null, limit } = c.req.valid("query");
      const complete = history.state.state === "on";
      const entries = complete
        ? join(await history.query("audit", { since, limit }), audit, since, limit)
        : audit.recent(since, limit);
      return c.json({ entries, next: entries.at(-1)?.id ?? since ?? 0, complete }, 200);
    });
  app.onError((error, c) => {
    if (!(error instanceof QueryError)) throw error;
    return errorReply(c, 503, error.code, error.message);
  });
  return app;
}

/** What is written, and behind it what has not been written yet: who has done something wants to see it. */
function join(
  written: AuditEntry[],
  audit: AuditLog,
  since: number | null,
  limit: number,
): AuditEntry[] {
  const last = written.at(-1)?.id ?? since ?? 0;
  const all = [...written, ...audit.recent(last, Infinity)];
  return since === null ? all.slice(-limit) : all.slice(0, limit);
}

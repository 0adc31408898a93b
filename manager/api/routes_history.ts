import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { EVENT_KINDS, FLEET, type LoggedConnection, USAGE_KINDS } from "../history/batch.ts";
import type { History } from "../history/client.ts";
import type { LogCursor } from "../history/log_store.ts";
import { QueryError } from "../history/pending.ts";
import { MAX_POINTS, type Row } from "../history/rollup.ts";
import { csvHeaders, toCsv, wantsCsv } from "./csv.ts";
import type { ManagerEnv } from "./env.ts";
import { errorReply } from "./errors.ts";
import { filterParameters } from "./filter_parameters.ts";
import {
  eventSchema,
  eventsReplySchema,
  historyPointSchema,
  historyReplySchema,
  loggedConnectionSchema,
  logReplySchema,
  topEntrySchema,
  topReplySchema,
} from "./model_history.ts";
import { badQuery, describeError, formatParameter, wholeNumber } from "./openapi.ts";

const HOUR = 3600;
const WINDOWS = { "1h": HOUR, "24h": 24 * HOUR, "7d": 168 * HOUR, "30d": 720 * HOUR };
const WINDOW_NAMES = Object.keys(WINDOWS) as [keyof typeof WINDOWS];
const MAX_PAGE = 1_000;
const MAX_TOP = 12;
const USUAL_TOP = 7;

const moment = (description: string) =>
  z.string().regex(/^\d{1,11}(\.\d{1,6})?$/, "expected Unix seconds").transform(Number)
    .openapi({ type: "number", description });
const proxyId = z.string().min(1).max(300).optional();

const errors = {
  400: describeError("A parameter is not valid"),
  503: describeError(
    "The past cannot be told now: history_off, history_failed, history_busy or history_timeout",
  ),
};

/** A reply in JSON with this schema, or its list in CSV. */
function ok<T extends z.ZodType>(description: string, schema: T) {
  return {
    description,
    headers: z.object({
      "X-Next-Cursor": z.string().optional().openapi({ description: "next, for CSV" }),
    }),
    content: { "application/json": { schema }, "text/csv": { schema: z.string() } },
  };
}

function csv<S extends z.ZodObject>(
  c: Context,
  name: string,
  schema: S,
  rows: readonly z.infer<S>[],
  next: string | null = null,
) {
  const text = toCsv(Object.keys(schema.shape), rows as readonly Record<string, unknown>[]);
  return c.body(text, 200, {
    ...(next === null ? {} : { "X-Next-Cursor": next }),
    ...csvHeaders(name),
  });
}

const historyRoute = createRoute({
  method: "get",
  path: "/api/history",
  summary: "Bytes and connections over time, of a proxy or of the fleet",
  request: {
    query: z.object({
      proxy_id: proxyId.openapi({ description: "of this one; else of all together" }),
      from: moment("Unix seconds; an hour before `to`").optional(),
      to: moment("Unix seconds; now").optional(),
      step: wholeNumber(1e9, "seconds of a point at least; a fitting one").optional(),
      by: z.enum(["proxy"]).optional().openapi({
        description: "the busiest proxies of this time as well, each for itself; in JSON only",
      }),
      top: wholeNumber(MAX_TOP, "how many of them").optional(),
      format: formatParameter,
    }),
  },
  responses: { 200: ok("Points in the order of time", historyReplySchema), ...errors },
});

const topRoute = createRoute({
  method: "get",
  path: "/api/top",
  summary: "Who used most",
  request: {
    query: z.object({
      by: z.enum(USAGE_KINDS).default("client"),
      window: z.enum(WINDOW_NAMES).default("24h").openapi({
        description: "whole clock hours: the one that runs, and those that reach into the window",
      }),
      proxy_id: proxyId.openapi({ description: "through this one; kept for 7 days" }),
      limit: wholeNumber(100, "how many at most").default(20),
      format: formatParameter,
    }),
  },
  responses: { 200: ok("The heaviest first", topReplySchema), ...errors },
});

const logRoute = createRoute({
  method: "get",
  path: "/api/log",
  summary: "Connections that have ended, the newest first",
  request: {
    query: z.object({
      ...filterParameters,
      from: moment("ended then or later, in Unix seconds").optional(),
      to: moment("ended before, in Unix seconds").optional(),
      limit: wholeNumber(MAX_PAGE, "how many at most").default(100),
      format: formatParameter,
      cursor: z.string().regex(/^\d{1,16}(\.\d{1,16}){3}$/, "expected a page's `next`").optional(),
    }),
  },
  responses: { 200: ok("A page", logReplySchema), ...errors },
});

const eventsRoute = createRoute({
  method: "get",
  path: "/api/events",
  summary: "What happened in the fleet",
  request: {
    query: z.object({
      since: z.string().regex(/^\d{1,16}$/, "expected an event's id").transform(Number).optional()
        .openapi({ type: "integer", description: "only what came after; else the newest" }),
      before: z.string().regex(/^\d{1,16}$/, "expected an event's id").transform(Number).optional()
        .openapi({ type: "integer", description: "only what came before, to page backwards" }),
      proxy_id: proxyId.openapi({ description: "only what happened to this one" }),
      kind: z.string().transform((text) => text.split(",")).pipe(z.array(z.enum(EVENT_KINDS)))
        .optional().openapi({ type: "string", description: "only these, with commas between" }),
      limit: wholeNumber(MAX_PAGE, "how many at most").default(100),
      format: formatParameter,
    }),
  },
  responses: { 200: ok("Events", eventsReplySchema), ...errors },
});

export interface HistoryRoutesDeps {
  history: History;
  /** Unix milliseconds. */
  now: () => number;
}

/** `/api/history`, `/api/top`, `/api/log` and `/api/events`. */
export function historyRoutes({ history, now }: HistoryRoutesDeps) {
  const app = new OpenAPIHono<ManagerEnv>({ defaultHook: badQuery })
    .openapi(historyRoute, async (c) => {
      const at = now() / 1000;
      const query = c.req.valid("query");
      const { proxy_id, step = null, to = at, from = Math.max(0, to - HOUR), by, format } = query;
      const wrong = misuseOf({ ...query, from, to, csv: wantsCsv(c, format) });
      if (wrong) return errorReply(c, 400, "bad_request", wrong);
      const top = by ? query.top ?? USUAL_TOP : 0;
      const question = { proxy: proxy_id ?? FLEET, range: { from, to, step }, now: at, top };
      const { plan, rows, busiest } = await history.query("series", question);
      if ("leastStep" in plan) {
        const message = `Cannot use step: expected at least ${plan.leastStep} for this time, ` +
          `which makes ${MAX_POINTS} points at most`;
        return errorReply(c, 400, "bad_request", message);
      }
      const points = rows.map(pointOf);
      if (wantsCsv(c, format)) return csv(c, "history", historyPointSchema, points);
      const { step: used, from: begin } = plan;
      const reply = { proxy_id: proxy_id ?? null, from: begin, to, step: used, points };
      return c.json(by ? { ...reply, busiest: busiest.map(proxySeriesOf) } : reply, 200);
    })
    .openapi(topRoute, async (c) => {
      const { by, window, proxy_id, limit, format } = c.req.valid("query");
      const to = now() / 1000;
      const question = { kind: by, from: to - WINDOWS[window], to, limit };
      const reply = await history.query("usage", { proxy: proxy_id ?? FLEET, ...question });
      const entries = reply.entries.map(({ key, bytes, error }) => {
        return { key, bytes, error_bytes: error };
      });
      if (wantsCsv(c, format)) return csv(c, "top", topEntrySchema, entries);
      const { from, others: others_bytes } = reply;
      return c.json({ by, proxy_id: proxy_id ?? null, from, to, entries, others_bytes }, 200);
    })
    .openapi(logRoute, async (c) => {
      const { limit, cursor, format, ...filter } = c.req.valid("query");
      const at = cursor ? cursor.split(".").map(Number) as LogCursor : null;
      const question = { filter, limit, cursor: at };
      const page = await history.query("log", question);
      const connections = page.connections.map(viewOf);
      const next = page.next && page.next.join(".");
      if (wantsCsv(c, format)) return csv(c, "log", loggedConnectionSchema, connections, next);
      return c.json({ connections, next }, 200);
    })
    .openapi(eventsRoute, async (c) => {
      const { since = null, before, proxy_id: proxy, kind: kinds, limit, format } = c.req
        .valid("query");
      const question = { since, before, proxy, kinds, limit };
      const complete = history.state.state === "on";
      const events = complete
        ? await history.query("events", question)
        : history.recentEvents(question);
      if (wantsCsv(c, format)) return csv(c, "events", eventSchema, events);
      return c.json({ events, next: events.at(-1)?.id ?? since ?? 0, complete }, 200);
    });
  app.onError((error, c) => unavailable(error, c));
  return app;
}

function unavailable(error: Error, c: Context) {
  if (!(error instanceof QueryError)) throw error;
  return errorReply(c, 503, error.code, error.message);
}

/** What does not fit together, in words, or null. */
function misuseOf(
  query: { from: number; to: number; proxy_id?: string; by?: string; top?: number; csv: boolean },
): string | null {
  if (query.from >= query.to) return "Cannot use from: expected less than to";
  if (query.by && query.proxy_id) return "Cannot use by: expected no proxy_id beside it";
  if (query.by && query.csv) return "Cannot use by: expected format=json";
  if (query.top !== undefined && !query.by) return "Cannot use top: expected by=proxy";
  return null;
}

function proxySeriesOf({ proxy, rows }: { proxy: string; rows: Row[] }) {
  const points = rows.map(({ time, sent, received }) => {
    return { time, bytes_sent: sent, bytes_received: received };
  });
  return { proxy_id: proxy, points };
}

function pointOf(row: Row) {
  return {
    time: row.time,
    bytes_sent: row.sent,
    bytes_received: row.received,
    connections: row.connections,
    failed: row.failed,
    rejected: row.rejected,
    active: row.samples > 0 ? Math.round(row.activeSum / row.samples * 100) / 100 : null,
    active_max: row.samples > 0 ? row.activeMax : null,
  };
}

function viewOf({ started, ended, boot: _, ...connection }: LoggedConnection) {
  return { ...connection, start_time: started, end_time: ended };
}

import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Registry } from "../registry.ts";
import { csvHeaders, toCsv, wantsCsv } from "./csv.ts";
import type { ManagerEnv } from "./env.ts";
import { errorReply } from "./errors.ts";
import { CONNECTION_COLUMNS } from "./columns.ts";
import { connectionGroupSchema, connectionsReplySchema, GROUPS } from "./model_connections.ts";
import { filterParameters } from "./filter_parameters.ts";
import { badQuery, describeError, flag, formatParameter, wholeNumber } from "./openapi.ts";
import {
  CONNECTION_FIELDS,
  findConnections,
  findGroups,
  GROUP_FIELDS,
} from "./query/connections.ts";
import { decodeCursor, encodeCursor, MAX_CURSOR } from "./query/cursor.ts";
import { orderParameter, orderText } from "./query/order.ts";
import type { SortField } from "./query/ranking.ts";
import { Turns } from "./query/scan.ts";

/** A page is sorted and written in one go, so it must stay small. */
const MAX_LIMIT = 1_000;
/** Requests that may wait for those before them. */
const MAX_WAITING = 16;

const querySchema = z.object({
  ...filterParameters,
  active: flag.openapi({ description: "only those that are open now, or are not" }),
  group: z.enum(GROUPS).optional().openapi({ description: "sums of those with this in common" }),
  sort: orderParameter([...new Set([...CONNECTION_FIELDS, ...GROUP_FIELDS])]).optional(),
  limit: wholeNumber(MAX_LIMIT, "how many at most").default(100),
  cursor: z.string().max(MAX_CURSOR).optional().openapi({
    description: "next_cursor of the page before, with the same order",
  }),
  format: formatParameter,
});

const connectionsRoute = createRoute({
  method: "get",
  path: "/api/connections",
  summary: "Connections of the whole fleet, or their sums by client, target, user or proxy",
  description:
    "Sorted by -active,-start_time, groups by -connections, unless another order is asked for.",
  request: { query: querySchema },
  responses: {
    200: {
      description: "A page of them",
      headers: z.object({
        "X-Total-Count": z.string().openapi({ description: "how many match" }),
        "X-Next-Cursor": z.string().optional().openapi({ description: "next_cursor, for CSV" }),
      }),
      content: {
        "application/json": { schema: connectionsReplySchema },
        "text/csv": { schema: z.string() },
      },
    },
    400: describeError("A parameter is not valid"),
    503: describeError("Too many such requests wait already"),
  },
});

const GROUP_COLUMNS = Object.keys(
  connectionGroupSchema.shape,
) as (keyof typeof connectionGroupSchema.shape)[];

/** `/api/connections`. `now` gives Unix milliseconds. */
export function connectionRoutes({ registry, now }: { registry: Registry; now: () => number }) {
  const turns = new Turns(MAX_WAITING);
  return new OpenAPIHono<ManagerEnv>({ defaultHook: badQuery }).openapi(
    connectionsRoute,
    async (c) => {
      const { group, limit, cursor, format, sort, ...filter } = c.req.valid("query");
      const order = sort ?? (group ? BY_CONNECTIONS : NEWEST_FIRST);
      const wrong = misplacedField(order, group);
      if (wrong) return errorReply(c, 400, "bad_request", `Cannot use sort: ${wrong}`);
      const orderKey = `${group ?? ""} ${orderText(order)}`;
      const after = cursor === undefined ? null : decodeCursor(cursor, orderKey);
      if (cursor !== undefined && !after) {
        return errorReply(
          c,
          400,
          "bad_cursor",
          "Cannot use cursor: expected one of this same query",
        );
      }
      const { client } = (c.env ?? {}) as ManagerEnv["Bindings"];
      const gone = () => client?.closed === true;
      const query = { filter, order, limit, after, gone };
      const found = await turns.take<Groups | Connections>(
        async () =>
          group
            ? { groups: await findGroups(registry, query, group, now()) }
            : { connections: await findConnections(registry, query, now()) },
        gone,
      );
      if (!found) return errorReply(c, 503, "busy", "Too many such requests wait; try again");
      const { rows, total, notReported, next } = "groups" in found
        ? found.groups
        : found.connections;
      const next_cursor = next && encodeCursor(next, orderKey);
      const headers: Record<string, string> = {
        "X-Total-Count": String(total),
        ...(next_cursor ? { "X-Next-Cursor": next_cursor } : {}),
      };
      if (wantsCsv(c, format)) {
        const text = "groups" in found
          ? toCsv(GROUP_COLUMNS, found.groups.rows)
          : toCsv(["proxy_id", ...CONNECTION_COLUMNS], found.connections.rows);
        return c.body(text, 200, { ...headers, ...csvHeaders("connections") });
      }
      return c.json(
        {
          connections: "connections" in found ? found.connections.rows : [],
          groups: "groups" in found ? found.groups.rows : [],
          total,
          left_out: total - rows.length,
          not_reported: notReported,
          next_cursor,
        },
        200,
        headers,
      );
    },
  );
}

const NEWEST_FIRST: SortField[] = [
  { field: "active", descending: true },
  { field: "start_time", descending: true },
];
const BY_CONNECTIONS: SortField[] = [{ field: "connections", descending: true }];

interface Groups {
  groups: Awaited<ReturnType<typeof findGroups>>;
}

interface Connections {
  connections: Awaited<ReturnType<typeof findConnections>>;
}

/** A field to sort by that connections, or groups, do not have. */
function misplacedField(order: readonly SortField[], group: string | undefined): string | null {
  const fields: readonly string[] = group ? GROUP_FIELDS : CONNECTION_FIELDS;
  const wrong = order.find(({ field }) => !fields.includes(field));
  return wrong ? `${wrong.field} is none of ${fields.join(", ")}` : null;
}

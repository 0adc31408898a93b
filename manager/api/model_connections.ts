/** The contract of `GET /api/connections`; see model.ts for the rest and for units. */
import { z } from "@hono/zod-openapi";
import { CONNECTION_STATES } from "../../proxy/stats/report.ts";
import { connectionSchema } from "./model.ts";

export const GROUPS = ["client", "target", "user", "proxy"] as const;
export type GroupBy = (typeof GROUPS)[number];

const count = z.number().int().min(0);

/** A connection and the proxy that it is of. */
export const fleetConnectionSchema = z.object({
  proxy_id: z.string(),
  ...connectionSchema.shape,
  state: z.enum(CONNECTION_STATES),
}).openapi("FleetConnection");
export type FleetConnection = z.infer<typeof fleetConnectionSchema>;

/** The sums of connections that have something in common. */
export const connectionGroupSchema = z.object({
  key: z.string().openapi({
    description: "the client's address, the target, the user or the proxy",
  }),
  connections: count,
  active: count,
  bytes_sent: count,
  bytes_received: count,
  requests: count,
}).openapi("ConnectionGroup");
export type ConnectionGroup = z.infer<typeof connectionGroupSchema>;

/** `GET /api/connections`. */
export const connectionsReplySchema = z.object({
  connections: z.array(fleetConnectionSchema).openapi({
    description: "empty where groups are asked for",
  }),
  groups: z.array(connectionGroupSchema).openapi({
    description: "empty unless they are asked for",
  }),
  total: count.openapi({ description: "connections, or groups, that match" }),
  left_out: count.openapi({ description: "how many of them are not in this reply" }),
  not_reported: count.openapi({
    description: "live connections that the proxies asked for did not report, which may match too",
  }),
  next_cursor: z.string().nullable().openapi({ description: "for what follows; null at the end" }),
}).openapi("ConnectionsReply");
export type ConnectionsReply = z.infer<typeof connectionsReplySchema>;

/** The WebSocket's message with the connections of the whole fleet; see model.ts for the rest. */
import { z } from "@hono/zod-openapi";

const count = z.number().int().min(0);
/** How long before the message's `time` something was, in milliseconds; below zero where it is to come. */
const age = z.number().int();

/**
 * A connection, its texts as places in `strings` and its state as a place in `CONNECTION_STATES`. It is made so
 * small since 20,000 of them go to each viewer.
 */
export const fleetRowSchema = z.tuple([
  /* proxy_id */ count,
  /* id */ count,
  /* client_ip */ count,
  /* client_port */ count,
  /* target */ count,
  /* user */ count,
  /* reason */ count,
  /* state */ count,
  /* active, 0 or 1 */ count.max(1),
  /* start_time */ age,
  /* last_activity */ age,
  /* when it was reported last */ age,
  /* bytes_sent */ count,
  /* bytes_received */ count,
  /* requests */ count,
]);
export type FleetRow = z.infer<typeof fleetRowSchema>;

/**
 * The connections of the whole fleet, for those who subscribed to `proxy_id: null`. A full message is all there are;
 * others tell what has changed since the one before. Connections are named by proxy and id.
 */
export const fleetConnectionsSchema = z.object({
  type: z.literal("fleet_connections"),
  full: z.boolean(),
  /** The manager's clock, in Unix milliseconds. */
  time: count,
  /** The texts of this message, each once. */
  strings: z.array(z.string()),
  upsert: z.array(fleetRowSchema),
  /**
   * Where nothing but figures changed, by proxy: its place in `strings`, and then for each connection its id,
   * bytes_sent, bytes_received and requests, and as ages its last_activity and when it was reported last.
   */
  changed: z.array(z.array(z.number().int())),
  /** By proxy: its place in `strings`, and the ids. */
  removed: z.array(z.array(count)),
  /** Live connections that are not among them: not reported, or more than a viewer is sent. */
  omitted: count,
});
export type FleetConnections = z.infer<typeof fleetConnectionsSchema>;

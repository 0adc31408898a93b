/** The contract of central control: who takes orders, and what became of one. */
import { z } from "@hono/zod-openapi";
import { COMMANDS, commandSchema } from "../../proxy/control/commands.ts";
import { orderIdSchema } from "../../proxy/control/protocol.ts";
import { shownSchema } from "../../proxy/control/shown.ts";
import { labelsSchema } from "../../proxy/stats/labels_record.ts";
import { OUTCOMES } from "../control/figures.ts";

export type { Command, CommandName } from "../../proxy/control/commands.ts";

/** Proxies that one order may name. */
const MAX_PROXIES = 10_000;
/** How long an order may wait for its answers, and does unless it is told; in seconds. */
export const MAX_TIMEOUT_S = 60;
const TIMEOUT_S = 10;

/** `GET /api/control`. */
export const controlReplySchema = z.object({
  enabled: z.boolean().openapi({ description: "whether this manager has a key to give orders" }),
  proxies: z.array(z.object({
    proxy_id: z.string(),
    connected_since: z.number().min(0),
    version: z.string(),
    commands: z.array(z.string()).openapi({ description: "those that it understands" }),
  })),
}).openapi("Control");
export type ControlReply = z.infer<typeof controlReplySchema>;

export const commandNameSchema = z.enum(COMMANDS as [string, ...string[]]).openapi({
  param: { name: "command", in: "path" },
});

/** Every command with what belongs to it, as the API's document has it. */
export function commandDocument() {
  const { $schema: _, ...schema } = z.toJSONSchema(commandSchema, { io: "input" });
  return { ...schema, description: "one of these, without its name, stands in an Order" } as object;
}

/** `POST /api/control/{command}`: to whom, and beside it what the command itself has. */
export const orderSchema = z.looseObject({
  order_id: orderIdSchema.optional().openapi({
    description: "the same again, with the same command, is done once (made up unless given)",
  }),
  id: z.union([orderIdSchema, z.int().min(1)]).optional().openapi({
    description: "a text is taken for order_id, a number is close_connection's own",
  }),
  proxies: z.union([
    z.array(z.string().min(1).max(128)).min(1).max(MAX_PROXIES),
    z.literal("all"),
  ]).optional().openapi({ description: "their ids, or all that take orders now" }),
  labels: labelsSchema.optional().openapi({
    description: "in place of proxies: all that have these labels and are not offline or stopped",
  }),
  timeout: z.number().min(0.1).max(MAX_TIMEOUT_S).default(TIMEOUT_S).openapi({
    description: "seconds to wait for the answers",
  }),
}).refine(({ proxies, labels }) => (proxies === undefined) !== (labels === undefined), {
  path: ["proxies"],
  message: "expected either proxies or labels",
}).openapi("Order", { description: "what a Command has besides its name stands here too" });

/** What became of an order, in the order of the proxies. */
export const orderReplySchema = z.object({
  id: z.string(),
  command: z.string(),
  results: z.array(z.object({
    proxy_id: z.string(),
    outcome: z.enum(OUTCOMES).openapi({
      description: "after a timeout it is not known whether it was done: ask again with the same " +
        "order_id; refused and not_connected were not tried",
    }),
    detail: z.string(),
    count: z.number().int().min(0).optional().openapi({
      description: "connections that were closed, or would be",
    }),
    shown: shownSchema.optional().openapi({
      description:
        "what show asked for: limits and rules as set_limits and set_access take them; " +
        "where some are left out, rules that are set in their place end those too",
    }),
  })),
}).openapi("OrderReply");
export type OrderReply = z.infer<typeof orderReplySchema>;

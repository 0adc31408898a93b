import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { type Command, commandSchema, isReading } from "../../proxy/control/commands.ts";
import { CONTROL_PATH } from "../../proxy/control/protocol.ts";
import { hasLabels, type Labels } from "../../proxy/stats/labels_record.ts";
import { actorOf, type Audit } from "../audit.ts";
import type { ControlHub } from "../control/hub.ts";
import type { Outcome } from "../control/waiting.ts";
import type { Registry } from "../registry.ts";
import type { ManagerEnv } from "./env.ts";
import { errorReply } from "./errors.ts";
import {
  commandDocument,
  commandNameSchema,
  controlReplySchema,
  orderReplySchema,
  orderSchema,
} from "./model_control.ts";
import { badQuery, describeError } from "./openapi.ts";

const controlRoute = createRoute({
  method: "get",
  path: "/api/control",
  summary: "The proxies that take orders from this manager, by id",
  responses: {
    200: {
      description: "Who takes orders now",
      content: { "application/json": { schema: controlReplySchema } },
    },
  },
});

const orderRoute = createRoute({
  method: "post",
  path: "/api/control/{command}",
  summary: "Gives a command to proxies, and waits for each one's outcome",
  request: {
    params: z.object({ command: commandNameSchema }),
    body: { required: true, content: { "application/json": { schema: orderSchema } } },
  },
  responses: {
    200: {
      description: "What became of it at each proxy, whatever that is",
      content: { "application/json": { schema: orderReplySchema } },
    },
    400: describeError("The order is not valid"),
    409: describeError("The manager has no key, or the id was another order's"),
    429: describeError("Too many orders in a short time"),
  },
});

const channelRoute = createRoute({
  method: "get",
  path: CONTROL_PATH,
  summary: "Where proxies come for orders, over WebSocket; proxy/control/protocol.ts declares it",
  responses: {
    101: { description: "The connection is a WebSocket from here on" },
    400: describeError("This is not a WebSocket handshake"),
    403: describeError("A page in a browser asks"),
    404: describeError("The manager has no key to give orders"),
    426: describeError("This path speaks WebSocket version 13 only"),
    503: describeError("Too many others from there have yet to prove that they have a key"),
  },
});

export interface ControlRoutesDeps {
  /** Null where the manager has no key to give orders. */
  control: ControlHub | null;
  audit: Audit;
  registry: Registry;
  /** Unix milliseconds. */
  now: () => number;
}

/** `/api/control`; the channel itself is only described here. */
export function controlRoutes({ control, audit, registry, now }: ControlRoutesDeps) {
  const app = new OpenAPIHono<ManagerEnv>({ defaultHook: badQuery })
    .openapi(controlRoute, (c) => {
      return c.json({ enabled: control !== null, proxies: control?.list() ?? [] }, 200);
    })
    .openapi(orderRoute, async (c) => {
      const { command: name } = c.req.valid("param");
      const { order_id, id, proxies, labels, timeout, ...params } = c.req.valid("json");
      const own = typeof id === "number" ? { id } : {};
      const told = commandSchema.safeParse({ ...params, ...own, command: name });
      if (!told.success) {
        const [{ path, message }] = told.error.issues;
        const what = path.join(".") || name;
        return errorReply(c, 400, "bad_request", `Cannot use ${what}: ${message}`);
      }
      if (!control) return errorReply(c, 409, "control_off", CONTROL_OFF);
      const command = told.data;
      const orderId = order_id ?? (typeof id === "string" ? id : crypto.randomUUID());
      const ids = proxies === "all"
        ? control.list().map(({ proxy_id }) => proxy_id)
        : labels
        ? labelled(registry, labels, now())
        : [...new Set(proxies)];
      c.env?.client?.allow(1000 * timeout + MARGIN_MS);
      const outcomes = await control.order({ id: orderId, command }, ids, 1000 * timeout);
      if (outcomes === "id_taken") return errorReply(c, 409, outcomes, ID_TAKEN);
      if (outcomes === "too_many_orders") return errorReply(c, 429, outcomes, TOO_MANY);
      for (const [i, outcome] of outcomes.entries()) note(c, audit, command, ids[i], outcome);
      const results = ids.map((proxy_id, i) => ({ proxy_id, ...outcomes[i] }));
      return c.json({ id: orderId, command: name, results }, 200);
    });
  app.openAPIRegistry.registerPath(channelRoute);
  app.openAPIRegistry.registerComponent("schemas", "Command", commandDocument());
  return app;
}

/** Of a command's parameters in the audit log, in characters. */
const MAX_PARAMS = 160;
/** For the reply to be made and sent, behind the time for the answers. */
const MARGIN_MS = 10_000;
const CONTROL_OFF = "This manager gives no orders: start it with --control-key-file";
const ID_TAKEN = "Another command was given under this id before";
const TOO_MANY =
  "Too many orders were given in a short time; those of the last minutes are remembered";

/** Those with all of these labels that are up, or take orders. */
function labelled(registry: Registry, labels: Labels, nowMs: number): string[] {
  return [...registry.proxies()]
    .filter((entry) => entry.controlled || entry.isUp(nowMs))
    .filter((entry) => hasLabels(entry.labels.all, labels))
    .map(({ id }) => id);
}

/** Who ordered what, and what became of it, where it was to change anything. */
function note(
  c: Context<ManagerEnv>,
  audit: Audit,
  told: Command,
  target: string,
  { outcome, detail }: Outcome,
): void {
  const { command, ...params } = told;
  if (isReading(command)) return;
  const what = Object.keys(params).length > 0 ? `${brief(JSON.stringify(params))} ` : "";
  audit.note({ ...actorOf(c), action: command, target, outcome, detail: `${what}${detail}` });
}

/** What became of it has to find room behind it. */
function brief(text: string): string {
  return text.length <= MAX_PARAMS ? text : `${text.slice(0, MAX_PARAMS)}…`;
}

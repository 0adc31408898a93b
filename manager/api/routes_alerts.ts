import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Alerts } from "../alerts/alerts.ts";
import { SEVERITIES } from "../alerts/rule.ts";
import { MAX_SILENCES } from "../alerts/silences.ts";
import { actorOf, type Audit } from "../audit.ts";
import { alertsReply, silenceView } from "./alert_views.ts";
import type { ManagerEnv } from "./env.ts";
import { errorReply } from "./errors.ts";
import {
  ALERT_STATES,
  alertsReplySchema,
  silenceRequestSchema,
  silenceSchema,
  webhookTestSchema,
} from "./model_alerts.ts";
import { badQuery, describeError, wholeNumber } from "./openapi.ts";

const MAX_LIMIT = 2_000;
const TEST_AGAIN_MS = 1_000;
const idParams = z.object({ id: z.string().min(1).max(64) });
const badRequest = describeError("The request is not valid");

const alertsRoute = createRoute({
  method: "get",
  path: "/api/alerts",
  summary: "What is wrong, what was, by which rules, and who is told",
  request: {
    query: z.object({
      state: z.enum(ALERT_STATES).optional(),
      severity: z.enum(SEVERITIES).optional(),
      proxy_id: z.string().max(300).optional().openapi({ description: "only of this one" }),
      limit: wholeNumber(MAX_LIMIT, "how many alerts at most").default(1_000),
    }),
  },
  responses: {
    200: {
      description: "Rules, alerts, silences and webhooks",
      content: { "application/json": { schema: alertsReplySchema } },
    },
    400: describeError("A parameter is not valid"),
  },
});

const acknowledgeRoute = createRoute({
  method: "post",
  path: "/api/alerts/{id}/acknowledge",
  summary: "Notes that somebody knows of an alert that fires",
  request: { params: idParams },
  responses: {
    204: { description: "It is noted, by whom too" },
    400: badRequest,
    404: describeError("No alert has this id"),
    409: describeError("The alert does not fire"),
  },
});

const silenceRoute = createRoute({
  method: "post",
  path: "/api/alerts/silences",
  summary: "Has nobody told of a rule's or a proxy's alerts for a time",
  request: {
    body: {
      required: true,
      content: { "application/json": { schema: silenceRequestSchema } },
    },
  },
  responses: {
    201: {
      description: "The silence",
      content: { "application/json": { schema: silenceSchema } },
    },
    400: badRequest,
    409: describeError(`There are ${MAX_SILENCES} silences already`),
  },
});

const unsilenceRoute = createRoute({
  method: "delete",
  path: "/api/alerts/silences/{id}",
  summary: "Ends a silence before its time",
  request: { params: idParams },
  responses: {
    204: { description: "It is over; who was not told of what still fires is told now" },
    400: badRequest,
    404: describeError("No silence has this id"),
  },
});

const testRoute = createRoute({
  method: "post",
  path: "/api/alerts/webhooks/{name}/test",
  summary: "Sends a test to a webhook, once",
  request: { params: z.object({ name: z.string().min(1).max(64) }) },
  responses: {
    200: {
      description: "What became of it",
      content: { "application/json": { schema: webhookTestSchema } },
    },
    400: badRequest,
    404: describeError("No webhook has this name"),
    429: describeError("A test of this webhook runs, or ran a second ago"),
  },
});

export interface AlertDeps {
  alerts: Alerts;
  audit: Audit;
  /** Unix milliseconds. */
  now: () => number;
}

/** `/api/alerts` and what belongs to it. */
export function alertRoutes({ alerts, audit, now }: AlertDeps) {
  // By webhook, of which there are few; a test that runs holds its place.
  const testedMs = new Map<string, number>();
  return new OpenAPIHono<ManagerEnv>({ defaultHook: badQuery })
    .openapi(alertsRoute, (c) => c.json(alertsReply(alerts, c.req.valid("query"), now()), 200))
    .openapi(acknowledgeRoute, (c) => {
      const { id } = c.req.valid("param");
      const who = actorOf(c);
      const outcome = alerts.acknowledge(id, who.actor);
      audit.note({ ...who, action: "acknowledge_alert", target: id, outcome });
      if (outcome === "done") return c.body(null, 204);
      return outcome === "not_found"
        ? errorReply(c, 404, "alert_not_found", "No alert has this id")
        : errorReply(c, 409, "alert_not_firing", "Only an alert that fires is acknowledged");
    })
    .openapi(silenceRoute, (c) => {
      const { rule = null, proxy_id = null, seconds, comment } = c.req.valid("json");
      const who = actorOf(c);
      const asked = { rule, proxyId: proxy_id, by: who.actor, comment };
      const silence = alerts.silence(asked, seconds);
      audit.note({
        ...{ ...who, action: "silence_alerts", outcome: silence ? "done" : "refused" },
        target: silence?.id ?? "",
        detail: `rule ${rule ?? "*"}, proxy ${proxy_id ?? "*"}, ${seconds} s: ${comment}`,
      });
      if (silence) return c.json(silenceView(silence), 201);
      const message = `There are ${MAX_SILENCES} silences already: end one of them`;
      return errorReply(c, 409, "too_many_silences", message);
    })
    .openapi(unsilenceRoute, (c) => {
      const { id } = c.req.valid("param");
      const ended = alerts.unsilence(id) !== null;
      const outcome = ended ? "done" : "not_found";
      audit.note({ ...actorOf(c), action: "end_silence", target: id, outcome });
      if (ended) return c.body(null, 204);
      return errorReply(c, 404, "silence_not_found", "No silence has this id");
    })
    .openapi(testRoute, async (c) => {
      const { name } = c.req.valid("param");
      const note = (outcome: string, detail = "") =>
        audit.note({ ...actorOf(c), action: "test_webhook", target: name, outcome, detail });
      const webhook = alerts.notifier.find(name);
      if (!webhook) {
        note("not_found");
        return errorReply(c, 404, "webhook_not_found", "No webhook has this name");
      }
      if (now() - (testedMs.get(name) ?? -Infinity) < TEST_AGAIN_MS) {
        note("refused");
        const message = "A test of this webhook runs, or ran a second ago";
        return errorReply(c, 429, "tested_just_now", message);
      }
      testedMs.set(name, Infinity);
      const { ok, status, detail, seconds } = await webhook.test();
      testedMs.set(name, now());
      note(ok ? "done" : "failed", detail);
      return c.json({ ok, status, detail, seconds }, 200);
    });
}

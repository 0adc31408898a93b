import { hc } from "hono/client";
import type { ManagerApp } from "../../manager/api/app.ts";
import type {
  EventsReply,
  HistoryReply,
  LogReply,
  TopReply,
} from "../../manager/api/model_history.ts";
import { type Answer, answerOf, type Question } from "./history.ts";
import type { AlertsReply, SilenceRequest, WebhookTest } from "../../manager/api/model_alerts.ts";
import type { AuditReply, SessionReply } from "../../manager/api/model_session.ts";
import type { EventQuestion } from "../state/event_filter.ts";
import type { LogQuestion } from "../state/connections/older.ts";
import type { TopQuestion } from "../state/top.ts";
import { words } from "../words/words.ts";
import { doneOf } from "./done.ts";
import type { LoginFailure, SessionApi } from "../state/session.ts";

/** The manager's API, typed by its own routes. */
export class ManagerClient implements SessionApi {
  readonly #api: ReturnType<typeof hc<ManagerApp>>["api"];

  /** `base` is where the manager's page is; `fetch` comes in from outside for tests. */
  constructor(
    base: string,
    fetch: typeof globalThis.fetch = (...args) => globalThis.fetch(...args),
  ) {
    this.#api = hc<ManagerApp>(base, { fetch }).api;
  }

  /** Forgets a proxy that is offline or stopped; returns why it is not, or null. */
  async forget(proxyId: string): Promise<string | null> {
    try {
      const param = { id: encodeURIComponent(proxyId) };
      const reply = await this.#api.proxy[":id"].$delete({ param });
      // One that is not known any more is forgotten too.
      if (reply.status === 204 || reply.status === 404) return null;
      return (await reply.json()).error.message;
    } catch {
      return words.shared.unreachableSentence;
    }
  }

  /** Figures over time. */
  history({ proxyId, from, to, by }: Question, signal: AbortSignal): Promise<Answer<HistoryReply>> {
    const query = {
      from: from.toFixed(3),
      ...(to === null ? {} : { to: to.toFixed(3) }),
      ...(proxyId === null ? {} : { proxy_id: proxyId }),
      ...(by ? { by: "proxy" as const } : {}),
      format: "json" as const,
    };
    return answerOf(() => this.#api.history.$get({ query }, { init: { signal } }));
  }

  /** What happened to a proxy of late. */
  events(proxyId: string, signal: AbortSignal): Promise<Answer<EventsReply>> {
    const query = { proxy_id: proxyId, limit: "200", format: "json" as const };
    return answerOf(() => this.#api.events.$get({ query }, { init: { signal } }));
  }

  /** Who used most. */
  top(question: TopQuestion, signal: AbortSignal): Promise<Answer<TopReply>> {
    const { by, window, proxyId } = question;
    const proxy = proxyId === "" ? {} : { proxy_id: proxyId };
    const query = { by, window, ...proxy, limit: "100", format: "json" as const };
    return answerOf(() => this.#api.top.$get({ query }, { init: { signal } }));
  }

  /** What happened in the fleet, up to an event. */
  fleetEvents(question: EventQuestion, signal: AbortSignal): Promise<Answer<EventsReply>> {
    const { proxyId, kinds, before, limit } = question;
    const query = {
      ...(proxyId === "" ? {} : { proxy_id: proxyId }),
      ...(kinds.length === 0 ? {} : { kind: kinds.join(",") }),
      ...(before === null ? {} : { before: String(before) }),
      limit: String(limit),
      format: "json" as const,
    };
    return answerOf(() => this.#api.events.$get({ query }, { init: { signal } }));
  }

  /** Connections that have ended, the newest first. */
  log(question: LogQuestion, signal: AbortSignal): Promise<Answer<LogReply>> {
    const { states, proxyId, cursor, limit } = question;
    const query = {
      state: states.join(","),
      ...(proxyId === null ? {} : { proxy: proxyId }),
      ...(cursor === "" ? {} : { cursor }),
      limit: String(limit),
      format: "json" as const,
    };
    return answerOf(() => this.#api.log.$get({ query }, { init: { signal } }));
  }

  /** What is wrong, by which rules, and who is told. */
  alerts(signal: AbortSignal): Promise<Answer<AlertsReply>> {
    return answerOf(() => this.#api.alerts.$get({ query: {} }, { init: { signal } }));
  }

  /** Notes that somebody knows of an alert; why that is not noted, or null. */
  acknowledge(id: string): Promise<string | null> {
    return doneOf(() => this.#api.alerts[":id"].acknowledge.$post({ param: { id } }));
  }

  /** Has nobody told of some alerts for a time; why not, or null. */
  silence(json: SilenceRequest): Promise<string | null> {
    return doneOf(() => this.#api.alerts.silences.$post({ json }));
  }

  /** Ends a silence; why not, or null. */
  endSilence(id: string): Promise<string | null> {
    return doneOf(() => this.#api.alerts.silences[":id"].$delete({ param: { id } }));
  }

  /** Sends a test to a webhook. */
  testWebhook(name: string): Promise<Answer<WebhookTest>> {
    const param = { name: encodeURIComponent(name) };
    return answerOf(() => this.#api.alerts.webhooks[":name"].test.$post({ param }));
  }

  /** Who did what, the newest; for admins. */
  audit(signal: AbortSignal): Promise<Answer<AuditReply>> {
    return answerOf(() => this.#api.audit.$get({ query: { limit: "200" } }, { init: { signal } }));
  }

  async session(): Promise<SessionReply | null> {
    const reply = await this.#api.session.$get({}, { init: { signal: patience() } });
    if ((reply.status as number) === 404) return null;
    if (!reply.ok) throw new Error(`Cannot ask for the session: expected 200, got ${reply.status}`);
    return await reply.json();
  }

  async login(user: string, password: string): Promise<SessionReply | LoginFailure> {
    const init = { signal: patience() };
    const reply = await this.#api.login.$post({ json: { user, password } }, { init });
    if (reply.ok) return await reply.json();
    const { error } = await reply.json();
    return { code: error.code, retryAfter: Number(reply.headers.get("retry-after") ?? 0) };
  }

  async logout(): Promise<void> {
    const reply = await this.#api.logout.$post({}, { init: { signal: patience() } });
    if (!reply.ok) throw new Error(`Cannot log out: expected 204, got ${reply.status}`);
  }
}

/** What takes longer than this has failed. */
function patience(): AbortSignal {
  return AbortSignal.timeout(10_000);
}

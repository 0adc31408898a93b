import { hc } from "hono/client";
import type { ManagerApp } from "../../manager/api/app.ts";
import type { EventsReply, HistoryReply } from "../../manager/api/model_history.ts";
import { type Answer, answerOf, type Question } from "./history.ts";

/** The manager's API, typed by its own routes. */
export class ManagerClient {
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
      return "The manager cannot be reached";
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
}

import { hc } from "hono/client";
import type { ManagerApp } from "../../manager/api/app.ts";

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
}

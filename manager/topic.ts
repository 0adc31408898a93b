import type { ServerMessage } from "./api/model.ts";
import { connectionView, connectionViews } from "./api/views.ts";
import type { Registry } from "./registry.ts";

/** The connections of one proxy, for those viewers who watch them; each message is encoded once. */
export class Topic {
  viewers = 0;
  #registry: Registry;
  #proxyId: string;
  #changed = new Set<number>();
  /** The proxy went, so that changes alone would not tell. */
  #gone = false;
  #omitted = 0;
  #full: string | null = null;

  constructor(registry: Registry, proxyId: string) {
    this.#registry = registry;
    this.#proxyId = proxyId;
  }

  /** Notes that a connection changed, or the proxy itself where it is null. */
  note(connectionId: number | null): void {
    if (connectionId !== null) this.#changed.add(connectionId);
    else if (!this.#registry.get(this.#proxyId)) this.#gone = true;
  }

  /** All connections; made at most once between two calls of {@link next}, which brings the rest. */
  full(nowMs: number): string {
    if (this.#full !== null) return this.#full;
    const entry = this.#registry.get(this.#proxyId);
    this.#omitted = entry?.omitted(nowMs) ?? 0;
    return this.#full = this.#encode(true, entry ? connectionViews(entry, nowMs) : [], []);
  }

  /** What has changed since the last call, or null. */
  next(nowMs: number): string | null {
    const changed = [...this.#changed];
    const gone = this.#gone;
    this.#changed.clear();
    this.#gone = false;
    this.#full = null;
    if (gone) return this.full(nowMs);
    const entry = this.#registry.get(this.#proxyId);
    if (!entry) return null;
    const omitted = entry.omitted(nowMs);
    if (changed.length === 0 && omitted === this.#omitted) return null;
    this.#omitted = omitted;
    const upsert = changed.flatMap((id) => {
      const record = entry.connections.get(id);
      return record ? [connectionView(entry, record, nowMs)] : [];
    });
    return this.#encode(false, upsert, changed.filter((id) => !entry.connections.get(id)));
  }

  #encode(full: boolean, upsert: Message["upsert"], removed: number[]): string {
    const message: Message = {
      type: "connections",
      proxy_id: this.#proxyId,
      full,
      upsert,
      removed,
      omitted: this.#omitted,
    };
    return JSON.stringify(message);
  }
}

type Message = Extract<ServerMessage, { type: "connections" }>;

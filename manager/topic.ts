import type { ServerMessage } from "./api/model.ts";
import { backendViews, connectionView, connectionViews } from "./api/views.ts";
import type { ProxyEntry } from "./fleet/proxy.ts";
import type { Registry } from "./registry.ts";

/** The connections and backends of one proxy, for those viewers who watch them; each message is encoded once. */
export class Topic {
  viewers = 0;
  #registry: Registry;
  #proxyId: string;
  #changed = new Set<number>();
  /** The proxy went, so that changes alone would not tell. */
  #gone = false;
  #omitted = 0;
  /** What the backends were when they were sent last. */
  #backends = "";
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

  /** Everything; made at most once between two calls of {@link next}, which brings the rest. */
  full(nowMs: number): string {
    if (this.#full !== null) return this.#full;
    const entry = this.#registry.get(this.#proxyId);
    this.#omitted = entry?.omitted(nowMs) ?? 0;
    this.#backends = stampOf(entry, nowMs);
    const all = entry ? connectionViews(entry, nowMs) : [];
    return this.#full = this.#encode(true, all, [], entry ? backendViews(entry, nowMs) : []);
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
    const stamp = stampOf(entry, nowMs);
    const backends = stamp === this.#backends ? undefined : backendViews(entry, nowMs);
    if (changed.length === 0 && omitted === this.#omitted && !backends) return null;
    this.#omitted = omitted;
    this.#backends = stamp;
    const upsert = changed.flatMap((id) => {
      const record = entry.connections.get(id);
      return record ? [connectionView(entry, record, nowMs)] : [];
    });
    const removed = changed.filter((id) => !entry.connections.get(id));
    return this.#encode(false, upsert, removed, backends);
  }

  #encode(
    full: boolean,
    upsert: Message["upsert"],
    removed: number[],
    backends: Message["backends"],
  ): string {
    const message: Message = {
      type: "connections",
      proxy_id: this.#proxyId,
      full,
      upsert,
      removed,
      omitted: this.#omitted,
      backends,
    };
    return JSON.stringify(message);
  }
}

type Message = Extract<ServerMessage, { type: "connections" }>;

/** Changes whenever the backends' views do. */
function stampOf(entry: ProxyEntry | undefined, nowMs: number): string {
  return entry ? `${entry.backends.version} ${entry.isUp(nowMs)}` : "";
}

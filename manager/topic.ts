import type { ServerMessage } from "./api/model.ts";
import { backendViews, liveConnection, liveConnections } from "./api/views.ts";
import type { ProxyEntry } from "./fleet/proxy.ts";
import type { Registry } from "./registry.ts";

/** The connections, backends, limits and counters by reason of one proxy, for those viewers who watch them; each message is encoded once. */
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
  /** The same of the counters by reason. */
  #reasons = -1;
  /** The same of the limits. */
  #limits = -1;
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
    this.#reasons = entry?.reasons.version ?? -1;
    this.#limits = entry?.limits.version ?? -1;
    return this.#full = this.#encode({
      full: true,
      upsert: entry ? liveConnections(entry, nowMs) : [],
      removed: [],
      backends: entry ? backendViews(entry, nowMs) : [],
      reasons: entry ? Object.fromEntries(entry.reasons) : {},
      limits: entry?.limits.record ?? null,
    });
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
    const { version } = entry.reasons;
    const reasons = version === this.#reasons ? undefined : Object.fromEntries(entry.reasons);
    const newLimits = entry.limits.version !== this.#limits;
    const isSame = omitted === this.#omitted && !backends && !reasons && !newLimits;
    if (changed.length === 0 && isSame) return null;
    this.#omitted = omitted;
    this.#backends = stamp;
    this.#reasons = version;
    this.#limits = entry.limits.version;
    const upsert = changed.flatMap((id) => {
      const record = entry.connections.get(id);
      return record ? [liveConnection(entry, record, nowMs)] : [];
    });
    const removed = changed.filter((id) => !entry.connections.get(id));
    const limits = newLimits ? entry.limits.record : undefined;
    return this.#encode({ full: false, upsert, removed, backends, reasons, limits });
  }

  #encode(changes: Omit<Message, "type" | "proxy_id" | "omitted">): string {
    const { full, ...rest } = changes;
    const message: Message = {
      type: "connections",
      proxy_id: this.#proxyId,
      full,
      omitted: this.#omitted,
      ...rest,
    };
    return JSON.stringify(message);
  }
}

type Message = Extract<ServerMessage, { type: "connections" }>;

/** Changes whenever the backends' views do. */
function stampOf(entry: ProxyEntry | undefined, nowMs: number): string {
  return entry ? `${entry.backends.version} ${entry.isUp(nowMs)}` : "";
}

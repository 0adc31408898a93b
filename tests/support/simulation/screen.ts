import type { Connection, ProxySummary, ServerMessage } from "../../../manager/api/model.ts";

/** What one who watches a proxy has before him: the sum of the messages that came. */
export class Screen {
  readonly proxies = new Map<string, ProxySummary>();
  readonly connections = new Map<number, Connection>();
  #seq = -1;
  readonly #watched: string;

  constructor(watched: string) {
    this.#watched = watched;
  }

  show(message: ServerMessage): void {
    // Nobody has asked for those of the whole fleet.
    if (message.type === "fleet_connections") throw new Error("nobody asked for the whole fleet");
    if (message.type === "connections") return this.#showConnections(message);
    if (message.type === "snapshot") this.proxies.clear();
    else if (message.seq !== this.#seq + 1) throw new Error("a delta was left out");
    this.#seq = message.seq;
    for (const proxy of message.proxies) this.proxies.set(proxy.proxy_id, proxy);
    if (message.type === "delta") { for (const id of message.removed) this.proxies.delete(id); }
  }

  #showConnections(message: Extract<ServerMessage, { type: "connections" }>): void {
    if (message.proxy_id !== this.#watched) throw new Error("nobody asked for this proxy");
    if (message.full) this.connections.clear();
    for (const id of message.removed) this.connections.delete(id);
    for (const connection of message.upsert) this.connections.set(connection.id, connection);
  }
}

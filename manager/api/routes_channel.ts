import { type Context, Hono } from "hono";
import { CONTROL_PATH } from "../../proxy/control/protocol.ts";
import type { ControlHub } from "../control/hub.ts";
import type { Channel, ChannelSocket } from "../control/channel.ts";
import type { ServerSocket, SocketEvents } from "../http/server_socket.ts";
import type { ManagerEnv } from "./env.ts";
import { errorReply } from "./errors.ts";
import { refuseHandshake, refuseOthers, upgrade } from "./upgrade.ts";

/** A proxy that says nothing for half of this is pinged, and one that does not answer is gone; in seconds. */
const IDLE_TIMEOUT_S = 30;

/**
 * `WS /control`, where proxies come for orders; each proves first that it has the key, so that nobody has to
 * log in. 403 for browsers, 503 where too many from there have not proved anything yet.
 */
export function channelRoutes(hub: ControlHub, idleTimeoutS: number = IDLE_TIMEOUT_S) {
  return new Hono<ManagerEnv>().get(CONTROL_PATH, (c) => {
    const refused = refuseOthers(c) ?? refuseStrangers(c, hub) ?? refuseHandshake(c);
    if (refused) return refused;
    const peer = new Peer(hub);
    const socket = upgrade(c, (client, head) => {
      const { events } = peer;
      return client.upgrade(head, { events, peer: "proxy", idleMs: 1000 * idleTimeoutS });
    });
    if (socket instanceof Response) return socket;
    peer.open(socket, addressOf(c));
    return c.body(null);
  });
}

function addressOf(c: Context<ManagerEnv>): string {
  return c.env?.client?.ip ?? "";
}

function refuseStrangers(c: Context<ManagerEnv>, hub: ControlHub): Response | null {
  const ip = addressOf(c);
  if (c.req.header("origin") !== undefined) {
    hub.figures.noteRefusal("page", ip);
    return errorReply(c, 403, "origin_not_allowed", "Proxies connect here, no pages");
  }
  if (hub.hasRoomFor(ip)) return null;
  hub.figures.noteRefusal("too_many_unproven", ip);
  c.header("Retry-After", "5");
  return errorReply(
    c,
    503,
    "too_many_unproven",
    "Too many from there have yet to prove that they have a key",
  );
}

/** What the hub knows of a connection. */
class Peer implements ChannelSocket {
  readonly events: SocketEvents = {
    onMessage: (text) => this.#channel?.receive(text),
    onClose: (code) => this.#channel?.ended(code),
  };
  readonly #hub: ControlHub;
  #socket: ServerSocket | null = null;
  #channel: Channel | null = null;

  constructor(hub: ControlHub) {
    this.#hub = hub;
  }

  open(socket: ServerSocket, ip: string): void {
    this.#socket = socket;
    this.#channel = this.#hub.open(this, ip);
  }

  send(text: string): void {
    this.#socket?.send(text);
  }

  close(code: number, reason: string): void {
    this.#socket?.close(code, reason);
  }
}

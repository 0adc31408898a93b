import { getLogger } from "@logtape/logtape";
import { type Context, Hono } from "hono";
import type { HttpClient } from "../http/link.ts";
import type { Live, ViewerSocket } from "../live.ts";
import type { ManagerEnv } from "./env.ts";
import { errorReply } from "./errors.ts";
import { originGuard } from "./guard.ts";

/** A viewer that says nothing for half of this is pinged, and one that does not answer is gone; in seconds. */
const IDLE_TIMEOUT_S = 30;

/**
 * `WS /ws`: 403 for a foreign Origin, 426 without an upgrade or in another version than 13, 503 where there
 * are too many viewers.
 */
export function wsRoutes(live: Live, idleTimeoutS: number = IDLE_TIMEOUT_S) {
  return new Hono<ManagerEnv>().get("/ws", originGuard, (c) => {
    const { client } = c.env ?? {};
    const refused = refuseHandshake(c, live);
    if (refused) return refused;
    const viewer = new Viewer(live, client);
    if (client && !client.beginWebSocket(() => live.tooBig(viewer))) {
      // The next try comes on a connection of its own, of which all is known.
      client.cut("soon");
      c.header("Connection", "close");
      return badUpgrade(c);
    }
    try {
      const upgraded = Deno.upgradeWebSocket(c.req.raw, { idleTimeout: idleTimeoutS });
      viewer.connect(upgraded.socket);
      return upgraded.response;
    } catch {
      client?.cut("soon");
      return badUpgrade(c);
    }
  });
}

function refuseHandshake(c: Context<ManagerEnv>, live: Live): Response | null {
  if (c.req.header("upgrade")?.toLowerCase() !== "websocket") {
    c.header("Upgrade", "websocket");
    return errorReply(c, 426, "upgrade_required", "This path speaks WebSocket only");
  }
  if (live.isFull) {
    return errorReply(c, 503, "too_many_viewers", "Too many viewers are connected");
  }
  const version = c.req.header("sec-websocket-version");
  if (version === undefined) return badUpgrade(c);
  if (version !== "13") {
    c.header("Sec-WebSocket-Version", "13");
    return errorReply(c, 426, "bad_version", "Only version 13 of the WebSocket protocol is spoken");
  }
  return null;
}

function badUpgrade(c: Context): Response {
  return errorReply(c, 400, "bad_upgrade", "This is not a WebSocket handshake (RFC 6455)");
}

/** A WebSocket whose TCP connection ends even where its other end does not answer a close. */
class Viewer implements ViewerSocket {
  readonly #live: Live;
  readonly #client: HttpClient | undefined;
  #socket: WebSocket | null = null;

  constructor(live: Live, client: HttpClient | undefined) {
    this.#live = live;
    this.#client = client;
  }

  get bufferedAmount(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  connect(socket: WebSocket): void {
    this.#socket = socket;
    socket.onopen = guarded(() => this.#live.open(this));
    socket.onmessage = guarded((event: MessageEvent) => this.#live.message(this, event.data));
    socket.onclose = guarded(() => this.#live.closed(this));
    socket.onerror = guarded(() => this.#live.closed(this));
  }

  send(text: string): void {
    this.#socket?.send(text);
  }

  close(code: number, reason: string): void {
    this.#client?.cut("soon");
    this.#socket?.close(code, reason);
  }
}

// An error that leaves such a handler would end the process.
function guarded<E>(handler: (event: E) => void): (event: E) => void {
  return (event) => {
    try {
      handler(event);
    } catch (error) {
      getLogger(["rustproxy", "manager"]).error("Cannot serve a viewer: {error}", { error });
    }
  };
}

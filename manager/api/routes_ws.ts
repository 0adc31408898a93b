import { getLogger } from "@logtape/logtape";
import { Hono } from "hono";
import type { Live } from "../live.ts";
import { errorReply } from "./errors.ts";
import { originGuard } from "./guard.ts";

/** A viewer that answers no ping for this long is gone, in seconds. */
const IDLE_TIMEOUT_S = 30;

/** `WS /ws`: 403 for a foreign Origin, 426 without an upgrade, 503 where there are too many viewers. */
export function wsRoutes(live: Live) {
  return new Hono().get("/ws", originGuard, (c) => {
    if (c.req.header("upgrade")?.toLowerCase() !== "websocket") {
      c.header("Upgrade", "websocket");
      return errorReply(c, 426, "upgrade_required", "This path speaks WebSocket only");
    }
    if (live.isFull) {
      return errorReply(c, 503, "too_many_viewers", "Too many viewers are connected");
    }
    let upgraded: Deno.WebSocketUpgrade;
    try {
      upgraded = Deno.upgradeWebSocket(c.req.raw, { idleTimeout: IDLE_TIMEOUT_S });
    } catch {
      return errorReply(c, 400, "bad_upgrade", "This is not a WebSocket handshake (RFC 6455)");
    }
    connect(upgraded.socket, live);
    return upgraded.response;
  });
}

function connect(socket: WebSocket, live: Live): void {
  socket.onopen = guarded(() => live.open(socket));
  socket.onmessage = guarded((event: MessageEvent) => live.message(socket, event.data));
  socket.onclose = guarded(() => live.closed(socket));
  socket.onerror = guarded(() => live.closed(socket));
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

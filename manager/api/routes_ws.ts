import { createHash } from "node:crypto";
import { getLogger } from "@logtape/logtape";
import { type Context, Hono } from "hono";
import type { Auth } from "../auth/auth.ts";
import type { ServerSocket, SocketEvents } from "../http/server_socket.ts";
import type { Live, ViewerSocket } from "../live.ts";
import type { ManagerEnv } from "./env.ts";
import { errorReply } from "./errors.ts";

/** A viewer that says nothing for half of this is pinged, and one that does not answer is gone; in seconds. */
const IDLE_TIMEOUT_S = 30;
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** The session, or whatever else let the viewer in, has ended. */
export const CLOSE_LOGGED_OUT = 4401;

export interface WsDeps {
  live: Live;
  /** None where there are no accounts. */
  auth?: Auth;
  /** Seconds. */
  viewerTimeoutS?: number;
}

/**
 * `WS /ws` (RFC 6455, section 4.2): 426 without an upgrade or in another version than
 * 13, 503 where there are too many viewers.
 */
export function wsRoutes({ live, auth, viewerTimeoutS = IDLE_TIMEOUT_S }: WsDeps) {
  return new Hono<ManagerEnv>().get("/ws", (c) => {
    const refused = refuseHandshake(c, live);
    if (refused) return refused;
    const client = c.env?.client;
    const head = acceptance(c.req.header("sec-websocket-key")!);
    const viewer = new Viewer(live);
    const socket = client?.upgrade(head, viewer.events, 1000 * viewerTimeoutS);
    // The connection is the viewer's from here on: this reply goes nowhere.
    if (socket) {
      const grant = c.get("grant");
      if (auth && grant) {
        viewer.unwatch = auth.watch(grant, () => viewer.close(CLOSE_LOGGED_OUT, "logged out"));
      }
      viewer.open(socket);
      return c.body(null);
    }
    // The next try comes on a connection of its own, of which all is known.
    client?.cutSoon();
    c.header("Connection", "close");
    return badUpgrade(c);
  });
}

function refuseHandshake(c: Context<ManagerEnv>, live: Live): Response | null {
  const field = (name: string) => c.req.header(name) ?? "";
  if (field("upgrade").toLowerCase() !== "websocket") {
    c.header("Upgrade", "websocket");
    return errorReply(c, 426, "upgrade_required", "This path speaks WebSocket only");
  }
  if (live.isFull) {
    return errorReply(c, 503, "too_many_viewers", "Too many viewers are connected");
  }
  const version = field("sec-websocket-version");
  if (version !== "" && version !== "13") {
    c.header("Sec-WebSocket-Version", "13");
    return errorReply(c, 426, "bad_version", "Only version 13 of the WebSocket protocol is spoken");
  }
  const whole = version !== "" && /(^|,)\s*upgrade\s*(,|$)/i.test(field("connection")) &&
    /^[A-Za-z0-9+/]{22}==$/.test(field("sec-websocket-key"));
  return whole ? null : badUpgrade(c);
}

function badUpgrade(c: Context): Response {
  return errorReply(c, 400, "bad_upgrade", "This is not a WebSocket handshake (RFC 6455)");
}

/** The head that accepts a handshake with this key. */
function acceptance(key: string): Uint8Array {
  const accept = createHash("sha1").update(key + GUID).digest("base64");
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${accept}`,
  ];
  return new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`);
}

/** What the live feed knows of a viewer. */
class Viewer implements ViewerSocket {
  readonly events: SocketEvents;
  /** Called once it has closed. */
  unwatch = () => {};
  readonly #live: Live;
  #socket: ServerSocket | null = null;

  constructor(live: Live) {
    this.#live = live;
    this.events = {
      onMessage: guarded((text: string | null) => live.message(this, text)),
      onClose: guarded(() => {
        this.unwatch();
        live.closed(this);
      }),
    };
  }

  get bufferedAmount(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  open(socket: ServerSocket): void {
    this.#socket = socket;
    this.#live.open(this);
  }

  send(text: string): void {
    this.#socket?.send(text);
  }

  close(code: number, reason: string): void {
    this.#socket?.close(code, reason);
  }
}

// An error that leaves such a handler would end the viewer's connection without a word.
function guarded<A extends unknown[]>(handler: (...args: A) => void): (...args: A) => void {
  return (...args) => {
    try {
      handler(...args);
    } catch (error) {
      getLogger(["rustproxy", "manager"]).error("Cannot serve a viewer: {error}", { error });
    }
  };
}

import { getLogger } from "@logtape/logtape";
import { type Context, Hono } from "hono";
import type { Auth } from "../auth/auth.ts";
import type { ServerSocket, SocketEvents } from "../http/server_socket.ts";
import type { Live, ViewerSocket } from "../live.ts";
import type { ManagerEnv } from "./env.ts";
import { errorReply } from "./errors.ts";
import { refuseHandshake, refuseOthers, upgrade } from "./upgrade.ts";

/** A viewer that says nothing for half of this is pinged, and one that does not answer is gone; in seconds. */
const IDLE_TIMEOUT_S = 30;

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
    const refused = refuseOthers(c) ?? (live.isFull ? refuseCrowd(c) : refuseHandshake(c));
    if (refused) return refused;
    const viewer = new Viewer(live);
    const socket = upgrade(c, (client, head) => {
      const { events } = viewer;
      return client.upgrade(head, { events, peer: "viewer", idleMs: 1000 * viewerTimeoutS });
    });
    if (socket instanceof Response) return socket;
    const grant = c.get("grant");
    if (auth && grant) {
      viewer.unwatch = auth.watch(grant, () => viewer.close(CLOSE_LOGGED_OUT, "logged out"));
    }
    viewer.open(socket);
    return c.body(null);
  });
}

function refuseCrowd(c: Context): Response {
  return errorReply(c, 503, "too_many_viewers", "Too many viewers are connected");
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

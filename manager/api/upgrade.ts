import { createHash } from "node:crypto";
import type { Context } from "hono";
import type { HttpClient } from "../http/client.ts";
import type { ManagerEnv } from "./env.ts";
import { errorReply } from "./errors.ts";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** 426 for what does not ask for a WebSocket at all (RFC 9110, section 15.5.22). */
export function refuseOthers(c: Context): Response | null {
  if ((c.req.header("upgrade") ?? "").toLowerCase() === "websocket") return null;
  c.header("Upgrade", "websocket");
  return errorReply(c, 426, "upgrade_required", "This path speaks WebSocket only");
}

/** 426 for another version of the protocol than 13, 400 for half a handshake (RFC 6455, section 4.2.1). */
export function refuseHandshake(c: Context): Response | null {
  const field = (name: string) => c.req.header(name) ?? "";
  const version = field("sec-websocket-version");
  if (version !== "" && version !== "13") {
    c.header("Sec-WebSocket-Version", "13");
    return errorReply(c, 426, "bad_version", "Only version 13 of the WebSocket protocol is spoken");
  }
  const whole = version !== "" && /(^|,)\s*upgrade\s*(,|$)/i.test(field("connection")) &&
    /^[A-Za-z0-9+/]{22}==$/.test(field("sec-websocket-key"));
  return whole ? null : badUpgrade(c);
}

/** Makes the connection of a good handshake a WebSocket, with what `open` does; the reply goes nowhere then. */
export function upgrade<Socket>(
  c: Context<ManagerEnv>,
  open: (client: HttpClient, head: Uint8Array) => Socket | null,
): Socket | Response {
  const client = c.env?.client;
  const socket = client && open(client, acceptance(c.req.header("sec-websocket-key")!));
  if (socket) return socket;
  // The next try comes on a connection of its own, of which all is known.
  client?.cutSoon();
  c.header("Connection", "close");
  return badUpgrade(c);
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

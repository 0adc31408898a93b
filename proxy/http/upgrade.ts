import { relay } from "../net/relay.ts";
import { HttpError } from "./error.ts";
import type { Exchange } from "./exchange.ts";
import { encodeSwitchHead } from "./head.ts";
import { sendToClient } from "./respond.ts";
import type { Response } from "./response.ts";
import { namesWebSocket } from "./websocket.ts";

/** Passes a 101 on and relays what follows it, both ways; returns why that ended. */
export async function switchProtocols(exchange: Exchange, response: Response): Promise<string> {
  const { session, reader, upstream, via, pool } = exchange;
  if (!namesWebSocket(response.bytes, response.fields)) {
    throw new HttpError(502, "the origin switched to a protocol not asked for", "bad_response");
  }
  const head = encodeSwitchHead(response, via);
  const headLength = response.size;
  upstream.reader.consume(headLength);
  session.connected(upstream.conn);
  // Frames may stand behind the head already, of the origin as well as of a client that did not wait.
  const first = upstream.reader.view.slice();
  const answer = new Uint8Array(head.length + first.length);
  answer.set(head);
  answer.set(first, head.length);
  await sendToClient(session, answer);
  session.record.bytes_received += headLength + first.length;
  upstream.reader.release();
  const { early, pending } = reader.handOver();
  return await relay(session, upstream.conn, pool, early, pending);
}

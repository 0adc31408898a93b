import type { BufferPool } from "../net/buffer.ts";
import type { Dial } from "../net/dial.ts";
import type { ByteReader } from "../net/reader.ts";
import { relay } from "../net/relay.ts";
import type { Session } from "../net/session.ts";
import { writeAll } from "../net/write.ts";
import { dialOrAnswer } from "./forward.ts";
import type { Request } from "./request.ts";

const ESTABLISHED = new TextEncoder().encode("HTTP/1.1 200 Connection established\r\n\r\n");

/** A CONNECT tunnel (RFC 9110, section 9.3.6): 200 only once the target is connected; returns why it ended. */
export async function connect(
  session: Session,
  reader: ByteReader,
  request: Request,
  dial: Dial,
  pool: BufferPool,
): Promise<string> {
  const upstream = await dialOrAnswer(session, request, dial);
  session.connected(upstream);
  await writeAll(session.client, ESTABLISHED);
  const { early, pending } = reader.handOver();
  return await relay(session, upstream, pool, early, pending);
}

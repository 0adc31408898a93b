import type { Session } from "../net/session.ts";
import { writeAll } from "../net/write.ts";

/** Writes all of it, as fast as the session's bandwidth lets it. */
export function paced(
  { throttle, record }: Session,
  conn: Deno.Conn,
  bytes: Uint8Array,
  upward: boolean,
): Promise<void> {
  if (throttle === null) return writeAll(conn, bytes, record);
  return (upward ? throttle.up : throttle.down).write(conn, bytes, record);
}

import type { Session } from "../net/session.ts";
import { writeAll } from "../net/write.ts";

/** Writes all of it, as fast as the session's bandwidth lets it. */
export async function paced(
  { throttle, record }: Session,
  conn: Deno.Conn,
  bytes: Uint8Array,
  upward: boolean,
): Promise<void> {
  if (throttle !== null) return (upward ? throttle.up : throttle.down).write(conn, bytes, record);
  // Nearly always all of it at once: no promise but the write's own.
  const written = await conn.write(bytes);
  if (written < bytes.length) return writeAll(conn, bytes.subarray(written), record);
}

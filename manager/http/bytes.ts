/** Moving bytes over TCP connections. */

/** The size of a buffer to begin with. */
export const SMALL = 4 * 1024;
const LARGE = 64 * 1024;
const MAX_DISCARDED = 1024 * 1024;

/** Reads and forgets, a megabyte at most. */
export async function drain(conn: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(LARGE);
  for (let total = 0; total < MAX_DISCARDED;) {
    const length = await conn.read(buffer);
    if (length === null) return;
    total += length;
  }
}

/** A buffer for the next read: large while reads fill it, small again once they do not. */
export function fitted(buffer: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  if (length === buffer.length && length < LARGE) return new Uint8Array(LARGE);
  return length <= SMALL && buffer.length > SMALL ? new Uint8Array(SMALL) : buffer;
}

/** One after the other. */
export function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Writes all of it: a write may take less. */
export async function writeAll(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

/** Closes what may be closed already. */
export function closeQuietly(conn: Deno.TcpConn): void {
  try {
    conn.close();
  } catch {
    // Closed already, which is what was wanted.
  }
}

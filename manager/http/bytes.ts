/** Moving bytes over TCP connections. */

/** The size of a buffer to begin with. */
export const SMALL = 4 * 1024;
const LARGE = 64 * 1024;
const MAX_DISCARDED = 1024 * 1024;
/** Large buffers that are kept, though nobody uses them. */
const MAX_FREE = 64;

/** Reads and forgets, a megabyte at most. */
export async function drain(conn: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(LARGE);
  for (let total = 0; total < MAX_DISCARDED;) {
    const length = await conn.read(buffer);
    if (length === null) return;
    total += length;
  }
}

/**
 * Buffers to read into: small ones, and large ones from a pool for reads that fill them, since a viewer's
 * connection bursts once a second and waits in between.
 */
export class Buffers {
  readonly #free: Uint8Array<ArrayBuffer>[] = [];

  /** One for the next read, behind a read of `length` bytes into this one, which is given back. */
  next(buffer: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
    if (buffer.length < LARGE) {
      return length < buffer.length ? buffer : this.#free.pop() ?? new Uint8Array(LARGE);
    }
    if (length > SMALL) return buffer;
    this.giveBack(buffer);
    return new Uint8Array(SMALL);
  }

  /** Takes back one that no read uses any more. */
  giveBack(buffer: Uint8Array<ArrayBuffer>): void {
    if (buffer.length === LARGE && this.#free.length < MAX_FREE) this.#free.push(buffer);
  }
}

/** What could be read; null at the end, and where the connection broke. */
export async function readOrNull(conn: Deno.TcpConn, buffer: Uint8Array): Promise<number | null> {
  try {
    return await conn.read(buffer);
  } catch {
    return null;
  }
}

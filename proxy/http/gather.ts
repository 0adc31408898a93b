import type { BufferPool } from "../net/buffer.ts";
import type { Sink } from "./copy.ts";

/** From so many bytes on, a copy costs more than a write of its own. */
const LARGE = 16 << 10;
/** The most that is joined for one write. */
const MOST = 64 << 10;
const EMPTY = new Uint8Array(0);

/**
 * Passes parts on in their order, small neighbours joined in a pooled buffer, so that a long body in chunks leaves
 * no garbage behind. Together they stand for `passed` bytes of the source.
 */
export async function sinkParts(
  parts: readonly Uint8Array[],
  passed: number,
  sink: Sink,
  pool: BufferPool,
): Promise<void> {
  if (parts.length < 2) return await sink(parts.length === 0 ? EMPTY : parts[0], passed);
  let joined = pool.take();
  let length = 0;
  try {
    for (const part of parts) {
      if (length > 0 && (part.length >= LARGE || length + part.length > MOST)) {
        await sink(joined.subarray(0, length), 0);
        length = 0;
      }
      if (part.length >= LARGE) {
        await sink(part, 0);
        continue;
      }
      while (joined.length - length < part.length) {
        joined = pool.enlarge(joined);
      }
      joined.set(part, length);
      length += part.length;
    }
    await sink(joined.subarray(0, length), passed);
  } finally {
    pool.give(joined);
  }
}

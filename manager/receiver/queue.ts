import type { Batch, Received } from "./messages.ts";

/** What may wait while the main thread is busy: half a minute of 1,000 proxies' reports. */
export const MAX_QUEUED = 50_000;
export const MAX_QUEUED_BYTES = 64 << 20;
/** A batch is small enough that the main thread is not held up by it. */
export const MAX_BATCH = 64;
export const MAX_BATCH_BYTES = 256 << 10;

/** Datagrams on their way to the main thread, bounded by count and by bytes. */
export class Queue {
  #waiting: { bytes: Uint8Array; item: Received }[] = [];
  #bytes = 0;

  get size(): number {
    return this.#waiting.length;
  }

  /** Copies a datagram; false if there is no room for it. */
  push(bytes: Uint8Array, item: Omit<Received, "length">): boolean {
    if (this.size >= MAX_QUEUED || this.#bytes + bytes.length > MAX_QUEUED_BYTES) return false;
    this.#waiting.push({ bytes: bytes.slice(), item: { ...item, length: bytes.length } });
    this.#bytes += bytes.length;
    return true;
  }

  /** The datagrams that wait longest, at least one; null if none does. */
  next(): Batch | null {
    if (this.size === 0) return null;
    let count = 0;
    let size = 0;
    for (; count < Math.min(MAX_BATCH, this.size); count++) {
      const { length } = this.#waiting[count].bytes;
      if (count > 0 && size + length > MAX_BATCH_BYTES) break;
      size += length;
    }
    this.#bytes -= size;
    return join(this.#waiting.splice(0, count), size);
  }
}

function join(waiting: { bytes: Uint8Array; item: Received }[], size: number): Batch {
  const joined = new Uint8Array(size);
  let at = 0;
  for (const { bytes } of waiting) {
    joined.set(bytes, at);
    at += bytes.length;
  }
  return { bytes: joined, items: waiting.map(({ item }) => item) };
}

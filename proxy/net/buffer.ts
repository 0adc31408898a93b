/** Sizes that a relay's buffer takes, in bytes: it starts at the first and grows while reads fill it. */
export const BUFFER_SIZES = [2 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20] as const;

const FIRST_LARGE = 2;

/**
 * Buffers of a few fixed sizes, used again and again. The bytes in large buffers (64 KiB and more)
 * that are handed out at one time are capped: beyond the cap a transfer goes on in the buffer it has.
 */
export class BufferPool {
  #free: Uint8Array<ArrayBuffer>[][] = BUFFER_SIZES.map(() => []);
  #largeOut = 0;
  readonly #largeCap: number;
  readonly #keepBytes: number;

  /** `largeCap`: bytes of large buffers in use at once; `keepBytes`: bytes of each size kept for reuse. */
  constructor(largeCap = 64 << 20, keepBytes = 8 << 20) {
    this.#largeCap = largeCap;
    this.#keepBytes = keepBytes;
  }

  /** A buffer of the smallest size. Its content is undefined. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#free[0].pop() ?? new Uint8Array(BUFFER_SIZES[0]);
  }

  /** Gives a buffer back. The caller must not touch it afterwards. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    const size = BUFFER_SIZES.indexOf(buffer.length as (typeof BUFFER_SIZES)[number]);
    if (size < 0) return;
    if (size >= FIRST_LARGE) this.#largeOut -= buffer.length;
    const free = this.#free[size];
    if ((free.length + 1) * buffer.length <= this.#keepBytes) free.push(buffer);
  }

  /**
   * The buffer for the next read after one of `n` bytes into `buffer`: the next larger size when that
   * read filled it, a small one when the source has run dry, otherwise the same. The old content is lost.
   */
  adapt(buffer: Uint8Array<ArrayBuffer>, n: number): Uint8Array<ArrayBuffer> {
    if (n === buffer.length) return this.#grow(buffer);
    // Nothing tells how long the next read waits, so a dry connection keeps no large buffer meanwhile.
    if (n < buffer.length >> 2 && buffer.length > BUFFER_SIZES[0]) return this.#shrink(buffer, n);
    return buffer;
  }

  /** A larger buffer with the same content, whatever the cap: for what has to be held whole. */
  enlarge(buffer: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const size = BUFFER_SIZES.findIndex((size) => size > buffer.length);
    const bytes = size < 0 ? buffer.length * 2 : BUFFER_SIZES[size];
    if (size >= FIRST_LARGE) this.#largeOut += bytes;
    const larger = this.#free[size]?.pop() ?? new Uint8Array(bytes);
    larger.set(buffer);
    this.give(buffer);
    return larger;
  }

  #grow(buffer: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const size = BUFFER_SIZES.indexOf(buffer.length as (typeof BUFFER_SIZES)[number]) + 1;
    if (size === 0 || size === BUFFER_SIZES.length) return buffer;
    const bytes = BUFFER_SIZES[size];
    const released = size > FIRST_LARGE ? buffer.length : 0;
    if (size >= FIRST_LARGE) {
      if (this.#largeOut - released + bytes > this.#largeCap) return buffer;
      this.#largeOut += bytes;
    }
    this.give(buffer);
    return this.#free[size].pop() ?? new Uint8Array(bytes);
  }

  #shrink(buffer: Uint8Array<ArrayBuffer>, n: number): Uint8Array<ArrayBuffer> {
    let size = 0;
    while (BUFFER_SIZES[size] < n) size++;
    if (size >= FIRST_LARGE) this.#largeOut += BUFFER_SIZES[size];
    this.give(buffer);
    return this.#free[size].pop() ?? new Uint8Array(BUFFER_SIZES[size]);
  }
}

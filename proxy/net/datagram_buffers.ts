/** A buffer that every UDP datagram over IPv4 fits into with some room to spare. */
export const DATAGRAM_BYTES = 64 << 10;
/** A buffer for datagrams that no network has had to take apart. */
export const SMALL_DATAGRAM_BYTES = 4 << 10;

const SLAB_BYTES = 1 << 20;

/**
 * Buffers to receive datagrams in. They are parts of larger ones, of which the system gives only what has
 * been written to: with small datagrams a buffer takes a page. Beyond the cap there are small ones.
 */
export class DatagramBuffers {
  readonly #free: Uint8Array<ArrayBuffer>[] = [];
  #slabsLeft: number;

  /** `cap`: bytes of large buffers, in use or kept. */
  constructor(cap = 64 << 20) {
    this.#slabsLeft = Math.floor(cap / SLAB_BYTES);
  }

  /** A buffer; its content is undefined. */
  take(): Uint8Array<ArrayBuffer> {
    if (this.#free.length === 0 && this.#slabsLeft > 0) this.#addSlab();
    return this.#free.pop() ?? new Uint8Array(SMALL_DATAGRAM_BYTES);
  }

  /** Gives a buffer back. The caller must not touch it afterwards. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    if (buffer.length === DATAGRAM_BYTES) this.#free.push(buffer);
  }

  #addSlab(): void {
    this.#slabsLeft--;
    const slab = new ArrayBuffer(SLAB_BYTES);
    for (let at = SLAB_BYTES - DATAGRAM_BYTES; at >= 0; at -= DATAGRAM_BYTES) {
      this.#free.push(new Uint8Array(slab, at, DATAGRAM_BYTES));
    }
  }
}

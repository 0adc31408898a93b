import type { BufferPool } from "../net/buffer.ts";
import { closeQuietly } from "../net/close.ts";
import { writeAll } from "../net/write.ts";

/** Passes bytes between a client and the encrypted side of its TLS server, both ways, until both have ended. */
export class Pipe {
  /** Bytes passed so far, both ways. */
  moved = 0;
  /** Resolves when both directions have ended and both connections are closed; never rejects. */
  readonly ended: Promise<void>;
  #finishing = false;
  #delivered = false;

  /** `first` are bytes of the client that were read before. */
  constructor(
    readonly client: Deno.TcpConn,
    readonly server: Deno.TcpConn,
    readonly pool: BufferPool,
    first: Uint8Array,
  ) {
    this.ended = this.#run(first);
  }

  /** The server is done: what it has said is still delivered, then all ends. */
  finish(): void {
    this.#finishing = true;
    if (this.#delivered) this.cut();
  }

  /** Closes both connections now. */
  cut(): void {
    closeQuietly(this.client);
    closeQuietly(this.server);
  }

  async #run(first: Uint8Array): Promise<void> {
    await Promise.all([this.#up(first), this.#down()]);
    this.cut();
  }

  async #up(first: Uint8Array): Promise<void> {
    try {
      await writeAll(this.server, first);
      await this.#pass(this.client, this.server);
      await this.server.closeWrite();
    } catch {
      // A reset of the client, or the server is closed: then it may have something to say yet.
      if (!this.#finishing) this.cut();
    }
  }

  async #down(): Promise<void> {
    try {
      await this.#pass(this.server, this.client);
      this.#delivered = true;
      if (this.#finishing) this.cut();
      else await this.client.closeWrite();
    } catch {
      this.cut();
    }
  }

  async #pass(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    let buffer = this.pool.take();
    try {
      for (;;) {
        const n = await from.read(buffer);
        if (n === null) return;
        await writeAll(to, n === buffer.length ? buffer : buffer.subarray(0, n));
        this.moved += n;
        buffer = this.pool.adapt(buffer, n);
      }
    } finally {
      this.pool.give(buffer);
    }
  }
}

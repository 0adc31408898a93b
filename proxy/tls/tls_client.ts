import type { Pipe } from "./pipe.ts";

/** A client that speaks TLS, as the rest of the program sees any client. */
export class TlsClient implements Deno.TcpConn {
  constructor(
    /** The connection that the client made. */
    readonly client: Deno.TcpConn,
    /** The same in clear. */
    readonly plain: Deno.TlsConn,
    readonly pipe: Pipe,
  ) {}

  get localAddr(): Deno.NetAddr {
    return this.client.localAddr;
  }

  get remoteAddr(): Deno.NetAddr {
    return this.client.remoteAddr;
  }

  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.plain.readable;
  }

  get writable(): WritableStream<Uint8Array<ArrayBufferLike>> {
    return this.plain.writable;
  }

  /** As of any connection; an end that TLS does not announce (RFC 8446, section 6.1) is a reset. */
  async read(buffer: Uint8Array): Promise<number | null> {
    try {
      return await this.plain.read(buffer);
    } catch (error) {
      throw asReset(error);
    }
  }

  /** As of any connection; of nothing it asks the connection itself whether it is still there. */
  async write(bytes: Uint8Array): Promise<number> {
    if (bytes.length === 0) return await this.client.write(bytes);
    try {
      return await this.plain.write(bytes);
    } catch (error) {
      throw asReset(error);
    }
  }

  closeWrite(): Promise<void> {
    return this.plain.closeWrite();
  }

  /** What was written is still delivered: {@link Pipe.ended} tells when. */
  close(): void {
    this.plain.close();
    this.pipe.finish();
  }

  setNoDelay(noDelay?: boolean): void {
    this.client.setNoDelay(noDelay);
  }

  setKeepAlive(keepAlive?: boolean): void {
    this.client.setKeepAlive(keepAlive);
  }

  ref(): void {
    this.client.ref();
    this.plain.ref();
  }

  unref(): void {
    this.client.unref();
    this.plain.unref();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Broken TLS is the client's doing, as a reset is; all else is what it is. */
function asReset(error: unknown): unknown {
  if (error instanceof Deno.errors.UnexpectedEof || error instanceof Deno.errors.InvalidData) {
    return new Deno.errors.ConnectionReset(error.message);
  }
  return error;
}

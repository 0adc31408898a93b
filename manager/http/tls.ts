import { BufferPool } from "../../proxy/net/buffer.ts";
import type { Certificate } from "../../proxy/tls/certificate.ts";
import { makeTlsPair } from "../../proxy/tls/pair.ts";
import { Pipe } from "../../proxy/tls/pipe.ts";
import { TlsClient } from "../../proxy/tls/tls_client.ts";

/** The first byte of a record that begins a handshake (RFC 8446, section 5.1). */
const HANDSHAKE = 22;
/** Bytes of large buffers in use at once, for what goes to clients faster than they take it. */
const LARGE_CAP = 16 << 20;

/** Gives connections of clients a TLS server, with the certificate of the moment. */
export class TlsFront {
  readonly #certificate: { readonly value: Certificate };
  readonly #pool = new BufferPool(LARGE_CAP);

  constructor(certificate: { readonly value: Certificate }) {
    this.#certificate = certificate;
  }

  /**
   * Waits for the client's first bytes, and answers them with TLS; null where they are not TLS. Throws where
   * none come, and where the system gives no TLS server.
   */
  async begin(conn: Deno.TcpConn, stallMs: number): Promise<TlsLayer | null> {
    const buffer = new Uint8Array(2048);
    const length = await conn.read(buffer);
    if (length === null) throw new Deno.errors.UnexpectedEof("the client said nothing");
    if (buffer[0] !== HANDSHAKE) return null;
    const { cipher, plain } = await makeTlsPair(this.#certificate.value);
    cipher.setNoDelay();
    return new TlsLayer(
      plain,
      new Pipe(conn, cipher, this.#pool, buffer.subarray(0, length)),
      stallMs,
    );
  }
}

/** TLS on one client's connection. */
export class TlsLayer {
  /** The connection in clear. */
  readonly conn: TlsClient;
  readonly #pipe: Pipe;
  readonly #plain: Deno.TlsConn;
  readonly #stallMs: number;
  #moved = -1;
  #movedAt = 0;

  constructor(plain: Deno.TlsConn, pipe: Pipe, stallMs: number) {
    this.#plain = plain;
    this.#pipe = pipe;
    this.#stallMs = stallMs;
    this.conn = new TlsClient(pipe.client, plain, pipe);
  }

  /** Throws where the client does not agree; it may hang until {@link cut}. */
  async shakeHands(): Promise<void> {
    await this.#plain.handshake();
  }

  /** Resolves once what was said before the end is on its way, and all is closed. */
  get ended(): Promise<void> {
    return this.#pipe.ended;
  }

  /** Ends a closed connection of which nothing is taken any more; to be called some times a second. */
  tick(nowMs: number): void {
    const { moved } = this.#pipe;
    if (moved !== this.#moved) {
      this.#moved = moved;
      this.#movedAt = nowMs;
    } else if (nowMs - this.#movedAt >= this.#stallMs) {
      this.cut();
    }
  }

  /** Ends the connection at once. */
  cut(): void {
    this.#pipe.cut();
  }
}

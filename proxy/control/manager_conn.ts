import { BufferPool } from "../net/buffer.ts";
import { closeQuietly } from "../net/close.ts";
import { makePair } from "../tls/pair.ts";
import { Pipe } from "../tls/pipe.ts";

/** A connection to a manager, in clear or by TLS. */
export interface ManagerConn extends Pick<Deno.Conn, "read" | "write"> {
  /** Ends it behind what was written; resolves once that is on its way. */
  close(): Promise<void>;
  /** Ends it at once. */
  cut(): void;
}

/** A connection in clear as it is. */
export function plainConn(conn: Deno.TcpConn): ManagerConn {
  const cut = () => closeQuietly(conn);
  return {
    read: (buffer) => conn.read(buffer),
    write: (bytes) => conn.write(bytes),
    close: () => Promise.resolve(cut()),
    cut,
  };
}

const NOTHING = new Uint8Array(0);
/** Orders are small. */
const NO_LARGE_BUFFERS = 0;

/**
 * TLS over a connection to the host of this name. The runtime lets go of a handshake only once the other end
 * has: a manager that is stuck would cost a descriptor with each try. So the other end is one on loopback, of
 * our own, and bytes are passed between that and the manager.
 */
export class ManagerTls implements ManagerConn {
  readonly #tls: Deno.TlsConn;
  readonly #pipe: Pipe;

  private constructor(tls: Deno.TlsConn, pipe: Pipe) {
    this.#tls = tls;
    this.#pipe = pipe;
  }

  /** Begins, without the handshake; the connection is closed where that fails. */
  static async over(conn: Deno.TcpConn, hostname: string, caCerts: string[]): Promise<ManagerTls> {
    const ends: Deno.TcpConn[] = [conn];
    try {
      const [inner, outer] = await makePair();
      ends.push(inner, outer);
      for (const end of ends) end.setNoDelay();
      const tls = await Deno.startTls(inner, { hostname, caCerts });
      return new ManagerTls(tls, new Pipe(conn, outer, new BufferPool(NO_LARGE_BUFFERS), NOTHING));
    } catch (error) {
      for (const end of ends) closeQuietly(end);
      throw error;
    }
  }

  /** Throws where the manager's certificate is not trusted, or the connection is cut meanwhile. */
  async handshake(): Promise<void> {
    await this.#tls.handshake();
  }

  read(buffer: Uint8Array): Promise<number | null> {
    return this.#tls.read(buffer);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#tls.write(bytes);
  }

  async close(): Promise<void> {
    closeQuietly(this.#tls);
    this.#pipe.finish();
    await this.#pipe.ended;
  }

  cut(): void {
    closeQuietly(this.#tls);
    this.#pipe.cut();
  }
}

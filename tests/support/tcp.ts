import { closeQuietly } from "../../proxy/net/close.ts";

/** What can be read from; null at the end of the stream. */
export type Reader = Pick<Deno.Conn, "read">;
/** What can be written to; tells how much of it was taken. */
export type Writer = Pick<Deno.Conn, "write">;

/** A TCP server on a loopback port, a free one unless it is given; leaving its scope closes it and every connection. */
export interface TcpServer extends AsyncDisposable {
  port: number;
  address: string;
  /** Connections accepted so far, newest last. */
  accepted: Deno.TcpConn[];
}

/** Serves each connection with `handle`, and closes it afterwards. Errors of a handler end its connection. */
export function startTcp(
  handle: (conn: Deno.TcpConn) => Promise<void>,
  hostname = "127.0.0.1",
  atPort = 0,
): TcpServer {
  const listener = Deno.listen({ hostname, port: atPort });
  const { port } = listener.addr;
  const accepted: Deno.TcpConn[] = [];
  const running = new Set<Promise<void>>();
  const loop = (async () => {
    for await (const conn of listener) {
      accepted.push(conn);
      const run = handle(conn).catch(() => {}).finally(() => closeQuietly(conn));
      running.add(run);
      run.finally(() => running.delete(run));
    }
  })();
  return {
    port,
    address: hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`,
    accepted,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const conn of accepted) closeQuietly(conn);
      await loop;
      await Promise.all(running);
    },
  };
}

/** Sends everything back, and ends when the client does. */
export async function echo(conn: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(64 << 10);
  for (;;) {
    const n = await conn.read(buffer);
    if (n === null) break;
    await send(conn, buffer.subarray(0, n));
  }
  await conn.closeWrite();
}

export async function send(conn: Writer, data: string | Uint8Array): Promise<void> {
  let rest = typeof data === "string" ? new TextEncoder().encode(data) : data;
  while (rest.length > 0) rest = rest.subarray(await conn.write(rest));
}

/** Reads to the end of the stream; the connection stays open. */
export async function readAll(conn: Reader): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (;;) {
    const buffer = new Uint8Array(64 << 10);
    const n = await conn.read(buffer);
    if (n === null) return await new Blob(parts).bytes();
    parts.push(buffer.subarray(0, n));
  }
}

/** Reads to the end of the stream, as text. */
export async function readText(conn: Reader): Promise<string> {
  return new TextDecoder().decode(await readAll(conn));
}

/** Reads exactly `n` bytes. */
export async function readExactly(conn: Reader, n: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(n);
  for (let have = 0; have < n;) {
    const got = await conn.read(bytes.subarray(have));
    if (got === null) throw new Error(`the stream ended after ${have} of ${n} bytes`);
    have += got;
  }
  return bytes;
}

/** Text that arrives on a connection, kept whole. */
export class Incoming {
  text = "";
  readonly #conn: Reader;

  constructor(conn: Reader) {
    this.#conn = conn;
  }

  /** Reads until everything so far satisfies `enough`. */
  async until(enough: (text: string) => boolean): Promise<void> {
    const buffer = new Uint8Array(4096);
    while (!enough(this.text)) {
      const n = await this.#conn.read(buffer);
      if (n === null) throw new Error(`the stream ended after ${JSON.stringify(this.text)}`);
      this.text += new TextDecoder().decode(buffer.subarray(0, n));
    }
  }
}

/** Reads until the text satisfies `enough`, and returns it; what comes with it is in it. */
export async function readUntil(
  conn: Reader,
  enough: (text: string) => boolean,
): Promise<string> {
  const incoming = new Incoming(conn);
  await incoming.until(enough);
  return incoming.text;
}

export function connectTo(port: number, hostname = "127.0.0.1"): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname, port });
}

/** A port on which nothing listens. */
export function closedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

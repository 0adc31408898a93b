import { closeQuietly } from "../../proxy/net/close.ts";
import { connectTo, readExactly, readUntil, send } from "./tcp.ts";

export const TEXT = 1;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

export interface Frame {
  opcode: number;
  payload: Uint8Array;
}

/** The head that asks for a WebSocket of the manager on this port. */
export function handshake(port: number, fields: string[] = []): string {
  return [
    "GET /ws HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...fields,
    "\r\n",
  ].join("\r\n");
}

/** A client's frame; its mask of zeros leaves the payload as it is. `length` is what its header says. */
export function frame(
  opcode: number,
  payload: Uint8Array,
  { fin = true, length = payload.length } = {},
): Uint8Array {
  const head = new DataView(new ArrayBuffer(14));
  head.setUint8(0, (fin ? 0x80 : 0) | opcode);
  head.setUint8(1, 0x80 | 127);
  head.setBigUint64(2, BigInt(length));
  return new Uint8Array([...new Uint8Array(head.buffer), ...payload]);
}

/** A viewer that reads and answers only what it is told to. */
export class RawViewer implements Disposable {
  readonly conn: Deno.TcpConn;

  constructor(conn: Deno.TcpConn) {
    this.conn = conn;
  }

  /** Connects; `before` goes over the connection first, and is answered. */
  static async join(port: number, before?: string): Promise<RawViewer> {
    const conn = await connectTo(port);
    const complete = (text: string) => text.includes("\r\n\r\n");
    if (before !== undefined) {
      await send(conn, before);
      await readUntil(conn, (text) => text.endsWith("}"));
    }
    await send(conn, handshake(port));
    const bytes = { read: (into: Uint8Array) => conn.read(into.subarray(0, 1)) };
    const head = await readUntil(bytes, complete);
    if (!head.startsWith("HTTP/1.1 101 ")) throw new Error(`no WebSocket: ${head}`);
    return new RawViewer(conn);
  }

  async send(opcode: number, payload: Uint8Array): Promise<void> {
    await send(this.conn, frame(opcode, payload));
  }

  /** The next frame of the manager, which does not mask. */
  async next(): Promise<Frame> {
    const [first, second] = await readExactly(this.conn, 2);
    return {
      opcode: first & 15,
      payload: await readExactly(this.conn, await this.#length(second)),
    };
  }

  async #length(short: number): Promise<number> {
    if (short < 126) return short;
    const bytes = await readExactly(this.conn, short === 126 ? 2 : 8);
    return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  }

  /** The code of the next close frame; what comes before is passed over. */
  async closeCode(): Promise<number> {
    for (;;) {
      const { opcode, payload } = await this.next();
      if (opcode === CLOSE) return payload[0] * 256 + payload[1];
    }
  }

  [Symbol.dispose](): void {
    closeQuietly(this.conn);
  }
}

import type { Mode } from "../../proxy/options.ts";
import { connectTo, readExactly, readUntil, send } from "./tcp.ts";

export const MODES: Mode[] = ["tcp", "http", "socks5"];

/** The flags that a proxy of this mode needs to reach the target. */
export function flagsFor(mode: Mode, target: string): { target?: string } {
  return mode === "tcp" ? { target } : {};
}

/** A connection through the proxy to 127.0.0.1:`port`, with a handshake done where the mode has one. */
export async function openTunnel(
  mode: Mode,
  proxy: { port: number },
  port: number,
): Promise<Deno.TcpConn> {
  const conn = await connectTo(proxy.port);
  try {
    if (mode === "http") {
      await send(conn, `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\n`);
      await readUntil(conn, (text) => text.endsWith("\r\n\r\n"));
    } else if (mode === "socks5") {
      await send(conn, Uint8Array.of(5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, port >> 8, port & 255));
      await readExactly(conn, 12);
    }
    return conn;
  } catch (error) {
    conn.close();
    throw error;
  }
}

import type { TestProxy } from "./proxy.ts";
import { connectTo, readText, readUntil, send, startTcp, type TcpServer } from "./tcp.ts";

/** True once a whole head has arrived. */
export const headEnds = (text: string) => text.includes("\r\n\r\n");

/** An origin that sends this answer to each request head, as often as asked, and remembers the heads. */
export function startOrigin(
  answer: string,
  hostname?: string,
  port?: number,
): TcpServer & { heads: string[] } {
  const heads: string[] = [];
  const server = startTcp(
    async (conn) => {
      for (;;) {
        heads.push(await readUntil(conn, headEnds));
        await send(conn, answer);
        if (!/content-length|chunked/i.test(answer)) return;
      }
    },
    hostname,
    port,
  );
  return Object.assign(server, { heads });
}

/** What the proxy answers to these bytes until it closes the connection. */
export async function converse(proxy: TestProxy, bytes: string): Promise<string> {
  using conn = await connectTo(proxy.port);
  await send(conn, bytes);
  return await readText(conn);
}

/** A response that leaves the connection open. */
export const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

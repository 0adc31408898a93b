import { strict as assert } from "node:assert";
import type { Mode } from "../../proxy/options.ts";
import { type Reader, readExactly, readUntil, send, type Writer } from "../support/tcp.ts";

/** How a client gets a tunnel to a target through one mode of the proxy. */
export interface Route {
  name: string;
  mode: Mode;
  /** The flags that a proxy for this target needs. */
  flags(target: string): Record<string, string | true>;
  /** Asks for the tunnel on a fresh connection to the proxy; throws if it is refused. */
  enter(conn: Reader & Writer, target: string): Promise<void>;
}

export const TCP: Route = {
  name: "tcp",
  mode: "tcp",
  flags: (target) => ({ target }),
  enter: () => Promise.resolve(),
};

export const CONNECT: Route = {
  name: "http CONNECT",
  mode: "http",
  flags: () => ({}),
  async enter(conn, target) {
    await send(conn, `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
    const head = await readUntil(conn, (text) => text.endsWith("\r\n\r\n"));
    assert.match(head, /^HTTP\/1\.1 200 /);
  },
};

export const SOCKS5: Route = {
  name: "socks5",
  mode: "socks5",
  flags: () => ({}),
  async enter(conn, target) {
    const [host, port] = target.split(":");
    await send(conn, Uint8Array.of(5, 1, 0));
    assert.deepEqual([...await readExactly(conn, 2)], [5, 0]);
    const address = [...host.split(".").map(Number), Number(port) >> 8, Number(port) & 255];
    await send(conn, Uint8Array.of(5, 1, 0, 1, ...address));
    const reply = await readExactly(conn, 10);
    assert.deepEqual([...reply.subarray(0, 4)], [5, 0, 0, 1]);
  },
};

export const SOCKS4A: Route = {
  name: "socks4a",
  mode: "socks5",
  flags: () => ({ socks4: true }),
  async enter(conn, target) {
    const [host, digits] = target.split(":");
    const port = Number(digits);
    const name = new TextEncoder().encode(`${host}\0`);
    await send(conn, Uint8Array.of(4, 1, port >> 8, port & 255, 0, 0, 0, 1, 0, ...name));
    assert.deepEqual([...(await readExactly(conn, 8)).subarray(0, 2)], [0, 0x5a]);
  },
};

/** What a client says to be let through to a target, as steps that any kind of connection can take. */

/** How a subject is entered: `none` where the connection is the tunnel. */
export type Entrance = "none" | "connect" | "socks5";

export interface Step {
  send: Uint8Array<ArrayBuffer>;
  /** Whether all of the answer has come; throws if it is a refusal. */
  answered(bytes: Uint8Array): boolean;
}

/** The steps towards 127.0.0.1:`port`. */
export function handshake(entrance: Entrance, port: number): Step[] {
  if (entrance === "connect") return [connect(port)];
  if (entrance === "socks5") return [GREETING, request(port)];
  return [];
}

function connect(port: number): Step {
  const target = `127.0.0.1:${port}`;
  return {
    send: new TextEncoder().encode(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`),
    answered(bytes) {
      const head = new TextDecoder().decode(bytes);
      if (head.length >= 13 && !/^HTTP\/1\.[01] 200 /.test(head)) {
        throw new Error(`CONNECT was answered by ${JSON.stringify(head)}`);
      }
      return head.endsWith("\r\n\r\n");
    },
  };
}

const GREETING: Step = { send: Uint8Array.of(5, 1, 0), answered: replied(2, "the greeting") };

function request(port: number): Step {
  return {
    send: Uint8Array.of(5, 1, 0, 1, 127, 0, 0, 1, port >> 8, port & 255),
    answered: replied(10, "the request"),
  };
}

/** A SOCKS5 message of so many bytes, whose second one is 0 if all is well. */
function replied(length: number, what: string): Step["answered"] {
  return (bytes) => {
    if (bytes.length >= 2 && (bytes[0] !== 5 || bytes[1] !== 0)) {
      throw new Error(`${what} was answered by ${bytes.subarray(0, length)}`);
    }
    return bytes.length >= length;
  };
}

/** Takes the steps on a fresh connection. */
export async function enter(conn: Deno.Conn, steps: Step[]): Promise<void> {
  const buffer = new Uint8Array(4096);
  for (const { send, answered } of steps) {
    await conn.write(send);
    for (let length = 0; length === 0 || !answered(buffer.subarray(0, length));) {
      const n = await conn.read(buffer.subarray(length));
      if (n === null) throw new Error("the proxy closed the connection in the handshake");
      length += n;
    }
  }
}

/** Either end of the control channel, so that a test can say what it likes. */
import { controlKeyId, proofOf, type Side } from "../../proxy/control/proof.ts";
import { CONTROL_KEY } from "./control_channel.ts";
import { within } from "./eventually.ts";
import { keyOf } from "./sealed.ts";

export type Json = Record<string, unknown>;

/** 32 bytes that nobody would draw. */
export const NONCE = new Uint8Array(32).fill(7).toBase64();

/** A WebSocket whose messages a test takes one by one. */
export class RawEnd implements Disposable {
  /** The code that it was closed with. */
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;
  readonly #messages: Json[] = [];
  #wake = Promise.withResolvers<void>();

  constructor(socket: WebSocket) {
    this.#socket = socket;
    const closed = Promise.withResolvers<number>();
    this.closed = within("the socket closes", closed.promise);
    this.closed.catch(() => {});
    socket.onmessage = ({ data }) => {
      this.#messages.push(JSON.parse(data));
      this.#wake.resolve();
    };
    socket.onclose = ({ code }) => {
      closed.resolve(code);
      this.#wake.resolve();
    };
    socket.onerror = () => {};
  }

  /** Connects as a proxy does. */
  static async join(port: number): Promise<RawEnd> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/control`);
    const end = new RawEnd(socket);
    await within("it is open", new Promise((resolve) => socket.onopen = resolve));
    return end;
  }

  /** The next message; throws where the socket has closed. */
  async next(): Promise<Json> {
    for (;;) {
      const message = this.#messages.shift();
      if (message) return message;
      if (this.#socket.readyState === WebSocket.CLOSED) throw new Error("the socket has closed");
      await within("a message", this.#wake.promise);
      this.#wake = Promise.withResolvers();
    }
  }

  send(message: unknown): void {
    this.#socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** What is no text at all. */
  sendBytes(bytes: Uint8Array<ArrayBuffer>): void {
    this.#socket.send(bytes);
  }

  close(code = 1000): void {
    this.#socket.close(code);
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

/** A hello as a proxy says it. */
export function hello(changes: Json = {}, key = CONTROL_KEY): Json {
  return {
    ...{ type: "hello", v: 1, proxy_id: "edge-1", boot_id: "cd".repeat(16), version: "0.1.0" },
    ...{ key_id: controlKeyId(keyOf(key)), nonce: NONCE, commands: ["drain", "stop"], ...changes },
  };
}

/** A proof of this side over what the two have said. */
export function prove(side: Side, first: Json, managerNonce: unknown, key = CONTROL_KEY): string {
  return proofOf(keyOf(key), side, {
    proxyId: first.proxy_id as string,
    bootId: first.boot_id as string,
    proxyNonce: first.nonce as string,
    managerNonce: managerNonce as string,
  });
}

/** Connects and proves that it has the key, as a proxy does; `sent` is given what it says. */
export async function joinAsProxy(
  port: number,
  changes: Json = {},
  sent: Json[] = [],
): Promise<RawEnd> {
  const end = await RawEnd.join(port);
  const first = hello(changes);
  sent.push(first);
  end.send(first);
  const { nonce } = await end.next();
  const proof = { type: "proof", proof: prove("proxy", first, nonce) };
  sent.push(proof);
  end.send(proof);
  const { type } = await end.next();
  if (type !== "welcome") throw new Error(`not welcome: ${type}`);
  return end;
}

/** Proves that it has the key, and lets a proxy in that proves it too, as a manager does. */
export async function welcome(end: RawEnd, first: Json): Promise<void> {
  end.send({ type: "challenge", nonce: NONCE, proof: prove("manager", first, NONCE) });
  const { type } = await end.next();
  if (type !== "proof") throw new Error(`no proof: ${type}`);
  end.send({ type: "welcome" });
}

/** A manager that does to each connection what the test says; with a certificate by TLS. */
export function startRawManager(
  handle: (end: RawEnd, hello: Json) => void | Promise<void>,
  certificate?: { cert: string; key: string },
  hostname = "127.0.0.1",
) {
  const options = { hostname, port: 0, onListen() {}, ...certificate };
  const server = Deno.serve(options, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    const end = new RawEnd(socket);
    (async () => await handle(end, await end.next()))().catch(() => {});
    return response;
  });
  return { port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
}

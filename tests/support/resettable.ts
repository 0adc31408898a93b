import { connect, createServer, type Server, type Socket } from "node:net";
import type { Reader, Writer } from "./tcp.ts";

/** A connection that can be reset, which Deno's own cannot. */
export class ResettableConn implements Reader, Writer {
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  #rest: Uint8Array | null = null;
  #end: "" | "end" | Error = "";
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#closed = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.on("readable", () => this.#wake());
    socket.on("end", () => this.#finish("end"));
    socket.on("error", (error: Error) => this.#finish(error));
    socket.on("close", () => this.#finish("end"));
  }

  #finish(end: "end" | Error): void {
    this.#end ||= end;
    this.#wake();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    for (;;) {
      this.#rest ??= this.#socket.read();
      if (this.#rest) break;
      if (this.#end === "end") return null;
      if (this.#end !== "") throw this.#end;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const bytes = this.#rest.subarray(0, buffer.length);
    buffer.set(bytes);
    const left = this.#rest.subarray(bytes.length);
    this.#rest = left.length > 0 ? left : null;
    return bytes.length;
  }

  /** Resolves once the system has taken all of it. */
  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#closed.then(() => reject(new Error("the connection is closed")));
      this.#socket.write(bytes, (error) => error ? reject(error) : resolve(bytes.length));
    });
  }

  /** Ends the connection with RST, what is under way included. */
  async reset(): Promise<void> {
    this.#socket.resetAndDestroy();
    await this.#closed;
  }

  close(): void {
    this.#socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#closed;
  }
}

/** Connects to a loopback port. */
export async function connectResettable(port: number): Promise<ResettableConn> {
  const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", () => resolve());
    socket.once("error", reject);
  });
  return new ResettableConn(socket);
}

/** A server on a free loopback port whose connections can be reset; leaving its scope closes it and them. */
export interface ResettableServer extends AsyncDisposable {
  port: number;
  address: string;
  /** The next connection that has not been taken yet. */
  accept(): Promise<ResettableConn>;
}

/** Starts a server whose connections the test takes one by one. */
export async function startResettable(): Promise<ResettableServer> {
  const all: ResettableConn[] = [];
  let taken = 0;
  let wake = () => {};
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    all.push(new ResettableConn(socket));
    wake();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    port,
    address: `127.0.0.1:${port}`,
    async accept() {
      while (taken === all.length) await new Promise<void>((resolve) => wake = resolve);
      return all[taken++];
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const conn of all) await conn[Symbol.asyncDispose]();
      await closed;
    },
  };
}

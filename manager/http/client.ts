import type { ServerSocket, SocketEvents } from "./server_socket.ts";

/** What the application may know of the client's connection, and do to it. */
export interface HttpClient {
  /** The address of whoever connected, IPv4-mapped ones as IPv4. */
  readonly ip: string;
  readonly port: number;
  /** True once the connection has ended. */
  readonly closed: boolean;
  /**
   * Makes the connection a WebSocket whose first bytes are `head`; the application's reply goes nowhere. Null
   * where the client did not wait for the reply, or sent a body before, so that it cannot be told where its
   * messages begin.
   */
  upgrade(head: Uint8Array, events: SocketEvents, idleMs: number): ServerSocket | null;
  /** Ends the TCP connection, once what is under way has gone out. */
  cutSoon(): void;
}

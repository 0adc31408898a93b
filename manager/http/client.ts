import type { ServerSocket, SocketSpec } from "./server_socket.ts";

/** What the application may know of the client that makes a request, and do to its connection. */
export interface HttpClient {
  /** The client's address, IPv4-mapped ones as IPv4; where a trusted proxy connects, the one that it tells. */
  readonly ip: string;
  /** The address of whoever connected. */
  readonly peer_ip: string;
  readonly port: number;
  /** True where the client speaks TLS, to the manager or by the word of a trusted proxy. */
  readonly secure: boolean;
  /** True where the request came through a proxy, as far as one can tell: trusted, or by what it has added. */
  readonly forwarded: boolean;
  /** What a trusted proxy says that Host was; null where it says nothing. */
  readonly host: string | null;
  /** True once the connection has ended. */
  readonly closed: boolean;
  /** The reply to the request that is served may take so much longer than others, in milliseconds. */
  allow(ms: number): void;
  /**
   * Makes the connection a WebSocket whose first bytes are `head`; the application's reply goes nowhere. Null
   * where the client did not wait for the reply, or sent a body before, so that it cannot be told where its
   * messages begin.
   */
  upgrade(head: Uint8Array, spec: SocketSpec): ServerSocket | null;
  /** Ends the TCP connection, once what is under way has gone out. */
  cutSoon(): void;
}

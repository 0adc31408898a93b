import { createHash, randomBytes } from "node:crypto";
import { formatAddress, isLoopback, unmapIPv4 } from "../net/address.ts";
import { createDial, type Dial } from "../net/dial.ts";
import { encodeClose, encodeFrame, FrameReader, PING, PONG, TEXT } from "../net/frames.ts";
import { writeAll } from "../net/write.ts";
import { type ManagerConn, ManagerTls, plainConn } from "./manager_conn.ts";
import type { ManagerUrl } from "./manager_url.ts";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const MAX_HEAD = 16 * 1024;
/** Bytes that may wait to be taken by the manager: more than all answers that can be under way, 64 of 64 KiB. */
const MAX_BUFFERED = 6 * 1024 * 1024;

/** Why there is no WebSocket, or none any more; a few words. */
export class SocketError extends Error {
  override name = "SocketError";
}

export interface SocketOptions {
  path: string;
  /** Authorities beside those that are trusted anyway, in PEM. */
  caCerts: string[];
  /** The largest message that is taken, in bytes. */
  maxMessage: number;
  /** Ends the attempt, or the connection. */
  signal: AbortSignal;
  /** For resolving and connecting, in seconds. */
  timeout: number;
  dial?: Dial;
}

/** A WebSocket to the manager, on a connection of our own: with its bounds, its deadlines and its trust. */
export class ClientSocket {
  /** When something came last, in milliseconds of `performance.now()`. */
  heardAt = performance.now();
  readonly #conn: ManagerConn;
  readonly #reader: FrameReader;
  readonly #texts: string[] = [];
  readonly #buffer = new Uint8Array(16 * 1024);
  #unsent: Uint8Array[] = [];
  #buffered = 0;
  #writing: Promise<void> | null = null;
  /** How the connection ended, once it has. */
  #end: number | null = null;
  #closing: Promise<void> | null = null;

  private constructor(conn: ManagerConn, rest: Uint8Array, maxMessage: number) {
    this.#conn = conn;
    this.#reader = new FrameReader(maxMessage, false);
    this.#take(rest);
  }

  /** Connects and shakes hands (RFC 6455, section 4.1); throws SocketError, or Failure from the dial. */
  static async open(url: ManagerUrl, options: SocketOptions): Promise<ClientSocket> {
    const { signal, caCerts, timeout } = options;
    const dial = options.dial ?? createDial({ timeout });
    const waiter = { cancel: null as (() => void) | null };
    const cancel = () => waiter.cancel?.();
    signal.addEventListener("abort", cancel);
    const tcp = await dial(url, waiter).finally(() => signal.removeEventListener("abort", cancel));
    let conn = plainConn(tcp);
    const cut = () => conn.cut();
    signal.addEventListener("abort", cut);
    try {
      signal.throwIfAborted();
      refuseClearBeyondLoopback(url, tcp);
      if (url.tls) {
        const tls = conn = await ManagerTls.over(tcp, url.host, caCerts);
        signal.throwIfAborted();
        await tls.handshake();
      }
      return new ClientSocket(conn, await shakeHands(conn, url, options.path), options.maxMessage);
    } catch (error) {
      cut();
      throw error;
    } finally {
      // From here on whoever has the socket closes it.
      signal.removeEventListener("abort", cut);
    }
  }

  /** The next message; the close code once the other side has closed, 1006 where the connection broke. */
  async next(): Promise<string | number> {
    for (;;) {
      const text = this.#texts.shift();
      if (text !== undefined) return text;
      if (this.#end !== null) return this.#end;
      const length = await this.#conn.read(this.#buffer).catch(() => null);
      if (length === null) return this.#end ??= 1006;
      this.#take(this.#buffer.subarray(0, length));
    }
  }

  /** Sends a message; it may be lost with the connection. */
  send(text: string): void {
    this.#enqueue(encodeFrame(TEXT, new TextEncoder().encode(text), mask()));
  }

  /** Asks for a sign of life. */
  ping(): void {
    this.#enqueue(encodeFrame(PING, new Uint8Array(0), mask()));
  }

  /** Says why, and ends the connection behind what was sent before, or after so many milliseconds. */
  close(code: number, reason: string, lingerMs = 1_000): Promise<void> {
    return this.#closing ??= this.#close(code, reason, lingerMs);
  }

  /** Ends the connection at once, unless it closes already. */
  cut(): void {
    this.#end ??= 1006;
    if (!this.#closing) this.#conn.cut();
  }

  async #close(code: number, reason: string, lingerMs: number): Promise<void> {
    this.#enqueue(encodeClose(code, reason, mask()));
    this.#end ??= code;
    const timer = setTimeout(() => this.#conn.cut(), lingerMs);
    await this.#writing;
    await this.#conn.close();
    clearTimeout(timer);
  }

  #take(piece: Uint8Array): void {
    this.heardAt = performance.now();
    for (const event of this.#reader.push(piece)) {
      if (event.type === "text") this.#texts.push(event.text);
      if (event.type === "ping") this.#enqueue(encodeFrame(PONG, event.payload, mask()));
      if (event.type === "close" || event.type === "error") this.#end ??= event.code;
      // Nobody here sends such; it is no message of the protocol, and refused as one.
      if (event.type === "binary") this.#texts.push("");
    }
  }

  #enqueue(frame: Uint8Array): void {
    if (this.#end !== null) return;
    this.#buffered += frame.length;
    if (this.#buffered > MAX_BUFFERED) return this.cut();
    this.#unsent.push(frame);
    this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    try {
      for (let frame; (frame = this.#unsent.shift());) {
        await writeAll(this.#conn, frame);
        this.#buffered -= frame.length;
      }
    } catch {
      this.cut();
    }
    this.#writing = null;
  }
}

function mask(): Uint8Array {
  return randomBytes(4);
}

/** A name of this host is trusted to be one: what it leads to has to be. */
function refuseClearBeyondLoopback({ tls }: ManagerUrl, conn: Deno.TcpConn): void {
  const { hostname } = conn.remoteAddr as Deno.NetAddr;
  if (tls || isLoopback(unmapIPv4(hostname))) return;
  throw new SocketError("the name leads to another host, and nothing goes there in clear");
}

/** Asks for the WebSocket; returns what came behind the answer's head. */
async function shakeHands(conn: ManagerConn, url: ManagerUrl, path: string): Promise<Uint8Array> {
  const key = randomBytes(16).toString("base64");
  const { host, port, tls, base } = url;
  const isDefault = port === (tls ? 443 : 80);
  const head = [
    `GET ${base}${path} HTTP/1.1`,
    `Host: ${isDefault ? formatAddress({ host, port }).replace(/:\d+$/, "") : formatAddress(url)}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${key}`,
    "\r\n",
  ].join("\r\n");
  await writeAll(conn, new TextEncoder().encode(head));
  const { text, rest } = await readHead(conn);
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(text) ?? [];
  if (status === undefined) throw new SocketError("what listens there does not speak HTTP");
  if (status !== "101") throw new SocketError(refusal(status, tls));
  const accept = createHash("sha1").update(key + GUID).digest("base64");
  const [, given] = /\r\nsec-websocket-accept: *(\S+) *\r\n/i.exec(text) ?? [];
  if (given !== accept) throw new SocketError("it does not speak WebSocket");
  return rest;
}

function refusal(status: string, tls: boolean): string {
  if (status === "400" && !tls) {
    return "it answers 400, as a port does that speaks TLS: https:// asks so";
  }
  if (status === "404") return "it has no control channel (404): it needs the key too";
  if (status === "421") return "it does not answer to that name (421): --public-host allows it";
  if (status === "503") return "it has no room just now (503)";
  return `it answers ${status}`;
}

async function readHead(conn: ManagerConn): Promise<{ text: string; rest: Uint8Array }> {
  const buffer = new Uint8Array(MAX_HEAD);
  for (let have = 0; have < buffer.length;) {
    const length = await conn.read(buffer.subarray(have));
    if (length === null) throw new SocketError("it closed the connection");
    have += length;
    const text = new TextDecoder("latin1").decode(buffer.subarray(0, have));
    const end = text.indexOf("\r\n\r\n");
    if (end >= 0) return { text: text.slice(0, end + 2), rest: buffer.slice(end + 4, have) };
  }
  throw new SocketError("its answer is too long");
}

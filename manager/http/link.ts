import { closeQuietly } from "../../proxy/net/close.ts";
import { writeAll } from "../../proxy/net/write.ts";
import { type Buffers, doubled, drain, readOrNull, SMALL } from "./bytes.ts";
import type { HttpClient } from "./client.ts";
import { HeadCounter } from "./head.ts";
import { type Refusal, refusalReply } from "./refusals.ts";
import { ServerSocket, type SocketEvents, type TextFrames } from "./server_socket.ts";

/** How long a connection may take for what; in milliseconds. */
export interface Deadlines {
  /** From the connection, or from a later request's first byte, to the end of the head. */
  head: number;
  /** From one reply to the next request. */
  idle: number;
  /** With nothing moving while a request is served, or with bytes that the client does not take. */
  stall: number;
  /** From the end of a reply that is the last one until the client has closed. */
  linger: number;
}

export interface LinkDeps {
  deadlines: Deadlines;
  /** Milliseconds of a clock that does not run backwards. */
  now: () => number;
  /** Connects to the server behind; the link is known by the local port from then on. */
  dial: (link: Link) => Promise<Deno.TcpConn>;
  refuse: (refusal: Refusal) => void;
  buffers: Buffers;
  frames: TextFrames;
  /** The largest message from a WebSocket client, in bytes. */
  maxMessage: number;
}

const MAX_HEAD = 60 * 1024;

type State = "head" | "serving" | "idle" | "next_head" | "websocket" | "ending";

/** One client's connection and the one behind it, with a deadline for each thing that may take long. */
export class Link implements HttpClient {
  readonly ip: string;
  readonly port: number;
  /** Called once both ends are closed. */
  onClose = () => {};
  readonly #client: Deno.TcpConn;
  readonly #deps: LinkDeps;
  #inner: Deno.TcpConn | null = null;
  #state: State = "head";
  #deadline: number;
  /** Since when a write to the client has not ended; null while none is under way. */
  #writingSince: number | null = null;
  #counter = new HeadCounter();
  /** Requests that the application has been given. */
  #begun = 0;
  #socket: ServerSocket | null = null;
  #delivered = Promise.withResolvers<void>();
  #closed = false;

  constructor(client: Deno.TcpConn, ip: string, deps: LinkDeps) {
    this.#client = client;
    this.#deps = deps;
    this.ip = ip;
    this.port = client.remoteAddr.port;
    this.#deadline = deps.now() + deps.deadlines.head;
  }

  /** Serves the connection to its end; never throws. */
  async run(): Promise<void> {
    try {
      const head = await this.#readHead();
      if (head === null) return;
      this.#inner = await this.#dial();
      if (this.#inner === null) return;
      if (this.#closed) return closeQuietly(this.#inner);
      this.#state = "serving";
      this.#moved();
      await writeAll(this.#inner, head);
      await Promise.all([this.#pumpUp(this.#inner), this.#pumpDown(this.#inner)]);
    } catch {
      // Either side is gone, or the link was cut: there is nobody to tell.
    } finally {
      this.close();
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Resolves once everything from the server behind has been passed on. */
  get delivered(): Promise<void> {
    if (this.#socket) return this.#socket.flushed;
    return this.#inner ? this.#delivered.promise : Promise.resolve();
  }

  /** A request's head is complete, and the application has it. */
  begin(): void {
    this.#begun++;
    if (this.#state === "ending") return;
    this.#state = "serving";
    this.#moved();
  }

  /** The reply to it is complete. */
  end(): void {
    if (this.#state !== "serving") return;
    this.#state = "idle";
    this.#deadline = this.#deps.now() + this.#deps.deadlines.idle;
  }

  upgrade(head: Uint8Array, events: SocketEvents, idleMs: number): ServerSocket | null {
    const { heads, since } = this.#counter;
    if (heads !== this.#begun || since > 0 || this.#closed || !this.#inner) return null;
    const { now, refuse, maxMessage, frames, deadlines } = this.#deps;
    this.#state = "websocket";
    this.#deadline = Infinity;
    this.#socket = new ServerSocket(this.#client, head, {
      ...{ events, idleMs, maxMessage, frames, now, refuse },
      stallMs: deadlines.stall,
      lingerMs: deadlines.linger,
      end: () => this.close(),
    });
    closeQuietly(this.#inner);
    return this.#socket;
  }

  cutSoon(): void {
    this.#state = "ending";
    this.#deadline = Math.min(this.#deadline, this.#deps.now() + this.#deps.deadlines.linger);
  }

  /** Ends what has been going on for too long; to be called some times a second. */
  tick(nowMs: number): void {
    if (this.#socket) return this.#socket.tick(nowMs);
    const { stall } = this.#deps.deadlines;
    if (this.#writingSince !== null && nowMs - this.#writingSince >= stall) {
      this.#deps.refuse("stalled");
      return this.close();
    }
    if (nowMs >= this.#deadline) this.#expire();
  }

  /** Closes both ends. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeQuietly(this.#client);
    if (this.#inner) closeQuietly(this.#inner);
    this.#delivered.resolve();
    this.#socket?.ended();
    this.onClose();
  }

  #expire(): void {
    const reasons: Partial<Record<State, Refusal>> = {
      next_head: "slow_head",
      idle: "idle",
      serving: "stalled",
    };
    const reason = reasons[this.#state];
    if (this.#state === "head") {
      return this.#refuse("slow_head", "408 Request Timeout", "The head did not end in time");
    }
    if (reason) this.#deps.refuse(reason);
    this.close();
  }

  /** The first head and whatever came with it; null where there is none. */
  async #readHead(): Promise<Uint8Array | null> {
    let buffer = new Uint8Array(SMALL);
    for (let filled = 0;;) {
      if (filled === buffer.length) buffer = doubled(buffer);
      const length = await this.#client.read(buffer.subarray(filled));
      if (length === null) return null;
      if (this.#state !== "head") {
        // Turned away: what still comes is read so that the reply is not lost to a reset.
        filled = 0;
        continue;
      }
      this.#counter.take(buffer.subarray(filled, filled + length));
      filled += length;
      if (this.#counter.heads > 0) {
        if (startsLikeHttp1(buffer)) return buffer.subarray(0, filled);
        this.#refuse("not_http", "400 Bad Request", "Only HTTP/1.1 is served here");
      } else if (filled > MAX_HEAD) {
        this.#refuse("head_too_large", "431 Request Header Fields Too Large", "Too long");
      }
    }
  }

  /** Says why, and closes once the client has had the time to read it. */
  #refuse(refusal: Refusal, status: string, message: string): void {
    this.#deps.refuse(refusal);
    this.#state = "ending";
    this.#deadline = this.#deps.now() + this.#deps.deadlines.linger;
    const reply = refusalReply(status, refusal, message);
    writeAll(this.#client, reply).then(() => this.#client.closeWrite()).catch(() => this.close());
  }

  async #dial(): Promise<Deno.TcpConn | null> {
    try {
      return await this.#deps.dial(this);
    } catch {
      this.#deps.refuse("inner_failed");
      await writeAll(
        this.#client,
        refusalReply("503 Service Unavailable", "overloaded", "The manager has no room just now"),
      );
      return null;
    }
  }

  /** From the client to the server behind. */
  async #pumpUp(inner: Deno.TcpConn): Promise<void> {
    let buffer = new Uint8Array(SMALL);
    for (;;) {
      const length = await this.#client.read(buffer);
      if (length === null) break;
      const piece = buffer.subarray(0, length);
      if (this.#socket) this.#socket.receive(piece);
      else if (!await this.#pass(inner, piece)) return await drain(this.#client);
      buffer = this.#deps.buffers.next(buffer, length);
    }
    if (!this.#socket) await inner.closeWrite().catch(() => {});
  }

  /** False where the server behind takes no more; its reply may still be on its way. */
  async #pass(inner: Deno.TcpConn, piece: Uint8Array): Promise<boolean> {
    this.#heard();
    this.#counter.take(piece);
    try {
      await writeAll(inner, piece);
      return true;
    } catch {
      return false;
    }
  }

  /** From the server behind to the client. */
  async #pumpDown(inner: Deno.TcpConn): Promise<void> {
    let buffer = new Uint8Array(SMALL);
    for (;;) {
      const length = await readOrNull(inner, buffer);
      // A WebSocket needs nobody behind.
      if (this.#socket) return;
      if (length === null) {
        this.#deps.buffers.giveBack(buffer);
        break;
      }
      this.#writingSince = this.#deps.now();
      await writeAll(this.#client, buffer.subarray(0, length));
      this.#writingSince = null;
      if (this.#state === "serving") this.#moved();
      buffer = this.#deps.buffers.next(buffer, length);
    }
    await this.#client.closeWrite();
    this.#delivered.resolve();
    this.cutSoon();
  }

  /** Bytes came from the client. */
  #heard(): void {
    if (this.#state === "serving") return this.#moved();
    if (this.#state !== "idle") return;
    this.#state = "next_head";
    this.#deadline = this.#deps.now() + this.#deps.deadlines.head;
  }

  #moved(): void {
    this.#deadline = this.#deps.now() + this.#deps.deadlines.stall;
  }
}

/** HTTP/2 without TLS would bring many requests in one connection, which nothing here watches. */
function startsLikeHttp1(head: Uint8Array): boolean {
  const start = new TextDecoder().decode(head.subarray(0, 4));
  return start !== "PRI " && /^[A-Z\r\n]/.test(start);
}

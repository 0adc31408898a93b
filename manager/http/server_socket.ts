import { writeAll } from "../../proxy/net/write.ts";
import {
  encodeClose,
  encodeFrame,
  type FrameEvent,
  FrameReader,
  PING,
  PONG,
  TEXT,
} from "../../proxy/net/frames.ts";
import type { Refusal } from "./refusals.ts";

/** What becomes of a WebSocket. */
export interface SocketEvents {
  /** A whole message; null for a binary one. */
  onMessage(text: string | null): void;
  /** It is closed with this code, or about to be: nothing that is sent goes out any more. Called once. */
  onClose(code: number): void;
}

/** Who is at the other end, for the counters. */
export type SocketPeer = "viewer" | "proxy";

/** What is wanted of a WebSocket. */
export interface SocketSpec {
  events: SocketEvents;
  peer: SocketPeer;
  /** Silence for half of this asks for a pong, as much again behind that ends the connection; in milliseconds. */
  idleMs: number;
}

export interface SocketDeps extends SocketSpec {
  /** The largest message that is taken, in bytes. */
  maxMessage: number;
  /** Bytes that the client does not take for so long end the connection; in milliseconds. */
  stallMs: number;
  /** How long the answer to a close is waited for, in milliseconds. */
  lingerMs: number;
  /** Shared by all sockets. */
  frames: TextFrames;
  now: () => number;
  refuse: (refusal: Refusal) => void;
  /** Ends the TCP connection. */
  end: () => void;
}

const NOTHING = new Uint8Array(0);
/** Messages whose frames are kept: more than go out to all viewers at a time. */
const MAX_FRAMES = 16;
const TOO_BIG = 1009;
/** No close was sent (RFC 6455, section 7.4.1). */
const BROKEN = 1006;
/** Bytes that wait already when a ping is not answered any more. */
const MAX_PONGS = 64 * 1024;

/** The frames of the last messages, so that one that goes to many viewers is encoded once. */
export class TextFrames {
  readonly #frames = new Map<string, Uint8Array>();

  /** The frame of this text. */
  of(text: string): Uint8Array {
    let frame = this.#frames.get(text);
    if (frame) return frame;
    frame = encodeFrame(TEXT, new TextEncoder().encode(text));
    const [oldest] = this.#frames.keys();
    if (this.#frames.size >= MAX_FRAMES) this.#frames.delete(oldest);
    this.#frames.set(text, frame);
    return frame;
  }
}

/**
 * A WebSocket on a client's connection, spoken here so that a message is one array of bytes, whatever the
 * number of viewers that it goes to, and a viewer takes one descriptor.
 */
export class ServerSocket {
  readonly #conn: Deno.TcpConn;
  readonly #deps: SocketDeps;
  readonly #reader: FrameReader;
  #queue: Uint8Array[] = [];
  #writing = false;
  #writingSince = 0;
  #heardAt: number;
  /** When a pong was asked for; null once something has come. */
  #askedAt: number | null = null;
  /** When the connection ends, once a close has been sent. */
  #endsAt = Infinity;
  #flushed = Promise.withResolvers<void>();
  /** Bytes that the client has not taken yet. */
  bufferedAmount = 0;

  /** Sends `head`, which accepts the handshake, before anything else. */
  constructor(conn: Deno.TcpConn, head: Uint8Array, deps: SocketDeps) {
    this.#conn = conn;
    this.#deps = deps;
    this.#reader = new FrameReader(deps.maxMessage);
    this.#heardAt = deps.now();
    this.#enqueue(head);
  }

  /** Resolves once what has been sent is on its way and a close is among it. */
  get flushed(): Promise<void> {
    return this.#flushed.promise;
  }

  /** Sends a message; nothing once a close has been sent. */
  send(text: string): void {
    this.#sendFrame(this.#deps.frames.of(text));
  }

  /** Sends a close, and ends the connection when it is answered, or soon. */
  close(code: number, reason: string): void {
    if (this.#endsAt !== Infinity) return;
    this.#enqueue(encodeClose(code, reason));
    this.#endsAt = this.#deps.now() + this.#deps.lingerMs;
    this.#deps.events.onClose(code);
  }

  /** Bytes have come from the client. */
  receive(piece: Uint8Array): void {
    this.#heardAt = this.#deps.now();
    this.#askedAt = null;
    for (const event of this.#reader.push(piece)) this.#take(event);
  }

  /** Ends what has been silent or stuck for too long; to be called some times a second. */
  tick(nowMs: number): void {
    const { idleMs, stallMs, refuse, end, peer } = this.#deps;
    if (nowMs >= this.#endsAt) return end();
    if (this.#writing && nowMs - this.#writingSince >= stallMs) {
      refuse(`slow_${peer}`);
      return end();
    }
    if (this.#askedAt === null) {
      if (nowMs - this.#heardAt < idleMs / 2) return;
      this.#askedAt = nowMs;
      this.#sendFrame(encodeFrame(PING, NOTHING));
    } else if (nowMs - this.#askedAt >= idleMs / 2) {
      refuse(`silent_${peer}`);
      this.close(1001, "no answer to a ping");
    }
  }

  /** The connection has ended. */
  ended(): void {
    this.#queue = [];
    this.#flushed.resolve();
    if (this.#endsAt !== Infinity) return;
    this.#endsAt = -Infinity;
    this.#deps.events.onClose(BROKEN);
  }

  #sendFrame(frame: Uint8Array): void {
    if (this.#endsAt === Infinity) this.#enqueue(frame);
  }

  #take(event: FrameEvent): void {
    const { events, refuse } = this.#deps;
    // After a close of ours only its answer matters.
    if (this.#endsAt !== Infinity && event.type !== "close") return;
    switch (event.type) {
      case "text":
        return events.onMessage(event.text);
      case "binary":
        return events.onMessage(null);
      case "ping":
        // One who only asks and never reads gets no more answers than that.
        if (this.bufferedAmount > MAX_PONGS) return;
        return this.#sendFrame(encodeFrame(PONG, event.payload));
      case "close":
        this.close(event.code, "");
        return this.#endAfterwards();
      case "error":
        if (event.code === TOO_BIG) refuse("message_too_big");
        return this.close(event.code, event.reason);
    }
  }

  /** Ends the connection once everything is written. */
  #endAfterwards(): void {
    this.flushed.then(() => this.#deps.end());
  }

  #enqueue(bytes: Uint8Array): void {
    this.#queue.push(bytes);
    this.bufferedAmount += bytes.length;
    if (!this.#writing) this.#write();
  }

  async #write(): Promise<void> {
    this.#writing = true;
    try {
      for (let bytes = this.#queue.shift(); bytes; bytes = this.#queue.shift()) {
        this.#writingSince = this.#deps.now();
        await writeAll(this.#conn, bytes);
        this.bufferedAmount -= bytes.length;
      }
    } catch {
      return this.#deps.end();
    }
    this.#writing = false;
    if (this.#endsAt !== Infinity) this.#flushed.resolve();
  }
}

import { closeQuietly } from "../../proxy/net/close.ts";
import { writeAll } from "../../proxy/net/write.ts";
import { drain, readOrNull, SMALL } from "./bytes.ts";
import { EXPIRED, type State } from "./deadlines.ts";
import { HeadError } from "./head.ts";
import type { LinkDeps } from "./link_deps.ts";
import { type Refusal, refusalReply } from "./refusals.ts";
import { RequestReader } from "./request.ts";
import { ServerSocket, type SocketSpec } from "./server_socket.ts";
import type { TlsFront, TlsLayer } from "./tls.ts";

/** One client's connection and the one behind it, with a deadline for each thing that may take long. */
export class Link {
  /** The address of whoever connected. */
  readonly ip: string;
  readonly port: number;
  /** Called once both ends are closed. */
  onClose = () => {};
  #client: Deno.TcpConn;
  readonly #deps: LinkDeps;
  readonly #reader = new RequestReader();
  #tls: TlsLayer | null = null;
  #inner: Deno.TcpConn | null = null;
  #down: Promise<void> | null = null;
  #state: State = "head";
  #deadline: number;
  /** Until when the body that comes must be there. */
  #bodyEndsBy = Infinity;
  /** Since when a write to the client has not ended; null while none is under way. */
  #writingSince: number | null = null;
  /** Requests that the application has been given. */
  #begun = 0;
  /** Replies that are complete. */
  #ended = 0;
  /** True once nothing more goes to the server behind. */
  #upEnded = false;
  /** The last thing to say. */
  #refusal: Uint8Array | null = null;
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
      if (this.#deps.tls) await this.#secure(this.#deps.tls);
      await this.#pumpUp();
      await this.#down;
    } catch {
      // Either side is gone, or the link was cut: there is nobody to tell.
    } finally {
      this.close();
      await this.#down?.catch(() => {});
      await this.#tls?.ended;
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** True where the client speaks TLS. */
  get secure(): boolean {
    return this.#tls !== null;
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
    this.#ended++;
    if (this.#upEnded) this.#endUp();
    if (this.#state !== "serving") return;
    this.#state = "idle";
    this.#deadline = this.#deps.now() + this.#deps.deadlines.idle;
    // Of a next head some has come already.
    if (this.#reader.phase === "head") this.#heard();
  }

  /** As {@link HttpClient.allow} says. */
  allow(ms: number): void {
    if (this.#state === "serving") this.#deadline += ms;
  }

  /** As {@link HttpClient.upgrade} says. */
  upgrade(head: Uint8Array, spec: SocketSpec): ServerSocket | null {
    const { heads, phase } = this.#reader;
    if (heads !== this.#begun || phase !== "between" || this.#closed || !this.#inner) return null;
    if (this.#refusal || this.#upEnded) return null;
    const { stall: stallMs, linger: lingerMs } = this.#deps.deadlines;
    this.#state = "websocket";
    this.#deadline = Infinity;
    this.#socket = new ServerSocket(this.#client, head, {
      ...{ ...this.#deps, ...spec, stallMs, lingerMs, end: () => this.close() },
    });
    closeQuietly(this.#inner);
    return this.#socket;
  }

  /** Ends the TCP connection, once what is under way has gone out. */
  cutSoon(): void {
    this.#state = "ending";
    this.#deadline = Math.min(this.#deadline, this.#deps.now() + this.#deps.deadlines.linger);
  }

  /** Ends what has been going on for too long; to be called some times a second. */
  tick(nowMs: number): void {
    if (this.#closed) return this.#tls?.tick(nowMs);
    if (this.#socket) return this.#socket.tick(nowMs);
    const { stall } = this.#deps.deadlines;
    if (this.#writingSince !== null && nowMs - this.#writingSince >= stall) {
      return this.#cutFor("stalled");
    }
    if (nowMs >= this.#bodyEndsBy) return this.#cutFor("slow_body");
    if (nowMs >= this.#deadline) this.#expire();
  }

  /** Closes both ends. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeQuietly(this.#client);
    // The runtime does not let go of a handshake unless its client is gone.
    if (this.#state === "tls") this.cut();
    if (this.#inner) closeQuietly(this.#inner);
    this.#delivered.resolve();
    this.#socket?.ended();
    this.onClose();
  }

  #expire(): void {
    if (this.#state === "head") {
      return this.#refuse("slow_head", 408, "The head did not end in time");
    }
    const refusal = EXPIRED[this.#state];
    if (refusal) this.#cutFor(refusal);
    else this.close();
  }

  /** Closes both ends, and lets go of what TLS has still to deliver. */
  cut(): void {
    this.close();
    this.#tls?.cut();
  }

  #cutFor(refusal: Refusal): void {
    this.#deps.refuse(refusal);
    this.cut();
  }

  /** Answers the client's first bytes with TLS; what is no TLS is told so, and closed. */
  async #secure(tls: TlsFront): Promise<void> {
    this.#state = "tls";
    const layer = await tls.begin(this.#client, this.#deps.deadlines.stall);
    if (layer === null) {
      return this.#refuse("not_tls", 400, "This port speaks TLS: ask by https://");
    }
    this.#tls = layer;
    if (this.#closed) return layer.cut();
    this.#client = layer.conn;
    try {
      await layer.shakeHands();
    } catch (error) {
      if (!this.#closed) this.#cutFor("tls_failed");
      throw error;
    }
    this.#state = "head";
  }

  /** Says why, behind the replies that are still to come, and closes once the client could read it. */
  #refuse(refusal: Refusal, status: number, message: string): void {
    this.#deps.refuse(refusal);
    this.#refusal = refusalReply(status, refusal, message);
    if (this.#inner) return this.#endUp();
    this.#down = this.#finish().catch(() => this.close());
  }

  /** Sends the last word, if there is one, and the end. */
  async #finish(): Promise<void> {
    this.cutSoon();
    if (this.#refusal) await writeAll(this.#client, this.#refusal);
    await this.#client.closeWrite();
    this.#delivered.resolve();
  }

  /** Connects to the server behind; false where it cannot be reached. */
  async #open(): Promise<boolean> {
    try {
      const inner = await this.#deps.dial(this);
      this.#inner = inner;
      if (this.#closed) closeQuietly(inner);
      this.#state = "serving";
      this.#moved();
      this.#down = this.#pumpDown(inner).catch(() => this.close());
    } catch {
      this.#refuse("inner_failed", 503, "The manager has no room just now");
    }
    return this.#inner !== null;
  }

  /** From the client to the server behind. */
  async #pumpUp(): Promise<void> {
    let buffer = new Uint8Array(SMALL);
    for (;;) {
      const length = await this.#client.read(buffer);
      if (length === null) break;
      const piece = buffer.subarray(0, length);
      if (this.#socket) this.#socket.receive(piece);
      // What comes behind a refusal is read all the same, so that a reset does not destroy that.
      else if (!this.#refusal && !await this.#pass(piece)) return await drain(this.#client);
      buffer = this.#deps.buffers.next(buffer, length);
    }
    if (!this.#socket) this.#endUp();
  }

  /** Tells the server behind that nothing more comes; before its replies are out, it would forget them. */
  #endUp(): void {
    this.#upEnded = true;
    const { heads, phase } = this.#reader;
    if (heads === this.#ended || phase === "body") this.#inner?.closeWrite().catch(() => {});
  }

  /** False where the server behind takes no more; its reply may still be on its way. */
  async #pass(piece: Uint8Array): Promise<boolean> {
    this.#heard();
    try {
      for (const part of this.#reader.take(piece)) {
        if (!this.#inner && !await this.#open()) return true;
        try {
          await writeAll(this.#inner!, part);
        } catch {
          return false;
        }
      }
    } catch (error) {
      if (!(error instanceof HeadError)) throw error;
      this.#refuse(error.refusal, error.status, error.message);
    }
    this.#watchBody();
    return true;
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
    await this.#finish();
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

  #watchBody(): void {
    const { now, deadlines } = this.#deps;
    if (this.#reader.phase !== "body") this.#bodyEndsBy = Infinity;
    else if (this.#bodyEndsBy === Infinity) this.#bodyEndsBy = now() + deadlines.body;
  }
}

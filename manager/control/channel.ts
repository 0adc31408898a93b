import { getLogger } from "@logtape/logtape";
import {
  anyHelloSchema,
  closeCodeOf,
  type CloseReason,
  type FromManager,
  fromProxySchema,
  type Hello,
  helloSchema,
  PROTOCOL,
  readMessage,
} from "../../proxy/control/protocol.ts";
import { isProof, type Meeting, newNonce, proofOf } from "../../proxy/control/proof.ts";
import type { FromProxy } from "../../proxy/control/protocol.ts";
import { subscriber } from "../../proxy/net/ip.ts";

/** What is used of a WebSocket. */
export interface ChannelSocket {
  send(text: string): void;
  close(code: number, reason: string): void;
}

/** What a connection asks of those who look after all of them. */
export interface ChannelHost {
  /** The key with this name that may speak for this proxy; null where there is none. */
  keyOf(keyId: string, proxyId: string): Uint8Array | null;
  /** It has proved that it has the key. */
  proved(channel: Channel): void;
  answered(channel: Channel, answer: Extract<FromProxy, { type: "result" }>): void;
  refused(channel: Channel, reason: CloseReason): void;
  closed(channel: Channel): void;
}

const TOO_BIG = 1009;

/** One connection that wants orders: nobody until it has proved that it has the key, then a proxy. */
export class Channel {
  /** What the proxy has said of itself; believed once it is live. */
  hello: Hello | null = null;
  /** The key that it has proved, or is to prove. */
  key: Uint8Array | null = null;
  isLive = false;
  /** Since when, in milliseconds; for those who look after it. */
  liveSinceMs = 0;
  /** Who has connected, as far as an address tells: an IPv6 client has all of its /64. */
  readonly client: string;
  readonly #host: ChannelHost;
  readonly #socket: ChannelSocket;
  #meeting: Meeting | null = null;
  #closed = false;

  constructor(
    readonly ip: string,
    readonly sinceMs: number,
    socket: ChannelSocket,
    host: ChannelHost,
  ) {
    this.client = subscriber(ip);
    this.#socket = socket;
    this.#host = host;
  }

  /** Its id, as far as it has told one. */
  get proxyId(): string {
    return this.hello?.proxy_id ?? "";
  }

  send(message: FromManager): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** A whole message has come; null for a binary one. Never throws. */
  receive(text: string | null): void {
    try {
      if (this.isLive) this.#takeAnswer(text);
      else if (this.hello) this.#takeProof(text);
      else this.#takeHello(text);
    } catch (error) {
      getLogger(["rustproxy", "manager"]).error("Cannot serve a proxy: {error}", { error });
      this.refuse("bad_message");
    }
  }

  /** Ends it, and counts why. */
  refuse(reason: CloseReason): void {
    if (this.#closed) return;
    this.#host.refused(this, reason);
    this.#socket.close(closeCodeOf(reason), reason);
  }

  /** Ends it for nothing that the other side has done. */
  end(code: number, reason: string): void {
    if (!this.#closed) this.#socket.close(code, reason);
  }

  /** The connection has closed with this code. */
  ended(code: number): void {
    if (this.#closed) return;
    this.#closed = true;
    if (code === TOO_BIG) this.#host.refused(this, "message_too_big");
    this.#host.closed(this);
  }

  #takeHello(text: string | null): void {
    const version = readMessage(anyHelloSchema, text)?.v;
    if (version === undefined) return this.refuse("bad_message");
    if (version !== PROTOCOL) return this.refuse("unknown_version");
    const hello = this.hello = readMessage(helloSchema, text);
    if (!hello) return this.refuse("bad_message");
    const key = this.key = this.#host.keyOf(hello.key_id, hello.proxy_id);
    if (!key) return this.refuse("wrong_key");
    const { proxy_id: proxyId, boot_id: bootId, nonce: proxyNonce } = hello;
    const meeting = this.#meeting = { proxyId, bootId, proxyNonce, managerNonce: newNonce() };
    const proof = proofOf(key, "manager", meeting);
    this.send({ type: "challenge", nonce: meeting.managerNonce, proof });
  }

  #takeProof(text: string | null): void {
    const message = readMessage(fromProxySchema, text);
    if (message?.type !== "proof") return this.refuse("bad_message");
    if (!isProof(message.proof, this.key!, "proxy", this.#meeting!)) {
      return this.refuse("wrong_key");
    }
    this.isLive = true;
    this.send({ type: "welcome" });
    this.#host.proved(this);
  }

  #takeAnswer(text: string | null): void {
    const message = readMessage(fromProxySchema, text);
    if (message?.type !== "result") return this.refuse("bad_message");
    this.#host.answered(this, message);
  }
}

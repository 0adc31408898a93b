import type { ClientMessage, ServerMessage } from "../../manager/api/model.ts";
import { backoffMs } from "./backoff.ts";
import { parseMessage } from "./message.ts";

/** With this the manager ends the connection of a viewer whose session has ended. */
const SESSION_ENDED = 4401;

/** What a {@link FleetSocket} needs; times in milliseconds. */
export interface SocketOptions {
  url: string;
  onMessage: (message: ServerMessage) => void;
  /** The manager is not heard any more; called once for each failed attempt or lost connection. */
  onLost: () => void;
  /**
   * Asked before each attempt: false where there is no use in one until {@link FleetSocket.retry}; a
   * rejection counts as an attempt that failed.
   */
  mayOpen?: () => Promise<boolean>;
  /** Silence after which a connection counts as dead: the manager speaks at least every 5 s. */
  staleAfterMs?: number;
  backoff?: (attempt: number) => number;
}

/** Whose connections are asked for: one proxy's, with null the whole fleet's, and nobody's where it is undefined. */
export type Watched = string | null | undefined;

/** A WebSocket to the manager that comes back by itself and asks again for the connections being viewed. */
export class FleetSocket {
  readonly #options: SocketOptions;
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #watched: Watched;
  /** Grows with each attempt, so that an answer that comes too late changes nothing. */
  #turn = 0;
  #asking = false;
  #closed = false;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#open();
  }

  /** Asks for these connections instead of those asked for before. */
  view(watched: Watched): void {
    if (watched === this.#watched) return;
    if (this.#watched !== undefined) this.#send({ type: "unsubscribe", proxy_id: this.#watched });
    this.#watched = watched;
    if (watched !== undefined) this.#send({ type: "subscribe", proxy_id: watched });
  }

  /** Tries again now instead of after the pause; does nothing while a connection is open. */
  retry(): void {
    if (this.#closed || this.#socket !== null || this.#asking) return;
    clearTimeout(this.#timer);
    this.#open();
  }

  /** Ends the connection for good. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#drop();
  }

  #open(): void {
    const { mayOpen } = this.#options;
    const turn = ++this.#turn;
    if (mayOpen === undefined) return this.#connect();
    this.#asking = true;
    const isCurrent = () => {
      if (turn !== this.#turn) return false;
      this.#asking = false;
      return !this.#closed;
    };
    mayOpen().then(
      (may) => isCurrent() && may && this.#connect(),
      () => isCurrent() && this.#lost(),
    );
  }

  #connect(): void {
    const socket = new WebSocket(this.#options.url);
    this.#socket = socket;
    this.#watch();
    socket.onopen = () => {
      if (this.#watched !== undefined) this.#send({ type: "subscribe", proxy_id: this.#watched });
    };
    socket.onmessage = (event) => {
      this.#watch();
      const message = parseMessage(event.data);
      if (message === null) return;
      // Not on open: a manager that accepts and at once closes must not be asked without a pause.
      this.#attempt = 0;
      this.#options.onMessage(message);
    };
    socket.onclose = ({ code }) => this.#lost(code);
  }

  #watch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lost(), this.#options.staleAfterMs ?? 12_000);
  }

  #lost(code = 0): void {
    if (this.#closed) return;
    this.#drop();
    this.#options.onLost();
    clearTimeout(this.#timer);
    // A session that has ended is told at once; one that ends again and again, with pauses.
    const isEnded = code === SESSION_ENDED && this.#attempt === 0;
    const pause = (this.#options.backoff ?? backoffMs)(this.#attempt++);
    this.#timer = setTimeout(() => this.#open(), isEnded ? 0 : pause);
  }

  /** Lets go of the socket: closing one whose peer is gone may take minutes, and nobody waits. */
  #drop(): void {
    const socket = this.#socket;
    if (socket === null) return;
    this.#socket = null;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #send(message: ClientMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

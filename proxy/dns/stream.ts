import { closeQuietly } from "../net/close.ts";
import { writeAll } from "../net/write.ts";
import { isAnswerTo, randomId, withId } from "./query.ts";
import type { Transport } from "./transport.ts";

/** Opens a connection to the server; the signal ends the attempt. */
export type Open = (signal: AbortSignal) => Promise<Deno.Conn>;

/** How long a connection without a query is kept, in ms; servers close theirs after some seconds too. */
const IDLE_MS = 10_000;
const MAX_MESSAGE = 65_535;

/** Asks over one connection, which is kept a while and carries many queries at once (RFC 7766, section 6.2). */
export function createStreamTransport(open: Open): Transport {
  let link: Link | null = null;
  return {
    async ask(query, signal) {
      for (let first = true;; first = false) {
        signal.throwIfAborted();
        if (!link?.usable) link = new Link(open);
        const used = link;
        const wasKept = used.served;
        try {
          return await used.ask(query, signal);
        } catch (error) {
          // The server may have closed a kept connection just when the query left.
          if (!first || !wasKept || signal.aborted) throw error;
        }
      }
    },
    close: () => link?.end(new Error("the resolver was closed")),
  };
}

interface Waiting {
  message: Uint8Array;
  resolve: (answer: Uint8Array) => void;
  reject: (error: unknown) => void;
}

/** A connection with the queries that wait for its answers. */
class Link {
  /** False once no further query may go this way. */
  usable = true;
  /** True once an answer has come. */
  served = false;
  readonly #waiting = new Map<number, Waiting>();
  readonly #opening = new AbortController();
  readonly #unsent: Uint8Array[] = [];
  #conn: Deno.Conn | null = null;
  #sending = false;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(open: Open) {
    this.#run(open).catch((error) => this.end(error));
  }

  ask(query: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    clearTimeout(this.#idle);
    let id = randomId();
    while (this.#waiting.has(id)) id = randomId();
    const message = withId(query, id);
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const abort = () => {
      // Whoever lets one query wait too long may be gone: the next one gets a connection of its own.
      this.usable = false;
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    this.#waiting.set(id, { message, resolve, reject });
    this.#unsent.push(message);
    this.#send();
    return promise.finally(() => {
      signal.removeEventListener("abort", abort);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) this.#rest();
    });
  }

  /** Ends the connection, and with `error` those who wait. */
  end(error: unknown): void {
    this.usable = false;
    clearTimeout(this.#idle);
    this.#opening.abort(error);
    if (this.#conn) closeQuietly(this.#conn);
    for (const { reject } of this.#waiting.values()) reject(error);
  }

  #rest(): void {
    clearTimeout(this.#idle);
    const error = new Error("the connection is no longer used");
    if (this.usable) this.#idle = setTimeout(() => this.end(error), IDLE_MS);
    else this.end(error);
  }

  async #run(open: Open): Promise<void> {
    const conn = await open(this.#opening.signal);
    if (this.#opening.signal.aborted) return closeQuietly(conn);
    this.#conn = conn;
    this.#send();
    await this.#read(conn);
    throw new Error("the server closed the connection");
  }

  /** Sends what is to be sent, if nobody does so already. */
  async #send(): Promise<void> {
    if (this.#sending || !this.#conn) return;
    this.#sending = true;
    try {
      for (let next; (next = this.#unsent.shift());) await writeAll(this.#conn, frame(next));
    } catch (error) {
      this.end(error);
    }
    this.#sending = false;
  }

  async #read(conn: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(2 + MAX_MESSAGE);
    for (let have = 0;;) {
      const n = await conn.read(buffer.subarray(have));
      if (n === null) return;
      have += n;
      let at = 0;
      for (; have - at >= 2;) {
        const end = at + 2 + (buffer[at] << 8 | buffer[at + 1]);
        if (end > have) break;
        this.#take(buffer.slice(at + 2, end));
        at = end;
      }
      buffer.copyWithin(0, at, have);
      have -= at;
    }
  }

  /** Answers come in any order; one that nobody waits for came too late. */
  #take(message: Uint8Array): void {
    if (message.length < 2) return;
    const waiting = this.#waiting.get(message[0] << 8 | message[1]);
    if (!waiting || !isAnswerTo(message, waiting.message)) return;
    this.served = true;
    waiting.resolve(message);
  }
}

/** The message behind its length, as one write (RFC 7766, section 8). */
function frame(message: Uint8Array): Uint8Array {
  const framed = new Uint8Array(2 + message.length);
  framed[0] = message.length >> 8;
  framed[1] = message.length & 0xff;
  framed.set(message, 2);
  return framed;
}

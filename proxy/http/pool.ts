import type { BufferPool } from "../net/buffer.ts";
import { setKeepAlive, setNoDelay } from "../net/socket_options.ts";
import { ByteReader } from "../net/reader.ts";
import { closeQuietly } from "../net/close.ts";

/** A connection to an origin, and what was read ahead from it. */
export interface Upstream {
  /** `host:port` of the origin. */
  key: string;
  conn: Deno.TcpConn;
  reader: ByteReader;
  /** True if it has carried an exchange before. */
  reused: boolean;
  /** True while it waits in the pool. */
  idle: boolean;
  idleSince: number;
  /** True if a client on this host had it made: it may lead to where others must not go. */
  readonly onHost: boolean;
  /** When it was opened, in ms. */
  readonly since: number;
}

const MAX_IDLE_PER_ORIGIN = 64;
const MAX_IDLE = 1024;
const IDLE_MS = 30_000;
/** So that a name which has moved is looked up again. */
const AGE_MS = 300_000;

/** Keep-alive connections to origins, bounded in number, age and idle time. */
export class UpstreamPool {
  readonly #idle = new Map<string, Upstream[]>();
  readonly #buffers: BufferPool;
  #count = 0;
  #closed = false;
  /** Of those made before, none is used again. */
  #notBefore = 0;

  constructor(buffers: BufferPool) {
    this.#buffers = buffers;
  }

  /** A fresh connection as an upstream, made for a client that is on this host or not. */
  wrap(key: string, conn: Deno.TcpConn, onHost: boolean): Upstream {
    setNoDelay(conn);
    setKeepAlive(conn);
    const reader = new ByteReader(conn, this.#buffers);
    const upstream: Upstream = {
      key,
      conn,
      reader,
      reused: false,
      idle: false,
      idleSince: 0,
      onHost,
      since: Date.now(),
    };
    reader.onEnd = () => {
      if (upstream.idle) this.#drop(upstream);
    };
    return upstream;
  }

  /** The connection to this origin that was used last, of those that such a client may have, or null. */
  take(key: string, onHost: boolean): Upstream | null {
    const list = this.#idle.get(key);
    while (list) {
      const upstream = list.findLast((upstream) => onHost || !upstream.onHost);
      if (!upstream) break;
      this.#remove(upstream);
      // An origin that spoke unasked: nobody knows what its next word would answer.
      if (upstream.reader.available === 0) return upstream;
      discard(upstream);
    }
    return null;
  }

  /** Keeps a connection whose exchange is complete, unless there are enough. */
  put(upstream: Upstream): void {
    const now = Date.now();
    const list = this.#idle.get(upstream.key);
    if (
      this.#closed || this.#count >= MAX_IDLE || (list && list.length >= MAX_IDLE_PER_ORIGIN) ||
      upstream.reader.available > 0 || now - upstream.since > AGE_MS ||
      upstream.since < this.#notBefore
    ) return discard(upstream);
    if (list) list.push(upstream);
    else this.#idle.set(upstream.key, [upstream]);
    this.#count++;
    upstream.reused = upstream.idle = true;
    upstream.idleSince = now;
    // An origin that closes is noticed at once; otherwise this is the next response's first read.
    upstream.reader.tryFill();
  }

  /** Closes what has been idle too long at `now`, in ms. */
  tick(now: number): void {
    for (const list of [...this.#idle.values()]) {
      for (const upstream of [...list]) {
        if (now - upstream.idleSince > IDLE_MS) this.#drop(upstream);
      }
    }
  }

  /** Closes every idle connection, and each that would come back. */
  close(): void {
    this.#closed = true;
    this.drop(() => true);
  }

  /** Lets every request that comes be judged and connected anew: no connection made before serves another. */
  renew(): void {
    this.#notBefore = Date.now() + 1;
    this.drop(() => true);
  }

  /** Closes the idle connections to the origins (`host:port`) that fit. */
  drop(fits: (key: string) => boolean): void {
    for (const [key, list] of [...this.#idle]) {
      if (fits(key)) { for (const upstream of [...list]) this.#drop(upstream); }
    }
  }

  #drop(upstream: Upstream): void {
    this.#remove(upstream);
    discard(upstream);
  }

  #remove(upstream: Upstream): void {
    const list = this.#idle.get(upstream.key);
    // The last one is the one that is mostly wanted.
    const at = list?.lastIndexOf(upstream) ?? -1;
    if (!list || at < 0) return;
    if (at === list.length - 1) list.pop();
    else list.splice(at, 1);
    if (list.length === 0) this.#idle.delete(upstream.key);
    this.#count--;
    upstream.idle = false;
  }
}

/** Closes a connection to an origin that must not be used again. */
export function discard(upstream: Upstream): void {
  closeQuietly(upstream.conn);
  upstream.reader.release();
}

import type { BufferPool } from "./buffer.ts";
import { errorCode, type FailureReason } from "./failure.ts";
import { setNoDelay } from "./socket_options.ts";
import { type Throttle, ThrottledSource } from "./throttle.ts";

/** Where the relay counts, live: bytes whose write to the other side has completed, time in Unix seconds. */
export interface Traffic {
  bytes_sent: number;
  bytes_received: number;
  last_activity: number;
}

/** Why a relay ended: `done` when both sides had finished sending. */
export type RelayEnd = "done" | FailureReason;

/** The two connections of a relay and its books; a session is one. */
export interface Tunnel {
  readonly client: Deno.TcpConn;
  readonly record: Traffic;
  /** Slows both ways, where it is there. */
  readonly throttle?: Throttle | null;
  /** The relay while it runs, for whoever watches over it. */
  relaying: Relaying | null;
  /** Closes both connections; harmless when called again. */
  close(): void;
}

/** A relay under way. */
export interface Relaying {
  /**
   * To be called four times a second. A client that is not read, since the target takes nothing, could
   * reset its connection unnoticed: this looks, and ends the relay if so. Not so for a target that a slow
   * client keeps from being read: what it sent before its reset is still delivered.
   */
  findReset(): void;
  /** Slows both ways as this does from the next reads on; null for no longer. */
  slow(throttle: Throttle | null): void;
}

/**
 * Passes bytes both ways until both sides have finished or one breaks, then closes both.
 * A half-close is passed on (RFC 9293, section 3.6); a reset ends the other side.
 * `early` are bytes of the client that were read before, and `pending` what a read under way will bring,
 * which must not reject. Never throws.
 */
export async function relay(
  tunnel: Tunnel,
  target: Deno.TcpConn,
  pool: BufferPool,
  early?: Uint8Array,
  pending?: Promise<Uint8Array | undefined>,
): Promise<RelayEnd> {
  const state = new RelayState(tunnel, target, pool);
  tunnel.relaying = state;
  const up = pump(state, state.up, true, early, pending);
  await pump(state, state.down, false);
  await up;
  tunnel.relaying = null;
  tunnel.close();
  return state.end;
}

/** One direction: it either reads or writes. */
interface Direction {
  reading: boolean;
  /** Where it reads: the bare connection unless it is slowed, so that the loop never has to ask. */
  from: Pick<Deno.Conn, "read">;
}

/** Calls of {@link Relaying.findReset} in which nothing moves before it looks. */
const STUCK_CALLS = 3;
const NOTHING = new Uint8Array(0);

class RelayState implements Relaying {
  readonly client: Deno.TcpConn;
  readonly traffic: Traffic;
  readonly up: Direction;
  readonly down: Direction;
  /** Directions that have ended. */
  finished = 0;
  end: RelayEnd = "done";
  #stuckCalls = 0;
  #sentSeen = -1;

  constructor(
    readonly tunnel: Tunnel,
    readonly target: Deno.TcpConn,
    readonly pool: BufferPool,
  ) {
    this.client = tunnel.client;
    this.traffic = tunnel.record;
    this.up = { reading: false, from: this.client };
    this.down = { reading: false, from: target };
    if (tunnel.throttle) this.slow(tunnel.throttle);
  }

  slow(throttle: Throttle | null): void {
    this.up.from = throttle ? new ThrottledSource(this.client, throttle.up) : this.client;
    this.down.from = throttle ? new ThrottledSource(this.target, throttle.down) : this.target;
  }

  findReset(): void {
    // While the client is read, or written to, a reset shows by itself; half closed, nothing can be looked at.
    if (this.up.reading || !this.down.reading || this.finished > 0) return;
    const { bytes_sent } = this.traffic;
    if (bytes_sent !== this.#sentSeen) this.#stuckCalls = 0;
    this.#sentSeen = bytes_sent;
    if (++this.#stuckCalls % STUCK_CALLS !== 0) return;
    // A write of nothing sends nothing, and fails if the connection was reset.
    this.client.write(NOTHING).catch(() => {
      if (this.end === "done") this.end = "client_reset";
      this.tunnel.close();
    });
  }
}

async function pump(
  state: RelayState,
  direction: Direction,
  upward: boolean,
  early?: Uint8Array,
  pending?: Promise<Uint8Array | undefined>,
): Promise<void> {
  const to = upward ? state.target : state.client;
  let buffer = state.pool.take();
  let writes = 0;
  try {
    if (early) {
      writes++;
      await sendEarly(state, early);
    }
    if (pending) {
      direction.reading = true;
      const bytes = await pending;
      direction.reading = false;
      if (bytes) await sendEarly(state, bytes);
    }
    for (;;) {
      direction.reading = true;
      const n = await direction.from.read(buffer);
      if (n === null) break;
      direction.reading = false;
      const bytes = n === buffer.length ? buffer : buffer.subarray(0, n);
      // Only a second write could wait for the first one's acknowledgement, and setting this costs 3 us.
      if (++writes === 2) setNoDelay(to);
      // Nearly always all of it: one call, and no promise but the write's own.
      const written = await to.write(bytes);
      count(state.traffic, upward, written);
      if (written < n) await writeCounted(state, to, bytes.subarray(written), upward);
      buffer = state.pool.adapt(buffer, n);
    }
    // Where the other direction has ended already the close that follows says the same, with one call less.
    if (++state.finished === 1) {
      direction.reading = false;
      await to.closeWrite();
    }
  } catch (error) {
    if (direction.reading) readFailed(state, upward ? "client" : "target", error);
    else writeFailed(state, upward ? "target" : "client", error);
  } finally {
    state.pool.give(buffer);
  }
}

/** Bytes of the client that were read by somebody else. */
async function sendEarly(state: RelayState, bytes: Uint8Array): Promise<void> {
  await state.tunnel.throttle?.up.pay(bytes.length);
  await writeCounted(state, state.target, bytes, true);
}

/** Writes all of it, and counts each part as it goes. */
async function writeCounted(
  { traffic }: RelayState,
  to: Deno.Conn,
  bytes: Uint8Array,
  upward: boolean,
): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    const written = await to.write(rest);
    count(traffic, upward, written);
    rest = rest.subarray(written);
  }
}

function count(traffic: Traffic, upward: boolean, n: number): void {
  if (upward) traffic.bytes_sent += n;
  else traffic.bytes_received += n;
  traffic.last_activity = Date.now() / 1000;
}

/** A reset: nothing more comes, and what goes to that side is lost, so both end. */
function readFailed(state: RelayState, side: "client" | "target", error: unknown): void {
  state.finished++;
  note(state, side, error);
  state.tunnel.close();
}

/** That side takes no more, but what it sent before may still be on its way: the other direction ends by itself. */
function writeFailed(state: RelayState, side: "client" | "target", error: unknown): void {
  state.finished++;
  note(state, side, error);
}

/** The first cause counts; what follows from it does not. */
function note(state: RelayState, side: "client" | "target", error: unknown): void {
  if (state.end !== "done") return;
  state.end = errorCode(error) === "ECONNRESET" ? `${side}_reset` : `${side}_gone`;
}

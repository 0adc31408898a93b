import { type Address, ListenError } from "./net/address.ts";
import { closeQuietly } from "./net/close.ts";
import { acceptLoop, type AcceptOptions } from "./net/listener.ts";

export interface DoorOptions extends AcceptOptions<Deno.TcpConn> {
  /** Connections that the system holds until they are accepted. */
  backlog: number;
  /** Whether other threads listen on the same port. */
  reusePort: boolean;
  /** The system's own unless a test brings another. */
  listen?: (options: Deno.TcpListenOptions) => Deno.TcpListener;
}

/** What is left of connections that had come before the port was closed is waited for so long, in ms. */
const LAST_MS = 5;

/** A port that is listened on: it can be closed and opened again, and held shut while the port stays open. */
export class Door {
  /** What is listened on; of a closed door what was. */
  readonly addr: Deno.NetAddr;
  readonly #options: DoorOptions;
  #listener: Deno.TcpListener | null;
  #accepting: Promise<void>;
  /** Set while nobody is let in: resolves when that is over. */
  #held: PromiseWithResolvers<void> | null = null;
  /** What was closed while nobody was let in: of what still comes out of it, nobody is either. */
  #shut: Deno.TcpListener | null = null;
  #lastAt = 0;

  /** Opens it; throws {@link ListenError}. */
  constructor(address: Address, options: DoorOptions) {
    this.#options = options;
    this.#listener = open(address, options);
    this.addr = this.#listener.addr as Deno.NetAddr;
    this.#accepting = this.#accept(this.#listener);
  }

  get isOpen(): boolean {
    return this.#listener !== null;
  }

  get isHeld(): boolean {
    return this.#held !== null;
  }

  /** Opens it again where it was; throws {@link ListenError} where the port has been taken meanwhile. */
  open(): void {
    if (this.#listener) return;
    const { hostname: host, port } = this.addr;
    this.#listener = open({ host, port }, this.#options);
    this.#accepting = this.#accept(this.#listener);
  }

  /** Goes on as a door before it, which it takes the place of: held if that was, closed if that was. */
  async likewise({ isOpen, isHeld }: Door): Promise<this> {
    if (!isOpen || isHeld) this.hold();
    if (!isOpen) await this.close();
    return this;
  }

  /**
   * Lets nobody in from now on. Those who come wait in the system's queue; one has been taken out of it
   * already, and waits here. Once the queue is full, those who come see no answer.
   */
  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  /** Lets those in who wait, and those who come. */
  release(): void {
    this.#held?.resolve();
    this.#held = null;
  }

  /** Closes the port, and is held no longer. Who had connected before is let in still, unless it was held. */
  async close(): Promise<void> {
    const listener = this.#listener;
    if (!listener) return;
    this.#listener = null;
    if (this.#held) this.#shut = listener;
    else await this.#emptyQueue();
    listener.close();
    // Whoever waits to be let in waits in vain.
    this.release();
    await this.#accepting;
  }

  /** Waits until no more connections come out of the system's queue, where they come one by one. */
  async #emptyQueue(): Promise<void> {
    const until = performance.now() + 10 * LAST_MS;
    do {
      await new Promise((resolve) => setTimeout(resolve, LAST_MS));
    } while (performance.now() - this.#lastAt < LAST_MS && performance.now() < until);
  }

  #accept(listener: Deno.TcpListener): Promise<void> {
    const { onConnection, onLost, onPause } = this.#options;
    return acceptLoop(listener, {
      onConnection: (conn) => {
        this.#lastAt = performance.now();
        if (listener === this.#shut) return this.#turnAway(conn);
        return this.#held ? this.#letInLater(listener, conn) : onConnection(conn);
      },
      onLost,
      onPause,
    });
  }

  async #letInLater(listener: Deno.TcpListener, conn: Deno.TcpConn): Promise<void> {
    while (this.#held && this.#listener === listener) await this.#held.promise;
    if (this.#listener === listener) await this.#options.onConnection(conn);
    else this.#turnAway(conn);
  }

  #turnAway(conn: Deno.TcpConn): void {
    closeQuietly(conn);
    this.#options.onLost();
  }
}

function open(address: Address, options: DoorOptions): Deno.TcpListener {
  const { backlog: tcpBacklog, reusePort, listen } = options;
  const how = { hostname: address.host, port: address.port, tcpBacklog, reusePort };
  try {
    return listen ? listen(how) : Deno.listen(how);
  } catch (error) {
    throw new ListenError("tcp", address, error);
  }
}

/** Says whether an address is free, also of those who would share it; throws {@link ListenError}. */
export function probe({ host: hostname, port }: Address): void {
  try {
    Deno.listen({ hostname, port }).close();
  } catch (error) {
    throw new ListenError("tcp", { host: hostname, port }, error);
  }
}

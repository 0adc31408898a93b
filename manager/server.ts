import { getLogger } from "@logtape/logtape";
import { type Address, formatAddress } from "../proxy/net/address.ts";

const RETRY_MS = 200;
const SHUTDOWN_MS = 2_000;

/** An address that cannot be listened on; `cause` is the system's error, such as AddrInUse. */
export class ListenError extends Error {
  override name = "ListenError";

  constructor(readonly transport: "tcp" | "udp", readonly address: Address, cause: unknown) {
    super(`Cannot listen on ${transport} ${formatAddress(address)}`, { cause });
  }
}

/** An HTTP server that goes on where `Deno.serve` gives up, as it does when descriptors run out. */
export class HttpServer {
  readonly addr: Deno.NetAddr;
  #handler: Deno.ServeHandler;
  #server: Deno.HttpServer<Deno.NetAddr>;
  #stopping = new AbortController();
  #kill = new AbortController();
  #done: Promise<void>;

  /** Listens; throws {@link ListenError}. */
  constructor(address: Address, handler: Deno.ServeHandler) {
    this.#handler = handler;
    try {
      this.#server = this.#serve(address.host, address.port);
    } catch (error) {
      throw new ListenError("tcp", address, error);
    }
    this.addr = this.#server.addr;
    this.#done = this.#keepServing();
  }

  /** Lets requests end, two seconds at most, and closes. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const timer = setTimeout(() => this.#kill.abort(), SHUTDOWN_MS);
    await this.#server.shutdown().catch(() => {});
    await this.#done;
    clearTimeout(timer);
  }

  #serve(hostname: string, port: number): Deno.HttpServer<Deno.NetAddr> {
    const signal = this.#kill.signal;
    return Deno.serve({ hostname, port, signal, onListen: () => {} }, this.#handler);
  }

  async #keepServing(): Promise<void> {
    const { signal } = this.#stopping;
    const logger = getLogger(["rustproxy", "manager"]);
    while (!signal.aborted) {
      await this.#server.finished.catch(() => {});
      if (signal.aborted) return;
      logger.warn("The HTTP server ended (file descriptors may have run out), serving again");
      await pause(RETRY_MS, signal);
      if (signal.aborted) return;
      try {
        this.#server = this.#serve(this.addr.hostname, this.addr.port);
      } catch (error) {
        logger.warn("Cannot serve HTTP again, trying on: {error}", { error });
      }
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
